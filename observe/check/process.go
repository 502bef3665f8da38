package check

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"noon/fleet"
)

// mend is what the operator does where the process cannot be found.
const mend = `let noon read the start elsewhere: "check: { started: ... }" in noon.yaml takes a URL or a command that prints it`

// process identifies the process that serves the server's address. The
// machine is reached in any case: what fails afterwards is the server.
func (l *look) process(ctx context.Context) (fleet.Process, error) {
	if !l.cfg.Started.IsZero() {
		if err := l.alive(ctx); err != nil {
			return fleet.Process{}, err
		}
		text, trouble, err := l.read(ctx, l.cfg.Started, "started")
		if trouble != "" || err != nil {
			return fleet.Process{Trouble: trouble}, err
		}
		return reported(text), nil
	}
	text, env, err := Listening(l.server.Address)
	if err != nil {
		return fleet.Process{Trouble: err.Error() + "; " + mend}, l.alive(ctx)
	}
	out, err := l.script(ctx, text, env)
	if err != nil {
		return fleet.Process{}, err
	}
	return parseListeners(out).process(l.server), nil
}

// identified is the process with its start by the server's clock.
func (p proc) identified(s *sockets) fleet.Process {
	earliest, latest := s.started(p.start)
	if s.hz == 0 || s.now.time.IsZero() || p.start <= 0 {
		return fleet.Process{Trouble: "the server's clock or the start of process " + strconv.Itoa(p.pid) + " cannot be read; " + mend}
	}
	return fleet.Process{
		ID:      p.id(s),
		Started: earliest, Resolution: latest.Sub(earliest),
	}
}

// id is of this process only: a machine gives its numbers again and again.
func (p proc) id(s *sockets) string { return fmt.Sprintf("%s-%d-%d", s.boot, p.pid, p.start) }

// started returns the bounds between which a process started. Two processes
// that the script started itself enclose its reading of the clock; so all is
// counted in the kernel's own ticks, of which each start lost a part.
func (s *sockets) started(ticks int64) (earliest, latest time.Time) {
	if s.hz == 0 {
		return
	}
	tick := time.Second / time.Duration(s.hz)
	earliest = s.now.time.Add(-time.Duration(s.after-ticks+1) * tick)
	latest = s.now.time.Add(s.now.resolution).Add(-time.Duration(s.before-ticks-1) * tick)
	return earliest, latest
}
