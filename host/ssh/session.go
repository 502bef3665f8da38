package ssh

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	xssh "golang.org/x/crypto/ssh"

	"noon/fleet"
	"noon/host"
	"noon/host/output"
)

const (
	// outputDelay is how long output is still read after a command has ended:
	// a daemon that it left behind may hold the stream for years.
	outputDelay = 500 * time.Millisecond
	// killDelay is how long a command may take to be killed: on a busy machine a
	// session of its own takes some seconds to begin.
	killDelay = 15 * time.Second
	// refusedMost is how often a session is asked for that sshd refuses, with
	// refusedPause in between.
	refusedMost  = 10
	refusedPause = 100 * time.Millisecond
)

// Run runs the command in a session of its own. The user's shell there must
// understand single quotes as sh does (all but csh do). Data can be seen for
// a moment in the machine's list of processes: it is no place for secrets.
//
// A daemon that the command leaves behind lives on, but loses its standard
// output if it did not redirect it. When ctx ends, the command's process group
// is killed; what it runs as another user (sudo) may live on.
func (h *Host) Run(ctx context.Context, c host.Command) (host.Result, error) {
	var stdout output.Kept
	result, err := h.run(ctx, c, &stdout, h.session)
	result.Stdout = stdout.Bytes()
	return result, err
}

// run runs a command in a session that open opens.
func (h *Host) run(ctx context.Context, c host.Command, stdout io.Writer, open func(context.Context) (*session, error)) (host.Result, error) {
	failed := host.Result{Status: -1}
	if err := h.begin(); err != nil {
		return failed, err
	}
	defer h.work.Done()
	mark := rand.Text()
	line, err := commandLine(c, mark)
	if err != nil {
		return failed, fmt.Errorf("run on %s: %w", h.name, err)
	}
	s, err := open(ctx)
	if err != nil {
		return failed, err
	}
	defer s.close()
	s.mark = mark
	if err := s.request(ctx, "exec", line); err != nil {
		return failed, fmt.Errorf("run %s on %s: %w", fleet.Quoted(c.Line), h.name, err)
	}
	s.talk(c.Stdin, stdout)
	status, err := s.wait(ctx)
	if err != nil {
		err = fmt.Errorf("run %s on %s: %w", fleet.Quoted(c.Line), h.name, err)
	}
	return host.Result{Status: status, Stderr: s.stderr.Bytes()}, err
}

// session is one channel on which a command runs.
type session struct {
	host *Host
	// mark is in the environment of what runs, to find it again.
	mark     string
	channel  xssh.Channel
	requests <-chan *xssh.Request
	ended    chan ending
	drained  chan struct{}
	stderr   output.Kept
	free     func()
}

// ending is how a command ended; known is false when the connection broke.
type ending struct {
	status int
	known  bool
}

// brokenError tells that nobody knows how the command ended.
type brokenError struct{}

func (brokenError) Error() string {
	return "the connection broke: it is not known whether the command ended; look at the machine before it is run again"
}

// Unknown tells that the command may have had its effect or not.
func (brokenError) Unknown() bool { return true }

var errBroke error = brokenError{}

// session opens a session. A connection that turns out to be dead is opened
// again once: nothing has been asked of the machine yet.
func (h *Host) session(ctx context.Context) (*session, error) {
	select {
	case h.sessions <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for one of %d sessions on %s: %w", sessionsMost, h.name, context.Cause(ctx))
	}
	s, err := h.extraSession(ctx)
	if err != nil {
		<-h.sessions
		return nil, err
	}
	s.free = func() { <-h.sessions }
	return s, nil
}

// extraSession is one beyond those that are counted: to kill a command must
// not wait for others to end.
func (h *Host) extraSession(ctx context.Context) (*session, error) {
	s, err := h.openSession(ctx)
	var refused *xssh.OpenChannelError
	// sshd counts a session for a moment longer than we do.
	for tries := 1; errors.As(err, &refused) && tries < refusedMost && pause(ctx, refusedPause); tries++ {
		h.streams.yield()
		s, err = h.openSession(ctx)
	}
	return s, h.explained(err)
}

// explained tells what to do about a refusal.
func (h *Host) explained(err error) error {
	var refused *xssh.OpenChannelError
	if errors.As(err, &refused) {
		return fmt.Errorf("%s refuses another session (see MaxSessions in its sshd_config): %s", h.name, fleet.Quoted(refused.Message))
	}
	return err
}

