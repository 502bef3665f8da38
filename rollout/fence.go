package rollout

import (
	"context"
	"time"

	"noon/fleet"
)

// The journal's fence keeps a stale controller from writing; this one keeps it
// from acting. An effect starts only while the lease has longer to run than
// effectMargin, and its context ends when the lease is lost, so a controller
// that was paused between StepBegan and the effect does nothing late.
const effectMargin = 2 * time.Second

// fence guards the effects of one controller.
type fence struct{ lease Lease }

// pass returns an error where an effect must not start.
func (f fence) pass(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if f.lease.Remaining() < effectMargin {
		return ErrFenced
	}
	return nil
}

// fencedBalancer lets changes through only while the fence does.
type fencedBalancer struct {
	Balancer
	fence fence
}

func (b fencedBalancer) Apply(ctx context.Context, c fleet.Change) error {
	if err := b.fence.pass(ctx); err != nil {
		return err
	}
	return b.Balancer.Apply(ctx, c)
}

// fencedRelease does the same for what is done on servers.
type fencedRelease struct {
	Release
	fence fence
}

func (r fencedRelease) Stop(ctx context.Context, s fleet.Server, v fleet.Version) error {
	if err := r.fence.pass(ctx); err != nil {
		return err
	}
	return r.Release.Stop(ctx, s, v)
}

func (r fencedRelease) Install(ctx context.Context, s fleet.Server, v fleet.Version) error {
	if err := r.fence.pass(ctx); err != nil {
		return err
	}
	return r.Release.Install(ctx, s, v)
}

func (r fencedRelease) Restore(ctx context.Context, s fleet.Server, v fleet.Version) error {
	if err := r.fence.pass(ctx); err != nil {
		return err
	}
	return r.Release.Restore(ctx, s, v)
}

func (r fencedRelease) Start(ctx context.Context, s fleet.Server, v fleet.Version) error {
	if err := r.fence.pass(ctx); err != nil {
		return err
	}
	return r.Release.Start(ctx, s, v)
}
