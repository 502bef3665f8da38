package customers

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// request is what a customer asks for.
type request struct {
	method, path, body string
	// length is how long the page itself takes.
	length time.Duration
}

// customer asks one thing after the other over a connection of its own. It is
// not an http.Client, because that one silently repeats what failed on a
// connection that the other side had given up.
type customer struct {
	crowd  *Crowd
	conn   net.Conn
	reader *bufio.Reader
	// answers is how many came over conn.
	answers int
}

// send lets one customer ask, at those times, until the crowd goes home.
func (c *Crowd) send(ctx context.Context, next func() request, at times) {
	c.customers.Go(func() {
		customer := &customer{crowd: c}
		defer customer.hangUp()
		for due := at.first(time.Now()); c.pause(ctx, time.Until(due)); {
			due = at.after(due, time.Now())
			if !customer.ask(ctx, next()) {
				due = time.Now().Add(failurePause)
			}
		}
	})
}

// ask asks once and counts what came of it.
func (c *customer) ask(ctx context.Context, r request) bool {
	o := c.exchange(ctx, r)
	if o.err != nil {
		c.hangUp()
	}
	if ctx.Err() == nil {
		c.crowd.book.enter(r.method+" "+r.path, o)
	}
	return o.err == nil
}

// outcome is what came of a request: an answer, or an error and whether it
// was a kept connection that broke before any byte of an answer.
type outcome struct {
	err             error
	stale           bool
	server, version string
}

func (c *customer) exchange(ctx context.Context, r request) outcome {
	if err := c.connect(ctx); err != nil {
		return outcome{err: err}
	}
	conn := c.conn
	cut := context.AfterFunc(ctx, func() { conn.Close() })
	defer cut()
	c.conn.SetDeadline(time.Now().Add(c.crowd.config.Patience + r.length))
	message, err := http.NewRequestWithContext(ctx, r.method, c.crowd.config.URL+r.path, strings.NewReader(r.body))
	if err != nil {
		return outcome{err: err}
	}
	if err := message.Write(c.conn); err != nil {
		return c.broken(err)
	}
	if _, err := c.reader.Peek(1); err != nil {
		return c.broken(err)
	}
	return c.answer(message)
}

// broken is a connection that broke before any byte of an answer.
func (c *customer) broken(err error) outcome {
	ended := errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
	return outcome{err: err, stale: ended && c.answers > 0}
}

// answerMost bounds how much of an answer is read.
const answerMost = 16 << 20

func (c *customer) answer(message *http.Request) outcome {
	answer, err := http.ReadResponse(c.reader, message)
	if err != nil {
		return outcome{err: err}
	}
	o := outcome{server: answer.Header.Get("X-Shop-Server"), version: answer.Header.Get("X-Shop-Version")}
	n, err := io.Copy(io.Discard, io.LimitReader(answer.Body, answerMost+1))
	switch {
	case err != nil:
		o.err = fmt.Errorf("the answer was cut: %w", err)
	case n > answerMost:
		o.err = errors.New("the answer is endless")
	case answer.StatusCode != http.StatusOK:
		o.err = fmt.Errorf("status %d", answer.StatusCode)
	}
	answer.Body.Close()
	c.answers++
	if answer.Close {
		c.hangUp()
	}
	return o
}

// connect opens a connection where there is none, or where the other side has
// ended it properly while nothing was asked.
func (c *customer) connect(ctx context.Context) error {
	if c.conn != nil && ended(c.conn) {
		c.hangUp()
	}
	if c.conn != nil {
		return nil
	}
	address, err := address(c.crowd.config.URL)
	if err != nil {
		return err
	}
	dialer := net.Dialer{Timeout: c.crowd.config.Patience}
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	c.conn, c.reader, c.answers = conn, bufio.NewReader(conn), 0
	return nil
}

func (c *customer) hangUp() {
	if c.conn != nil {
		c.conn.Close()
	}
	c.conn = nil
}

func address(text string) (string, error) {
	target, err := url.Parse(text)
	if err != nil {
		return "", err
	}
	if target.Scheme != "http" {
		return "", fmt.Errorf("customers go to http:// only, not to %.60q", text)
	}
	if target.Port() == "" {
		return net.JoinHostPort(target.Hostname(), "80"), nil
	}
	return target.Host, nil
}

// ended tells whether the other side ended an idle connection: a read that
// does not wait finds its end instead of nothing.
func ended(conn net.Conn) bool {
	raw, err := conn.(syscall.Conn).SyscallConn()
	if err != nil {
		return true
	}
	idle := false
	err = raw.Read(func(fd uintptr) bool {
		_, err := syscall.Read(int(fd), make([]byte, 1))
		idle = errors.Is(err, syscall.EAGAIN)
		return true
	})
	return err != nil || !idle
}
