package rollout

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"noon/fleet"
	"noon/observe"
	"noon/plan"
)

// rollouts is how many random rollouts are run; NOON_SEED runs just one.
const rollouts = 20_000

// TestInvariantsHoldInRandomRollouts runs rollouts over random fleets, with
// failures of every effect, kills between any two of them, controllers that
// are stopped and wake up late, hands that move servers, restarts of the
// balancer. The simulated world asserts the invariants at every effect.
func TestInvariantsHoldInRandomRollouts(t *testing.T) {
	if seed, err := strconv.ParseUint(os.Getenv("NOON_SEED"), 10, 64); err == nil {
		if text := simulate(t, seed, sabotage{}); text != "" {
			t.Fatalf("seed %d: %s", seed, text)
		}
		return
	}
	n := uint64(rollouts)
	if testing.Short() || raceEnabled {
		n /= 20
	}
	const shares = 4
	for share := range uint64(shares) {
		t.Run(fmt.Sprint(share), func(t *testing.T) {
			t.Parallel()
			for seed := share; seed < n; seed += shares {
				if text := simulate(t, seed, sabotage{}); text != "" {
					t.Fatalf("NOON_SEED=%d: %s", seed, text)
				}
			}
		})
	}
}

// TestKilledBetweenAnyTwoEffects kills the controller once at every operation
// of rollouts in which nothing else goes wrong: each ends well all the same.
func TestKilledBetweenAnyTwoEffects(t *testing.T) {
	moments := 0
	for seed := range uint64(6) {
		for moment, more := 1, true; more; moment++ {
			moments++
			synctest.Test(t, func(t *testing.T) {
				w, _ := newWorld(seed)
				w.faults, w.kills, w.pauses = 0, map[int]bool{moment: true}, nil
				run := simulation{w: w, quiet: true}
				run.do()
				more = w.ops > moment
				if end := w.journal.state.End; len(w.violations) > 0 || end != nil && end.Outcome != Succeeded {
					t.Errorf("seed %d, killed at operation %d: %s", seed, moment, w.violationText())
				}
			})
		}
	}
	if moments < 300 {
		t.Errorf("only %d moments were tried", moments)
	}
	t.Logf("%d moments", moments)
}

// TestABrokenInvariantIsNoticed shows that the simulated world can fail.
func TestABrokenInvariantIsNoticed(t *testing.T) {
	for name, s := range map[string]sabotage{
		"capacity is not looked at":    {noCapacity: true},
		"in-flight is not waited for":  {noDrain: true},
		"the version is not looked at": {noVersion: true},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(300) {
				if simulate(t, seed, s) != "" {
					return
				}
			}
			t.Fatal("300 rollouts with a broken controller, and nothing was noticed")
		})
	}
}

// simulate runs one random rollout to its end, and returns what was violated.
func simulate(t *testing.T, seed uint64, s sabotage) (violation string) {
	synctest.Test(t, func(t *testing.T) {
		w, ill := newWorld(seed)
		run := simulation{w: w, ill: ill, sabotage: s}
		run.do()
		violation = w.violationText()
	})
	return violation
}

// simulation is one rollout with its controllers and its operator.
type simulation struct {
	w        *world
	ill      illnesses
	sabotage sabotage
	// quiet: the human says nothing unless the rollout is held.
	quiet bool
	// choice is what the human promotes; drawn where it is "".
	choice fleet.Version
	number int
}

