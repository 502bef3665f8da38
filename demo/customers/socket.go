package customers

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// holdSocket keeps a websocket and talks over it. The shop may end it with
// status 1012 ("service restart"): then it is opened anew. Any other end, and
// an echo that is wrong or does not come, is a failure.
func (c *Crowd) holdSocket(ctx context.Context) {
	// A transport of its own that keeps no connection, so that a handshake is
	// never repeated in silence.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for {
		c.oneSocket(ctx, client)
		if !c.pause(ctx, failurePause) {
			return
		}
	}
}

// oneSocket opens one websocket, talks until it ends, and counts what came of
// it.
func (c *Crowd) oneSocket(ctx context.Context, client *http.Client) {
	conn, o := c.openSocket(ctx, client)
	if ctx.Err() != nil {
		return
	}
	c.book.enter("websocket", o)
	if o.err != nil {
		return
	}
	defer conn.CloseNow()
	err := c.talk(ctx, conn)
	switch {
	case err == nil || ctx.Err() != nil:
	case websocket.CloseStatus(err) == websocket.StatusServiceRestart:
		c.book.reopened()
	default:
		c.book.broke("websocket", outcome{err: err, server: o.server, version: o.version})
	}
}

func (c *Crowd) openSocket(ctx context.Context, client *http.Client) (*websocket.Conn, outcome) {
	ctx, cancel := context.WithTimeout(ctx, c.config.Patience)
	defer cancel()
	url := "ws" + strings.TrimPrefix(c.config.URL, "http") + "/ws"
	conn, answer, err := websocket.Dial(ctx, url, &websocket.DialOptions{HTTPClient: client})
	o := outcome{err: err}
	if answer != nil {
		o.server, o.version = answer.Header.Get("X-Shop-Server"), answer.Header.Get("X-Shop-Version")
	}
	return conn, o
}

// talk sends messages and expects their echo. It returns nil when the crowd
// goes home, and otherwise why the websocket ended.
func (c *Crowd) talk(ctx context.Context, conn *websocket.Conn) error {
	ctx, cancel := context.WithCancel(ctx)
	var listening sync.WaitGroup
	defer listening.Wait()
	defer cancel()
	heard, ended := make(chan string, 1), make(chan error, 1)
	// It listens all the time, so that the shop's goodbye is answered at once.
	listening.Go(func() { ended <- listen(ctx, conn, heard) })
	for n := 0; ; n++ {
		if err := c.say(ctx, conn, fmt.Sprint("message ", n), heard, ended); err != nil {
			return err
		}
		c.book.message()
		select {
		case err := <-ended:
			return err
		case <-time.After(c.messagePause()):
		case <-c.stopping:
			conn.Close(websocket.StatusNormalClosure, "")
			return nil
		}
	}
}

// say sends one message and waits for its echo.
func (c *Crowd) say(ctx context.Context, conn *websocket.Conn, text string, heard <-chan string, ended <-chan error) error {
	patience := time.NewTimer(c.config.Patience)
	defer patience.Stop()
	if err := conn.Write(ctx, websocket.MessageText, []byte(text)); err != nil {
		// Why it ended is what the listener heard, if it heard anything.
		conn.CloseNow()
		return <-ended
	}
	select {
	case echo := <-heard:
		if echo != text {
			return fmt.Errorf("the echo of %q is %.60q", text, echo)
		}
		return nil
	case err := <-ended:
		return err
	case <-patience.C:
		return fmt.Errorf("no echo within %s", c.config.Patience)
	}
}

func listen(ctx context.Context, conn *websocket.Conn, heard chan<- string) error {
	for {
		_, message, err := conn.Read(ctx)
		if err != nil {
			return err
		}
		select {
		case heard <- string(message):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (c *Crowd) messagePause() time.Duration {
	if c.config.Rate > 0 {
		return time.Duration(float64(time.Second) / c.config.Rate)
	}
	return 50 * time.Millisecond
}
