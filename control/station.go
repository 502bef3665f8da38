package control

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"noon/fleet"
	"noon/journal"
	"noon/plan"
	"noon/rollout"
	"noon/rollout/record"
)

// Site is a service with all that reaches it.
type Site struct {
	Service fleet.Service
	World   rollout.World
	// Preflight names what must be mended before anything is touched.
	Preflight func(ctx context.Context) []fleet.Problem
	// Trace lets the watch of a rollout be recorded; nil for none.
	Trace func(rollout int64)
	// Ready tells whether the version can be brought to the servers.
	Ready func(version fleet.Version) error
	Close func() error
}

// Station takes the orders of one service, one at a time, and runs at most one
// rollout.
type Station struct {
	// Open reads noon.yaml and builds what reaches the service; it is called
	// anew for every order, so that a changed noon.yaml counts.
	Open    func() (*Site, error)
	Journal *journal.Journal
	Record  *record.Record
	Service string
	Holder  journal.Holder

	mu      sync.Mutex
	running *running
}

// running is the rollout that this station carries on.
type running struct {
	number int64
	cancel context.CancelFunc
	done   chan struct{}
	err    error
}

// Order is a request to deploy a version, or several of which one is chosen.
type Order struct {
	Versions fleet.Versions
	By, Why  string
}

// Plan says what a deploy of the versions would do. It changes nothing. The
// error is a *plan.Refusal where it would be refused.
func (s *Station) Plan(ctx context.Context, versions fleet.Versions) (plan.Plan, error) {
	site, err := s.Open()
	if err != nil {
		return plan.Plan{}, err
	}
	defer site.Close()
	return site.plan(ctx, versions)
}

// Deploy begins a rollout and returns its number; an unfinished one to the
// same versions is carried on instead.
func (s *Station) Deploy(ctx context.Context, o Order) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.busy(ctx); err != nil {
		return 0, err
	}
	site, err := s.Open()
	if err != nil {
		return 0, err
	}
	number, lease, err := s.begin(ctx, site, o)
	if err != nil {
		return 0, errors.Join(err, site.Close())
	}
	s.start(site, number, lease)
	return number, nil
}

// begin takes the lease, and finds or writes the rollout's first event.
func (s *Station) begin(ctx context.Context, site *Site, o Order) (int64, *journal.Lease, error) {
	lease, err := s.Journal.Acquire(ctx, s.Service, s.Holder)
	if err != nil {
		return 0, nil, err
	}
	number, err := s.unfinished(ctx, o)
	if err == nil && number == 0 {
		number, err = s.write(ctx, site, o, lease)
	}
	if err != nil {
		return 0, nil, errors.Join(err, lease.Release(ctx))
	}
	return number, lease, nil
}

func (s *Station) write(ctx context.Context, site *Site, o Order, lease *journal.Lease) (int64, error) {
	p, err := site.plan(ctx, o.Versions)
	if err != nil {
		return 0, err
	}
	return s.Record.Begin(ctx, rollout.Event{Kind: rollout.RolloutStarted, By: o.By, Why: o.Why, Plan: &p}, lease)
}

// unfinished returns the number of an unfinished rollout to the same versions,
// 0 if all are finished. One that was held is resumed: who deploys it again
// wants it to go on.
func (s *Station) unfinished(ctx context.Context, o Order) (int64, error) {
	number, finished, err := s.Record.Latest(ctx)
	if err != nil || finished {
		return 0, err
	}
	state, err := s.Record.State(ctx, number)
	if err != nil {
		return 0, err
	}
	if !state.Plan.Goal().Same(o.Versions) || state.Phase == rollout.RollingBack || state.Phase == rollout.Aborting {
		return 0, &UnfinishedError{Number: number, Versions: state.Plan.Goal(), Phase: state.Phase, Hold: state.Hold}
	}
	if state.Hold == nil {
		return number, nil
	}
	return number, s.Record.Say(ctx, number, rollout.Event{Kind: rollout.Resumed, By: o.By, Why: "deployed again"})
}

// TakeUp carries on an unfinished rollout, if there is one; it returns its
// number, or 0.
func (s *Station) TakeUp(ctx context.Context) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.active() != nil {
		return s.running.number, nil
	}
	number, finished, err := s.Record.Latest(ctx)
	if err != nil || finished {
		return 0, err
	}
	site, err := s.Open()
	if err != nil {
		return 0, err
	}
	lease, err := s.Journal.Acquire(ctx, s.Service, s.Holder)
	if err != nil {
		return 0, errors.Join(err, site.Close())
	}
	s.start(site, number, lease)
	return number, nil
}

// active returns the running rollout, nil if none is. The lock is held.
func (s *Station) active() *running {
	if s.running == nil {
		return nil
	}
	select {
	case <-s.running.done:
		return nil
	default:
		return s.running
	}
}

// start runs the rollout's controller until it is finished or Stop is called.
func (s *Station) start(site *Site, number int64, lease *journal.Lease) {
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{number: number, cancel: cancel, done: make(chan struct{})}
	s.running = r
	go func() {
		defer close(r.done)
		defer cancel()
		r.err = errors.Join(s.carry(ctx, site, number, lease), site.Close())
	}()
}

// leaseAgain is the pause before a lost lease is asked for again.
const leaseAgain = 2 * time.Second

// carry runs controllers until the rollout is finished or ctx ends. A lease
// that was lost (the machine slept, etcd was away) is asked for again; when
// another controller has taken over, this one leaves it the rollout.
func (s *Station) carry(ctx context.Context, site *Site, number int64, lease *journal.Lease) error {
	if site.Trace != nil {
		site.Trace(number)
	}
	for {
		c := rollout.NewController(site.World, s.Record.Of(number, lease), lease, site.Service.Check, s.Holder.Name)
		_, err := c.Run(ctx)
		released := lease.Release(context.WithoutCancel(ctx))
		switch {
		case err == nil, ctx.Err() != nil:
			return released
		case !errors.Is(err, rollout.ErrFenced):
			return fmt.Errorf("rollout %d stopped, and goes on when a controller runs again: %w", number, err)
		}
		if lease, err = s.again(ctx); err != nil {
			return err
		}
	}
}

func (s *Station) again(ctx context.Context) (*journal.Lease, error) {
	for {
		lease, err := s.Journal.Acquire(ctx, s.Service, s.Holder)
		var held *journal.HeldError
		if err == nil || errors.As(err, &held) || ctx.Err() != nil {
			return lease, err
		}
		select {
		case <-time.After(leaseAgain):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// Stop ends the controller where it is, and waits for its end. The rollout
// goes on when a controller runs again.
func (s *Station) Stop() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running == nil {
		return nil
	}
	s.running.cancel()
	<-s.running.done
	return s.running.err
}

// Running returns the number of the rollout that this station carries on, 0 if
// none, and why the last one stopped.
func (s *Station) Running() (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.active(); r != nil {
		return r.number, nil
	}
	if s.running != nil {
		return 0, s.running.err
	}
	return 0, nil
}