func (r *simulation) do() {
	if !r.begin() {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	operated := make(chan struct{})
	go func() { defer close(operated); r.operate(ctx) }()
	r.control(ctx)
	cancel()
	<-operated
	r.assertEnd()
}

// begin plans the rollout, as a controller does.
func (r *simulation) begin() bool {
	w := r.w
	seen := plan.Seen{Vitals: map[string]fleet.Vitals{}, Capabilities: simBalancer{}.Capabilities()}
	for _, s := range w.servers {
		seen.Vitals[s.Name] = fleet.Vitals{Healthy: true, Version: s.running}
		seen.Pool.Standings = append(seen.Pool.Standings, w.standing(s, r.ill))
	}
	p, err := plan.Make(w.service, w.versions, seen)
	if err != nil {
		return false
	}
	w.journal.say(Event{Kind: RolloutStarted, By: "ana", Plan: &p})
	return true
}

// control starts controllers until the rollout is finished: another one when
// the last was killed, and while the last one is stopped.
func (r *simulation) control(ctx context.Context) {
	for !r.over() {
		done, stopped := r.incarnate(ctx)
		for waiting := true; waiting; {
			select {
			case <-done:
				waiting = false
			case <-time.After(15 * time.Second):
				waiting = !stopped()
			}
		}
		defer func() { <-done }()
		time.Sleep(time.Duration(r.draw(5)) * time.Second)
	}
}

func (r *simulation) incarnate(parent context.Context) (done chan struct{}, stopped func() bool) {
	r.number++
	ctx, cancel := context.WithCancel(parent)
	by := &incarnation{w: r.w, ill: r.ill, cancel: cancel, number: r.number, lost: make(chan struct{})}
	r.w.mu.Lock()
	r.w.journal.holder = by.number
	r.w.mu.Unlock()
	balancer, checker := simBalancer{by}, simChecker{by}
	witness := &observe.Witness{Pool: balancer, Checker: checker, Every: time.Second, Timeout: 3 * time.Second, InARow: 3}
	c := NewController(World{balancer, simRelease{by}, checker, witness}, journalOf{by}, by, r.w.service.Check, fmt.Sprint("controller ", by.number))
	c.sabotage = r.sabotage
	done = make(chan struct{})
	go func() {
		defer close(done)
		defer cancel()
		_, err := c.Run(ctx)
		r.judgeEnd(err)
	}()
	return done, func() bool { return time.Now().Before(by.pausedUntil()) }
}

func (r *simulation) judgeEnd(err error) {
	if err == nil || errors.Is(err, errKilled) || errors.Is(err, context.Canceled) || errors.Is(err, ErrFenced) {
		return
	}
	r.w.mu.Lock()
	defer r.w.mu.Unlock()
	r.w.violate("a controller ended with %v", err)
}

func (r *simulation) state() State {
	r.w.mu.Lock()
	defer r.w.mu.Unlock()
	return r.w.journal.state
}

func (r *simulation) over() bool { return r.state().Phase == Finished }

// operate is the human: now and then they say something; when the rollout is
// held they mend what is broken, and go on. After a while all faults end, and
// the rollout has to end too.
func (r *simulation) operate(ctx context.Context) {
	for round := 0; ; round++ {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Duration(20+r.draw(60)) * time.Second):
		}
		s := r.state()
		switch {
		case s.Phase == Finished:
			return
		case round == 100:
			r.w.mu.Lock()
			r.w.violate("the rollout does not end: phase %s, hold %v", s.Phase, s.Hold)
			r.w.mu.Unlock()
			for !r.over() {
				r.w.journal.say(Event{Kind: RolloutFinished, Outcome: Ended})
			}
			return
		case round > 5:
			r.calm()
		}
		r.say(s)
	}
}

func (r *simulation) draw(n int) int {
	r.w.mu.Lock()
	defer r.w.mu.Unlock()
	return r.w.random.IntN(n)
}

// calm ends all faults and puts in what hands took out.
func (r *simulation) calm() {
	r.w.mu.Lock()
	defer r.w.mu.Unlock()
	r.w.faults = 0
	for _, s := range r.w.servers {
		if now := time.Now(); s.empty.After(now) {
			s.empty = now
		}
		if s.rotation == fleet.Out {
			r.w.note("a hand puts %s in again", s.Name)
			s.rotation, s.weight, r.w.changed = fleet.In, 100, time.Now()
		}
	}
}

func (r *simulation) say(s State) {
	e := Event{By: "ana", Why: "simulated", Version: r.drawVersion(s)}
	switch x := r.draw(100); {
	case r.quiet && s.Hold == nil:
		return
	case r.quiet && s.choosing() && s.Phase == Watching:
		e.Kind = Promoted
	case r.quiet:
		e.Kind = Resumed
	case s.Hold != nil && x < 60:
		e.Kind = Resumed
	case s.Hold != nil && x < 80, x < 3:
		e.Kind = RollbackStarted
	case s.Hold != nil && x < 90, x < 5:
		e.Kind = Aborted
	case s.Phase == Watching && (s.Hold != nil || len(s.Plan.Versions) > 0 && x < 35):
		e.Kind = Promoted
	case x < 15:
		e.Kind = Held
	default:
		return
	}
	if s.Phase == Aborting || (s.Phase == RollingBack && e.Kind == RollbackStarted) {
		return
	}
	r.w.journal.say(e)
}

// drawVersion draws one to promote, also one that is out; "" where there is no
// choice.
func (r *simulation) drawVersion(s State) fleet.Version {
	if len(s.Plan.Versions) == 0 || r.choice != "" {
		return r.choice
	}
	return s.Plan.Versions[r.draw(len(s.Plan.Versions))]
}

// assertEnd asserts invariant 5, and that the outcome is true.
func (r *simulation) assertEnd() {
	w, s := r.w, r.state()
	if s.End == nil {
		return
	}
	for _, server := range w.servers {
		if server.took && server.rotation != fleet.In && !named(server.Name, s.End.Out) {
			w.violate("invariant 5: %s is left out of rotation unnoticed", server.Name)
		}
	}
	for _, t := range s.Turns {
		server := w.of(t.Server.Name)
		if s.End.Outcome == Succeeded && (server.running != t.To || t.To != s.Version) {
			w.violate("succeeded, but %s runs %s", server.Name, server.running)
		}
		if (s.End.Outcome == WentBack || s.End.Outcome == Failed) && server.running != t.From {
			w.violate("%s, but %s runs %s", s.End.Outcome, server.Name, server.running)
		}
	}
}

func named(name string, names []string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}
