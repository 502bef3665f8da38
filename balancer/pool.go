package balancer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"noon/fleet"
)

// Member is one of several balancers in front of the same servers.
type Member struct {
	// Name is how messages call it: "lb1:/run/haproxy/admin.sock".
	Name   string
	Driver Driver
	// Standby: its silence does not block a rollout.
	Standby bool
}

// Several is one pool behind several balancers: a server is in rotation,
// draining or out only when all of them confirm it.
type Several struct {
	members []Member
}

var _ Driver = (*Several)(nil)

// NewSeveral returns the pool behind members, of which there must be one at
// least.
func NewSeveral(members []Member) *Several {
	return &Several{members: slices.Clone(members)}
}

// Capabilities are those that all members have; the settling time is the
// longest.
func (s *Several) Capabilities() fleet.Capabilities {
	var all fleet.Capabilities
	for i, member := range s.members {
		c := member.Driver.Capabilities()
		if i == 0 {
			all = c
		}
		all.Weights = all.Weights && c.Weights
		all.InFlight = all.InFlight && c.InFlight
		all.Counters = all.Counters && c.Counters
		all.Health = all.Health && c.Health
		all.CompareAndSet = all.CompareAndSet && c.CompareAndSet
		all.KeepsState = all.KeepsState && c.KeepsState
		all.Settle = max(all.Settle, c.Settle)
	}
	return all
}

// Preflight gathers the problems of all members, each with the member's name.
func (s *Several) Preflight(ctx context.Context) ([]fleet.Problem, error) {
	var problems []fleet.Problem
	var failed []error
	found := make([][]fleet.Problem, len(s.members))
	errs := s.each(func(i int, m Member) (err error) { found[i], err = m.Driver.Preflight(ctx); return err })
	for i, member := range s.members {
		switch {
		case errs[i] == nil:
			problems = append(problems, named(member, found[i])...)
		case member.Standby:
			problems = append(problems, fleet.Problem{What: silent(member, errs[i]), Mend: "start it, or take it out of noon.yaml"})
		default:
			failed = append(failed, errs[i])
		}
	}
	return problems, errors.Join(failed...)
}

// named puts the member's name before each problem.
func named(m Member, problems []fleet.Problem) []fleet.Problem {
	for i := range problems {
		problems[i].What = m.Name + ": " + problems[i].What
	}
	return problems
}

// each calls do for all members at once and waits for all.
func (s *Several) each(do func(i int, m Member) error) []error {
	errs := make([]error, len(s.members))
	var all sync.WaitGroup
	for i, member := range s.members {
		all.Go(func() { errs[i] = do(i, member) })
	}
	all.Wait()
	return errs
}

// Observe reads all members. One that does not answer is trouble, and unless
// it is a standby nothing is known of rotation, health and requests in flight.
// It is an error only when no member answers.
func (s *Several) Observe(ctx context.Context) (fleet.Pool, error) {
	answers := s.ask(ctx)
	if answering(answers) == 0 {
		var errs []error
		for _, a := range answers {
			errs = append(errs, fmt.Errorf("%s: %w", a.member.Name, a.err))
		}
		return fleet.Pool{}, fmt.Errorf("no load balancer of the pool answers: %w", errors.Join(errs...))
	}
	return merged(answers), nil
}

func (s *Several) ask(ctx context.Context) []answer {
	answers := make([]answer, len(s.members))
	s.each(func(i int, m Member) error {
		pool, err := m.Driver.Observe(ctx)
		answers[i] = answer{member: m, pool: pool, err: err}
		return nil
	})
	return answers
}

// Apply changes the server on all members, and on none when one of them shows
// it otherwise than expected. Taking out goes on when one fails, so that as
// many as can be stop sending it requests; putting in stops at the first that
// fails. Standbys that do not answer are passed over.
func (s *Several) Apply(ctx context.Context, c fleet.Change) error {
	var failed []error
	for _, a := range s.ask(ctx) {
		if a.err == nil || !a.member.Standby {
			failed = append(failed, a.refusal(c))
		}
	}
	if err := errors.Join(failed...); err != nil {
		return err
	}
	return s.apply(ctx, c)
}

// refusal is why a member may not be told of the change. A silent member is
// none yet: it is told with the others.
func (a answer) refusal(c fleet.Change) error {
	standing, known := a.pool.Of(c.Server)
	if a.err != nil || !known || standing.Rotation == c.Expect || standing.Rotation == c.Rotation {
		return nil
	}
	return fmt.Errorf("load balancer %s: %w", a.member.Name, &fleet.UnexpectedError{Server: c.Server, Expected: c.Expect, Actual: standing.Rotation})
}

func (s *Several) apply(ctx context.Context, c fleet.Change) error {
	var failed []error
	for _, member := range s.members {
		err := member.Driver.Apply(ctx, c)
		if err == nil || member.Standby && silentNow(ctx, member) {
			continue
		}
		failed = append(failed, fmt.Errorf("load balancer %s: %w", member.Name, err))
		if c.Rotation != fleet.Draining {
			break
		}
	}
	return errors.Join(failed...)
}

// silentNow tells whether a standby that did not obey does not answer at all.
func silentNow(ctx context.Context, m Member) bool {
	_, err := m.Driver.Observe(ctx)
	return err != nil && ctx.Err() == nil
}

func silent(m Member, err error) string {
	kind := "load balancer"
	if m.Standby {
		kind = "standby load balancer"
	}
	return fmt.Sprintf("%s %s does not answer: %s", kind, m.Name, strings.TrimSpace(err.Error()))
}
