package rollout

import (
	"context"
	"errors"
	"time"

	"noon/fleet"
	"noon/judge"
)

// Balancer takes servers out of rotation and puts them back.
type Balancer interface {
	Capabilities() fleet.Capabilities
	// Observe reads the pool from the balancer itself.
	Observe(ctx context.Context) (fleet.Pool, error)
	// Apply is idempotent, returns when the change is effective, and refuses
	// with a *fleet.UnexpectedError.
	Apply(ctx context.Context, c fleet.Change) error
}

// Release puts versions on servers and starts them. Every method may be
// called again after it failed or its end is unknown; an error with a method
// Unknown() bool that returns true tells of the latter.
type Release interface {
	// Stage brings the version to the server's disk, and sees that from can be
	// restored there; nothing live changes.
	Stage(ctx context.Context, s fleet.Server, v, from fleet.Version) error
	Stop(ctx context.Context, s fleet.Server, v fleet.Version) error
	Install(ctx context.Context, s fleet.Server, v fleet.Version) error
	// Restore is Install of a version kept on the server, with the
	// configuration that was kept with it.
	Restore(ctx context.Context, s fleet.Server, v fleet.Version) error
	Start(ctx context.Context, s fleet.Server, v fleet.Version) error
	// BeforeDrain lets the application end its long connections.
	BeforeDrain(ctx context.Context, s fleet.Server, v fleet.Version) error
	// Prune removes releases that are not needed any more.
	Prune(ctx context.Context, s fleet.Server, protect ...fleet.Version) error
}

// Checker asks a server how it is.
type Checker interface {
	Look(ctx context.Context, s fleet.Server) (fleet.Vitals, error)
	// Clock reads the server's own clock.
	Clock(ctx context.Context, s fleet.Server) (time.Time, error)
}

// Witness compares upgraded servers with those that run the live version. This
// is the seam for judges: whatever they look at, a verdict comes out.
type Witness interface {
	// Watch looks from now on, so that there is a past to compare with when
	// the first server is upgraded. What is compared comes from watches, and
	// changes whenever another one comes. It sends a verdict after every look,
	// until ctx ends, and then closes the channel.
	Watch(ctx context.Context, watches <-chan judge.Watch) <-chan judge.Verdict
}

// Journal is the record of one rollout.
type Journal interface {
	// Append writes the event at its sequence, if that is still free (else
	// ErrTaken) and the controller's lease is still its own (else ErrFenced).
	Append(ctx context.Context, e Event) error
	// Read returns the events from a sequence to the end.
	Read(ctx context.Context, from int64) ([]Event, error)
	// Watch sends the events from a sequence on, until ctx ends.
	Watch(ctx context.Context, from int64) <-chan Event
}

// Lease is the right to act on a service.
type Lease interface {
	// Remaining is how long the right lasts if it is not renewed any more, by
	// the local monotonic clock.
	Remaining() time.Duration
	// Lost is closed when the right has ended.
	Lost() <-chan struct{}
}

var (
	// ErrTaken: somebody else wrote an event with this sequence first.
	ErrTaken = errors.New("another event has this sequence already")
	// ErrFenced: this controller's lease is not its own any more.
	ErrFenced = errors.New("this controller has lost its lease; another one may act now")
)
