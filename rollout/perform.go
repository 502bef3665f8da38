package rollout

import (
	"context"
	"errors"
	"fmt"
	"time"

	"noon/fleet"
)

const (
	// patience is how long a load balancer may be unreadable, or a capacity
	// missing, before a step fails because of it.
	patience = 15 * time.Second
	// pollFirst and pollMost are the times between two looks at the pool.
	pollFirst = 10 * time.Millisecond
	pollMost  = 250 * time.Millisecond
	// longest is how long one effect on a server may take: a command that hangs
	// must not keep a server out for ever. Draining and checking have limits of
	// their own in the policy.
	longest = 15 * time.Minute
	// unknownMost is how often an effect is tried whose end is unknown.
	unknownMost = 3
)

// isUnknown tells of an effect whose end is unknown, because the connection
// broke: that is not the release's fault, and every step may be done twice.
func isUnknown(err error) bool {
	var unknown interface{ Unknown() bool }
	return errors.As(err, &unknown) && unknown.Unknown()
}

// foreignError tells that somebody else moved the server in the balancer.
type foreignError struct{ err error }

func (e *foreignError) Error() string { return e.err.Error() }
func (e *foreignError) Unwrap() error { return e.err }

func foreign(format string, args ...any) error {
	return &foreignError{fmt.Errorf(format, args...)}
}

// blindError tells that the balancer could not be read for long: that is not
// the version's fault.
type blindError struct{ err error }

func (e *blindError) Error() string { return e.err.Error() }
func (e *blindError) Unwrap() error { return e.err }

func isBlind(err error) bool {
	var blind *blindError
	return errors.As(err, &blind)
}

// perform does the next step of a turn: read the pool, write that the step
// begins, do it, and report what was seen.
func (c *Controller) perform(ctx context.Context, i int, t Turn) {
	step, _ := t.Step()
	found, err := c.approach(ctx, t, step)
	if err == nil {
		err = c.announce(ctx, i, step, found)
	}
	if err != nil {
		c.report(ctx, report{turn: i, kind: StepFailed, step: step, seen: found, err: err})
		return
	}
	seen, err := c.bounded(ctx, t, step)
	kind := StepDone
	if err != nil {
		kind = StepFailed
	}
	c.report(ctx, report{turn: i, kind: kind, step: step, seen: seen, err: err})
}

// announce asks the loop to write StepBegan.
func (c *Controller) announce(ctx context.Context, i int, step Step, found Seen) error {
	reply := make(chan error, 1)
	if !c.report(ctx, report{turn: i, kind: StepBegan, step: step, seen: found, reply: reply}) {
		return ctx.Err()
	}
	return <-reply
}

// report hands a report to the loop, unless the controller is ending: what
// was not reported is unknown, and begins anew when a controller runs again.
func (c *Controller) report(ctx context.Context, r report) bool {
	if ctx.Err() != nil {
		return false
	}
	select {
	case c.reports <- r:
		return true
	case <-ctx.Done():
		return false
	}
}

// approach reads the pool before a server is taken out: only one that is found
// in rotation may be.
func (c *Controller) approach(ctx context.Context, t Turn, step Step) (Seen, error) {
	if step != TakeOut {
		return Seen{}, nil
	}
	pool, standing, err := c.observe(ctx, t.Server.Name)
	if err != nil {
		return Seen{}, err
	}
	found := Seen{Rotation: standing.Rotation, Epoch: pool.Epoch}
	if standing.Rotation != fleet.In && !t.Took {
		found.Foreign = true
		return found, foreign("%s is %s in the load balancer already, and noon did not take it out: put it in by hand, then \"noon resume\"", t.Server.Name, standing.Rotation.Words())
	}
	return found, nil
}

// bounded does one step, in limited time where it is an effect on the server.
func (c *Controller) bounded(ctx context.Context, t Turn, step Step) (Seen, error) {
	if step != Stage && !changes[step] {
		return c.do(ctx, t, step)
	}
	within, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	seen, err := c.do(within, t, step)
	for tries := 1; tries < unknownMost && isUnknown(err) && sleep(within, outInterval) == nil; tries++ {
		seen, err = c.do(within, t, step)
	}
	if err != nil && within.Err() != nil && ctx.Err() == nil {
		err = fmt.Errorf("%s %s was not done within %s, and was given up: %w", step, t.Server.Name, longest, err)
	}
	return seen, err
}

// do does one step.
func (c *Controller) do(ctx context.Context, t Turn, step Step) (Seen, error) {
	switch step {
	case Stage:
		return Seen{Words: "on the server's disk"}, c.release.Stage(ctx, t.Server, t.To, t.From)
	case TakeOut:
		return c.takeOut(ctx, t)
	case Stop:
		return c.change(ctx, t, c.stop)
	case Install:
		return c.change(ctx, t, c.install)
	case Restore:
		return c.change(ctx, t, c.restore)
	case Start:
		return c.change(ctx, t, c.start)
	case Check:
		return c.verify(ctx, t)
	case PutBack:
		return c.putBack(ctx, t)
	case Settle:
		return c.settle(ctx, t)
	}
	return Seen{}, fmt.Errorf("step %q is not known to this version of noon", step)
}

// observe reads the pool and the server's standing in it, with patience: a
// balancer that is being restarted answers again soon.
func (c *Controller) observe(ctx context.Context, server string) (fleet.Pool, fleet.Standing, error) {
	deadline, pause := time.Now().Add(patience), pollFirst
	for {
		pool, err := c.balancer.Observe(ctx)
		standing, known := pool.Of(server)
		switch {
		case err == nil && known && standing.Rotation != fleet.RotationUnknown:
			return pool, standing, nil
		case err == nil && !known:
			err = fmt.Errorf("the load balancer does not know %s any more", server)
		case err == nil:
			err = fmt.Errorf("it is unknown whether %s is in rotation: %s", server, trouble(pool))
		}
		if time.Now().After(deadline) {
			return pool, standing, &blindError{fmt.Errorf("read the load balancer: %w", err)}
		}
		if err := sleep(ctx, pause); err != nil {
			return pool, standing, err
		}
		pause = min(2*pause, pollMost)
	}
}

func trouble(p fleet.Pool) string {
	if len(p.Trouble) == 0 {
		return "the balancer does not say"
	}
	return p.Trouble[0]
}

// sleep waits, or returns why ctx ended.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
