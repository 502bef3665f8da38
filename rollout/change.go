package rollout

import (
	"context"
	"time"
)

// outInterval is the time between two looks at a server that is out.
const outInterval = time.Second

// act is one effect on a server that is out of rotation.
type act func(ctx context.Context, t Turn) (Seen, error)

// change does act while the server is out, and keeps watching that it stays
// out: a balancer that is restarted in the middle puts servers back.
func (c *Controller) change(ctx context.Context, t Turn, do act) (Seen, error) {
	before, err := c.stillOut(ctx, t)
	if err != nil {
		return before, err
	}
	t.Epoch = before.Epoch
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	kept := make(chan Seen, 1)
	go func() { kept <- c.keepOut(ctx, t, cancel) }()
	seen, err := do(ctx, t)
	cause := context.Cause(ctx)
	cancel(nil)
	out := <-kept
	if out.Foreign && cause != nil {
		return out, cause
	}
	return seen.and(before.and(out)), err
}

// keepOut looks at the server until ctx ends, and takes it out again after a
// restart of the balancer. Where somebody put it in, it cancels what goes on.
func (c *Controller) keepOut(ctx context.Context, t Turn, cancel context.CancelCauseFunc) Seen {
	seen := Seen{Epoch: t.Epoch}
	for sleep(ctx, outInterval) == nil {
		now, err := c.stillOut(ctx, t)
		if now.Foreign {
			cancel(err)
			return now
		}
		if err == nil {
			t.Epoch, seen = now.Epoch, seen.and(now)
		}
	}
	return seen
}

// and adds what was seen of a server's drain beside or after s: a restart of
// the balancer has to be told, and what was cut then has to be counted.
func (s Seen) and(drain Seen) Seen {
	s.Epoch = drain.Epoch
	if s.Words != "" && drain.Words != "" {
		s.Words += "; "
	}
	s.Words += drain.Words
	if s.Cut == nil {
		s.Cut = drain.Cut
	} else if drain.Cut != nil {
		sum := s.Cut.Plus(*drain.Cut)
		s.Cut = &sum
	}
	return s
}

func (c *Controller) stop(ctx context.Context, t Turn) (Seen, error) {
	return Seen{}, c.release.Stop(ctx, t.Server, t.Wanted())
}

func (c *Controller) install(ctx context.Context, t Turn) (Seen, error) {
	return Seen{Version: t.To}, c.release.Install(ctx, t.Server, t.To)
}

func (c *Controller) restore(ctx context.Context, t Turn) (Seen, error) {
	return Seen{Version: t.From}, c.release.Restore(ctx, t.Server, t.From)
}

// start reads the server's clock and then starts the process: one that began
// before is not the one that was started.
func (c *Controller) start(ctx context.Context, t Turn) (Seen, error) {
	mark, err := c.checker.Clock(ctx, t.Server)
	if err != nil {
		return Seen{}, err
	}
	return Seen{Mark: mark}, c.release.Start(ctx, t.Server, t.Wanted())
}
