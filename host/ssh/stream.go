package ssh

import (
	"context"
	"errors"
	"io"
	"sync"

	"noon/host"
)

// errYielded tells that a stream was ended in favour of a command.
var errYielded = errors.New("sshd allows too few sessions (see MaxSessions in its sshd_config): this one was given up for a command")

// Stream runs the command in a session of its own, beside those of Run; every
// further stream at the same time takes one of theirs. Where sshd has no room
// for a command, the streams are given up.
func (h *Host) Stream(ctx context.Context, c host.Command, out io.Writer) (host.Result, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	first, end := h.streams.begin(cancel)
	defer end()
	open := h.session
	if first {
		open = h.streamSession
	}
	guarded := &untilEnd{out: out}
	defer guarded.end()
	return h.run(ctx, c, guarded, open)
}

// streamSession asks once: a stream must not make itself room.
func (h *Host) streamSession(ctx context.Context) (*session, error) {
	s, err := h.openSession(ctx)
	return s, h.explained(err)
}

// streams are the streams that run now. The zero streams are ready.
type streams struct {
	mu    sync.Mutex
	count int
	first bool
	open  map[int]context.CancelCauseFunc
}

// begin counts a stream; first tells that it is the one which has a session
// that no command uses.
func (s *streams) begin(cancel context.CancelCauseFunc) (first bool, end func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		s.open = map[int]context.CancelCauseFunc{}
	}
	s.count++
	id := s.count
	s.open[id] = cancel
	first, s.first = !s.first, true
	return first, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.open, id)
		if first {
			s.first = false
		}
	}
}

// yield ends all streams: a command needs a session.
func (s *streams) yield() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, cancel := range s.open {
		cancel(errYielded)
	}
}

// untilEnd is a writer that takes nothing any more once the stream has ended,
// while a daemon that the command left behind still holds the output.
type untilEnd struct {
	mu    sync.Mutex
	out   io.Writer
	ended bool
}

func (u *untilEnd) Write(p []byte) (int, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.ended {
		return 0, io.ErrClosedPipe
	}
	return u.out.Write(p)
}

func (u *untilEnd) end() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.ended = true
}
