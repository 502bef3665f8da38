package rollout

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"noon/fleet"
)

// putBack lets the balancer send requests to the server again: only to one
// that noon took out, and only after the version that it must run was read
// from it and it was seen to be well, by noon and by the balancer.
func (c *Controller) putBack(ctx context.Context, t Turn) (Seen, error) {
	for i, weight := range c.weights() {
		if i > 0 {
			if err := sleep(ctx, c.state.Plan.Policy.RampEvery); err != nil {
				return Seen{}, err
			}
		}
		if seen, err := c.give(ctx, t, weight); err != nil {
			return seen, err
		}
	}
	return Seen{Words: "in rotation, and healthy for the balancer" + shares(c.weights()), Version: t.Wanted()}, nil
}

// shares says a ramp in words, "" where there is none.
func shares(weights []int) string {
	if len(weights) < 2 {
		return ""
	}
	var all []string
	for _, w := range weights {
		all = append(all, fmt.Sprintf("%d %%", w))
	}
	return "; with " + strings.Join(all, ", ") + " of its share"
}

func (c *Controller) weights() []int {
	if ramp := c.state.Plan.Policy.Ramp; len(ramp) > 0 {
		return ramp
	}
	return []int{fleet.FullWeight}
}

// mayGoBack waits until the balancer sees the server healthy, where it checks
// servers that are draining, and asks the server itself once more. It returns
// the standing in which the server was found just before that.
func (c *Controller) mayGoBack(ctx context.Context, t Turn) (fleet.Standing, Seen, error) {
	deadline := time.Now().Add(c.check.Within)
	for {
		pool, standing, err := c.observe(ctx, t.Server.Name)
		if err != nil {
			return standing, Seen{}, err
		}
		if seen, err := ours(t, pool, standing); err != nil {
			return standing, seen, err
		}
		why := c.notBack(ctx, t, standing)
		if why == "" {
			return standing, Seen{}, nil
		}
		if time.Now().After(deadline) {
			return standing, Seen{}, errors.New(why)
		}
		if err := sleep(ctx, c.check.Every); err != nil {
			return standing, Seen{}, err
		}
	}
}

// ours tells whether the server's place is still as noon made it: draining, or
// in (after a crash in the middle of this step, or a restart of the balancer).
func ours(t Turn, pool fleet.Pool, standing fleet.Standing) (Seen, error) {
	if t.Took && (standing.Rotation == fleet.Draining || standing.Rotation == fleet.In) {
		return Seen{}, nil
	}
	seen := Seen{Rotation: standing.Rotation, Epoch: pool.Epoch, Foreign: true}
	return seen, foreign("%s is %s in the load balancer, and not by noon: noon does not put it back", t.Server.Name, standing.Rotation.Words())
}

// notBack says why the server may not go back yet, "" if it may.
func (c *Controller) notBack(ctx context.Context, t Turn, standing fleet.Standing) string {
	if c.balancer.Capabilities().Health && standing.Health != fleet.Healthy {
		return "the load balancer sees it " + string(standing.Health) + ": " + standing.Note
	}
	vitals, err := c.checker.Look(ctx, t.Server)
	if err != nil {
		return err.Error()
	}
	return c.notWell(t, vitals)
}

// give lets the server have a share of the requests, and waits until the
// balancer is seen to send it some. Every share of a ramp is earned anew.
func (c *Controller) give(ctx context.Context, t Turn, weight int) (Seen, error) {
	standing, seen, err := c.mayGoBack(ctx, t)
	if err != nil {
		return seen, err
	}
	change := fleet.Change{Server: t.Server.Name, Expect: standing.Rotation, Rotation: fleet.In, Weight: weight}
	if err := c.balancer.Apply(ctx, change); err != nil {
		return c.refused(err)
	}
	return c.awaitIn(ctx, t, weight)
}

func (c *Controller) refused(err error) (Seen, error) {
	var unexpected *fleet.UnexpectedError
	if errors.As(err, &unexpected) {
		return Seen{Rotation: unexpected.Actual, Foreign: true}, &foreignError{err}
	}
	return Seen{}, err
}

// awaitIn reads back that the server is in rotation and healthy.
func (c *Controller) awaitIn(ctx context.Context, t Turn, weight int) (Seen, error) {
	deadline, pause := time.Now().Add(patience), pollFirst
	for {
		pool, standing, err := c.observe(ctx, t.Server.Name)
		if err != nil {
			return Seen{}, err
		}
		if standing.Rotation != fleet.In {
			return Seen{Rotation: standing.Rotation, Epoch: pool.Epoch, Foreign: true},
				foreign("%s was put in, and is %s now: somebody else changed it", t.Server.Name, standing.Rotation.Words())
		}
		if standing.Health == fleet.Healthy || (!c.balancer.Capabilities().Health && standing.Health == fleet.HealthUnknown) {
			return Seen{}, nil
		}
		if time.Now().After(deadline) {
			return Seen{}, fmt.Errorf("the load balancer sees it %s with %d %% of its share: %s", standing.Health, weight, standing.Note)
		}
		if err := sleep(ctx, pause); err != nil {
			return Seen{}, err
		}
		pause = min(2*pause, pollMost)
	}
}
