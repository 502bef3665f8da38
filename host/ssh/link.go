package ssh

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	xssh "golang.org/x/crypto/ssh"
)

// silentMost is how many times in a row a machine may leave the question
// whether it is there unanswered.
const silentMost = 3

// link is one connection to a machine, with those to the machines on the way.
type link struct {
	client *xssh.Client
	// under are the connections to the jump hosts, in order.
	under []*xssh.Client
	// base is the connection from here, wire the one to the machine itself;
	// they differ when there are jump hosts.
	base net.Conn
	wire *wire
	done chan struct{}
	work sync.WaitGroup
}

// openLink logs in to each target of the route from the one before.
func openLink(ctx context.Context, route []target, s Settings) (*link, error) {
	l := &link{done: make(chan struct{})}
	for i, t := range route {
		conn, err := l.dial(ctx, t)
		if err == nil {
			l.over(conn)
			err = l.logIn(ctx, t)
		}
		if err != nil {
			l.closeAll()
			if i < len(route)-1 {
				return nil, fmt.Errorf("jump host %s: %w", t.alias, err)
			}
			return nil, err
		}
	}
	l.work.Go(l.awaitEnd)
	l.work.Go(func() { l.keepAlive(s.alive()) })
	return l, nil
}

func (l *link) over(conn net.Conn) {
	if l.base == nil {
		l.base = conn
	}
	l.wire = newWire(conn)
}

func (l *link) dial(ctx context.Context, t target) (net.Conn, error) {
	if l.client == nil {
		var d net.Dialer
		conn, err := d.DialContext(ctx, "tcp", t.address())
		if err != nil {
			return nil, fmt.Errorf("connect to %s: %w", t.address(), err)
		}
		return conn, nil
	}
	conn, err := l.client.DialContext(ctx, "tcp", t.address())
	if err != nil {
		return nil, fmt.Errorf("connect to %s from the jump host before: %w", t.address(), err)
	}
	return conn, nil
}

// logIn makes the SSH connection over the wire. The handshake knows no
// context: closing the connection below it is what ends it.
func (l *link) logIn(ctx context.Context, t target) error {
	known, err := readHostKeys(t)
	if err != nil {
		return err
	}
	offered := readKeys(ctx, t)
	defer offered.close()
	stop := context.AfterFunc(ctx, func() { l.base.Close() })
	conn, channels, requests, err := xssh.NewClientConn(l.wire, t.keyName, &xssh.ClientConfig{
		User:              t.user,
		Auth:              []xssh.AuthMethod{xssh.PublicKeys(offered.signers...)},
		HostKeyCallback:   known.check,
		HostKeyAlgorithms: known.algorithms(),
	})
	if !stop() && err == nil {
		conn.Close()
		err = context.Cause(ctx)
	}
	if err != nil {
		return whyNot(ctx, t, known, offered, err)
	}
	if l.client != nil {
		l.under = append(l.under, l.client)
	}
	l.client = xssh.NewClient(conn, channels, requests)
	return nil
}

func whyNot(ctx context.Context, t target, known *hostKeys, offered *keys, err error) error {
	switch {
	case known.refused != nil:
		return known.refused
	case ctx.Err() != nil:
		return fmt.Errorf("%s accepted the connection but did not finish the SSH handshake in time: %w", t.address(), context.Cause(ctx))
	case strings.Contains(err.Error(), "unable to authenticate"):
		return offered.refusal(t)
	}
	return fmt.Errorf("SSH handshake with %s: %w", t.address(), err)
}

// awaitEnd notices when the connection ends.
func (l *link) awaitEnd() {
	l.client.Wait()
	l.closeAll()
	close(l.done)
}

// keepAlive gives the connection up when the machine stays silent. Only
// silence counts: while a large file goes over a slow line, the answer waits
// behind it, but acknowledgements arrive.
func (l *link) keepAlive(every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	var waiting atomic.Bool
	for {
		select {
		case <-l.done:
			return
		case <-ticker.C:
		}
		if l.wire.silent() > silentMost*every {
			l.closeAll()
			return
		}
		if l.wire.silent() >= every/2 && waiting.CompareAndSwap(false, true) {
			l.work.Go(func() {
				defer waiting.Store(false)
				l.client.SendRequest("keepalive@openssh.com", true, nil)
			})
		}
	}
}

func (l *link) broken() bool {
	select {
	case <-l.done:
		return true
	default:
		return false
	}
}

// close ends the connection and waits until it has ended.
func (l *link) close() {
	l.closeAll()
	l.work.Wait()
}

// closeAll closes the connection from here first: the rest would wait for a
// dead machine to take their messages.
func (l *link) closeAll() {
	if l.base != nil {
		l.base.Close()
		l.wire.Close()
	}
	if l.client != nil {
		l.client.Close()
	}
	for i := len(l.under) - 1; i >= 0; i-- {
		l.under[i].Close()
	}
}

// openChannel opens a channel, or tells why not.
func (l *link) openChannel(kind string, data []byte) (xssh.Channel, <-chan *xssh.Request, error) {
	channel, requests, err := l.client.OpenChannel(kind, data)
	var refused *xssh.OpenChannelError
	if err != nil && !errors.As(err, &refused) {
		// It is broken for certain; this makes broken() say so at once.
		l.closeAll()
		<-l.done
	}
	return channel, requests, err
}

// wire is a connection that remembers when it was last heard of.
type wire struct {
	net.Conn
	began time.Time
	heard atomic.Int64
}

func newWire(conn net.Conn) *wire { return &wire{Conn: conn, began: time.Now()} }

func (w *wire) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	if n > 0 {
		w.heard.Store(int64(time.Since(w.began)))
	}
	return n, err
}

// silent is how long nothing was heard.
func (w *wire) silent() time.Duration {
	return time.Since(w.began) - time.Duration(w.heard.Load())
}
