package rollout

import (
	"context"
	"errors"
	"fmt"
	"time"

	"noon/fleet"
)

// takeOut drains the server and waits until nothing is in flight any more.
func (c *Controller) takeOut(ctx context.Context, t Turn) (Seen, error) {
	seen, err := c.drain(ctx, t)
	if err != nil {
		return seen, err
	}
	// The command only helps: what counts is that nothing is in flight. A
	// process that died cannot be helped, and must not be kept from its way
	// back.
	helped := c.release.BeforeDrain(ctx, t.Server, t.Wanted())
	seen, err = c.empty(ctx, t, seen)
	switch {
	case helped == nil:
	case err != nil:
		err = fmt.Errorf("%w; and \"drain: before\" failed: %w", err, helped)
	default:
		seen.Words += "; \"drain: before\" failed: " + helped.Error()
	}
	return seen, err
}

// drain tells the balancer to send the server no new requests, if enough
// others serve. The look and the change are one act: no other turn of this
// rollout takes a server out in between.
func (c *Controller) drain(ctx context.Context, t Turn) (Seen, error) {
	c.taking.Lock()
	defer c.taking.Unlock()
	pool, err := c.awaitCapacity(ctx, t)
	if err != nil {
		return seenOf(pool, t, err), err
	}
	standing, _ := pool.Of(t.Server.Name)
	seen := Seen{Epoch: pool.Epoch, InFlight: &standing.InFlight}
	if standing.Rotation == fleet.Draining {
		return seen, nil
	}
	err = c.balancer.Apply(ctx, fleet.Change{Server: t.Server.Name, Expect: fleet.In, Rotation: fleet.Draining})
	var unexpected *fleet.UnexpectedError
	if errors.As(err, &unexpected) {
		err = &foreignError{err}
		seen.Foreign = true
	}
	return seen, err
}

// awaitCapacity reads the pool until the server may be taken out.
func (c *Controller) awaitCapacity(ctx context.Context, t Turn) (fleet.Pool, error) {
	deadline := time.Now().Add(patience)
	for {
		pool, standing, err := c.observe(ctx, t.Server.Name)
		if err != nil {
			return pool, err
		}
		if standing.Rotation == fleet.Draining && t.Took {
			return pool, nil
		}
		if standing.Rotation != fleet.In {
			return pool, foreign("%s is %s in the load balancer by somebody else's hand", t.Server.Name, standing.Rotation.Words())
		}
		err = c.enough(pool, standing, t.Course)
		if err == nil || c.sabotage.noCapacity {
			return pool, nil
		}
		if time.Now().After(deadline) {
			return pool, err
		}
		if err := sleep(ctx, pollMost); err != nil {
			return pool, err
		}
	}
}

// enough tells whether the others are as many as the policy keeps. A server on
// its way back that the balancer sees unhealthy serves nobody: to take it out
// leaves as many as there were, and its way back is what brings more.
func (c *Controller) enough(pool fleet.Pool, standing fleet.Standing, course Course) error {
	if course == Back && standing.Health == fleet.Unhealthy {
		return nil
	}
	left, keep := pool.Serving(), c.state.Plan.Policy.Keep
	if standing.Serving() {
		left--
	}
	if left >= keep {
		return nil
	}
	return fmt.Errorf("taking it out would leave %d servers healthy and in rotation, and keep is %d: bring others back, then \"noon resume\"", left, keep)
}

// seenOf is what a failed drain read back. A server that is still in rotation
// was not taken out.
func seenOf(pool fleet.Pool, t Turn, err error) Seen {
	var f *foreignError
	seen := Seen{Epoch: pool.Epoch, Foreign: errors.As(err, &f)}
	if standing, ok := pool.Of(t.Server.Name); ok {
		seen.Rotation = standing.Rotation
	}
	return seen
}

// empty waits until nothing is in flight, seen twice in a row; after the
// policy's wait it fails, or counts what is cut. A count that cannot be read
// is not zero.
func (c *Controller) empty(ctx context.Context, t Turn, seen Seen) (Seen, error) {
	policy, began := c.state.Plan.Policy.Drain, time.Now()
	pause, zeros := pollFirst, 0
	for {
		pool, standing, err := c.observe(ctx, t.Server.Name)
		if err != nil {
			return seen, err
		}
		if standing.Rotation != fleet.Draining {
			return c.moved(ctx, t, pool, standing, seen.Epoch)
		}
		if zeros = zeros + 1; !standing.InFlight.Zero() {
			zeros = 0
		}
		waited := time.Since(began)
		switch {
		case zeros >= 2 || c.sabotage.noDrain:
			seen.Words = fmt.Sprintf("%s in flight, 0 after %s", counted(*seen.InFlight), waited.Round(time.Millisecond))
			return seen, nil
		case waited >= policy.Wait && policy.After == fleet.CutDrain:
			seen.Cut = &standing.InFlight
			seen.Words = fmt.Sprintf("%s still in flight after %s: cut, as \"drain: after: cut\" says", counted(standing.InFlight), policy.Wait)
			return seen, nil
		case waited >= policy.Wait:
			return seen, fmt.Errorf("%s still in flight after %s; a \"drain: before\" command can end long connections, \"after: cut\" would cut them", counted(standing.InFlight), policy.Wait)
		}
		if err := sleep(ctx, pause); err != nil {
			return seen, err
		}
		pause = min(pause*3/2, pollMost)
	}
}

func counted(c fleet.Count) string {
	switch {
	case !c.Known:
		return "an unknown number of requests"
	case c.N == 1:
		return "1 request"
	}
	return fmt.Sprintf("%d requests", c.N)
}

// moved deals with a server that noon took out and that is found elsewhere. A
// balancer that was restarted has forgotten what it was told: the server is
// taken out again, by the same rules. Everything else was a human.
func (c *Controller) moved(ctx context.Context, t Turn, pool fleet.Pool, standing fleet.Standing, epoch string) (Seen, error) {
	if standing.Rotation != fleet.In || pool.Epoch == epoch {
		seen := Seen{Rotation: standing.Rotation, Epoch: pool.Epoch, Foreign: true}
		return seen, foreign("%s is %s in the load balancer by somebody else's hand, while noon had it out", t.Server.Name, standing.Rotation.Words())
	}
	t.Epoch = pool.Epoch
	seen, err := c.takeOut(ctx, t)
	if err == nil {
		seen.Words = "the load balancer was restarted and had put it back; taken out again: " + seen.Words
	}
	return seen, err
}

// stillOut makes sure that the server is out of rotation with nothing in
// flight (or cut, in this epoch, as the policy says), and returns the epoch in
// which it is.
func (c *Controller) stillOut(ctx context.Context, t Turn) (Seen, error) {
	pool, standing, err := c.observe(ctx, t.Server.Name)
	switch {
	case err != nil:
		return Seen{}, err
	case standing.Rotation != fleet.Draining:
		return c.moved(ctx, t, pool, standing, t.Epoch)
	case standing.InFlight.Zero():
	case pool.Epoch == t.Epoch && c.state.Plan.Policy.Drain.After == fleet.CutDrain:
	default:
		return c.empty(ctx, t, Seen{Epoch: pool.Epoch, InFlight: &standing.InFlight})
	}
	return Seen{Epoch: pool.Epoch}, nil
}