// openSession asks for a session once.
func (h *Host) openSession(ctx context.Context) (*session, error) {
	channel, requests, err := h.channel(ctx, "session", nil)
	if err != nil {
		return nil, err
	}
	return &session{
		host: h, channel: channel, requests: requests, free: func() {},
		ended: make(chan ending, 1), drained: make(chan struct{}),
	}, nil
}

// pause waits, and tells whether ctx goes on.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// channel opens a channel on the connection, or on a new one if it broke.
func (h *Host) channel(ctx context.Context, kind string, data []byte) (channel xssh.Channel, requests <-chan *xssh.Request, err error) {
	for range 2 {
		var l *link
		if l, err = h.connected(ctx); err != nil {
			return nil, nil, err
		}
		channel, requests, err = h.channelOn(ctx, l, kind, data)
		if err == nil || !l.broken() || ctx.Err() != nil {
			break
		}
	}
	return channel, requests, err
}

// channelOn opens a channel. When ctx ends meanwhile, the channel is closed
// as soon as it is there.
func (h *Host) channelOn(ctx context.Context, l *link, kind string, data []byte) (xssh.Channel, <-chan *xssh.Request, error) {
	type opened struct {
		channel  xssh.Channel
		requests <-chan *xssh.Request
		err      error
	}
	answer := make(chan opened)
	h.work.Go(func() {
		channel, requests, err := l.openChannel(kind, data)
		select {
		case answer <- opened{channel, requests, err}:
		case <-ctx.Done():
			if err == nil {
				h.work.Go(func() { xssh.DiscardRequests(requests) })
				channel.Close()
			}
		}
	})
	select {
	case o := <-answer:
		return o.channel, o.requests, o.err
	case <-ctx.Done():
		return nil, nil, fmt.Errorf("open a channel to %s: %w", h.name, context.Cause(ctx))
	}
}

// request asks for a command or a subsystem.
func (s *session) request(ctx context.Context, kind, what string) error {
	var accepted bool
	err := s.host.do(ctx, func() error {
		ok, err := s.channel.SendRequest(kind, true, xssh.Marshal(struct{ What string }{what}))
		accepted = ok
		return err
	})
	switch {
	case errors.Is(err, io.EOF):
		return errBroke
	case err != nil:
		return err
	case !accepted:
		return &refusedRequestError{kind}
	}
	return nil
}

// refusedRequestError tells that the machine's sshd does not do such a thing.
type refusedRequestError struct{ kind string }

func (e *refusedRequestError) Error() string { return "sshd refuses " + e.kind + " requests" }

// talk feeds the command and reads what it says.
func (s *session) talk(stdin io.Reader, stdout io.Writer) {
	s.host.work.Go(s.listen)
	s.host.work.Go(func() {
		var both sync.WaitGroup
		both.Go(func() { io.Copy(stdout, s.channel) })
		both.Go(func() { io.Copy(&s.stderr, s.channel.Stderr()) })
		both.Wait()
		close(s.drained)
	})
	// Not waited for: a reader that never ends cannot be interrupted.
	go func() {
		if stdin != nil {
			io.Copy(s.channel, stdin)
		}
		s.channel.CloseWrite()
	}()
}

// listen waits for the machine's word on how the command ended. It comes
// while a daemon may still hold the output, and the channel with it.
func (s *session) listen() {
	for request := range s.requests {
		switch request.Type {
		case "exit-status":
			var m struct{ Status uint32 }
			if xssh.Unmarshal(request.Payload, &m) == nil {
				s.end(ending{status: int(m.Status), known: true})
			}
		case "exit-signal":
			s.end(ending{status: -1, known: true})
		}
		request.Reply(false, nil)
	}
	s.end(ending{status: -1})
}

// end keeps the first word only.
func (s *session) end(e ending) {
	select {
	case s.ended <- e:
	default:
	}
}

// wait returns the exit status, and kills the command when ctx ends.
func (s *session) wait(ctx context.Context) (int, error) {
	select {
	case e := <-s.ended:
		if !e.known {
			return -1, errBroke
		}
		s.drain()
		return e.status, nil
	case <-ctx.Done():
		if errors.Is(context.Cause(ctx), errYielded) {
			return -1, errYielded
		}
		return -1, fmt.Errorf("%w: %s", context.Cause(ctx), s.kill())
	}
}

func (s *session) drain() {
	timer := time.NewTimer(outputDelay)
	defer timer.Stop()
	select {
	case <-s.drained:
	case <-timer.C:
	}
}

// close does not wait: a machine that is gone takes no message.
func (s *session) close() {
	s.host.work.Go(func() { s.channel.Close() })
	s.free()
}
