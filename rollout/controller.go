package rollout

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"noon/fleet"
	"noon/judge"
)

// World is all that a rollout acts on and looks at.
type World struct {
	Balancer Balancer
	Release  Release
	Checker  Checker
	Witness  Witness
}

// Controller carries out one rollout. It is used once.
type Controller struct {
	balancer Balancer
	release  Release
	checker  Checker
	witness  Witness
	journal  Journal
	lease    Lease
	check    fleet.Check
	by       string

	state State
	// active are the turns with a step in hand.
	active  map[int]bool
	reports chan report
	steps   sync.WaitGroup
	// taking makes the look at the pool's capacity and the drain that relies
	// on it one act.
	taking  sync.Mutex
	watcher watcher
	// sabotage breaks an invariant on purpose, to show that the tests notice.
	sabotage sabotage
}

// sabotage is what tests switch off to see an invariant broken.
type sabotage struct{ noCapacity, noDrain, noVersion bool }

// report is what a step tells the controller's loop.
type report struct {
	turn int
	kind Kind
	step Step
	seen Seen
	err  error
	// reply tells a step that is about to begin whether it may.
	reply chan error
}

// errMoved tells a step that the rollout has changed since it was chosen.
var errMoved = errors.New("the rollout moved on")

// NewController returns the controller of the rollout in the journal. check
// says how patient it is with servers, by is who it acts for: "ana@laptop".
func NewController(w World, j Journal, l Lease, check fleet.Check, by string) *Controller {
	f := fence{l}
	return &Controller{
		balancer: fencedBalancer{w.Balancer, f}, release: fencedRelease{w.Release, f},
		checker: w.Checker, witness: w.Witness, journal: j, lease: l, check: check, by: by,
		active: map[int]bool{}, reports: make(chan report),
	}
}

// Run carries the rollout on until it is finished, ctx ends, or the lease is
// lost (ErrFenced). When it returns nothing of it runs any more. A rollout
// that is not finished goes on when another controller runs it.
func (c *Controller) Run(ctx context.Context) (State, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer c.steps.Wait()
	defer cancel(nil)
	stop := c.guard(ctx, cancel)
	defer stop()
	if err := c.takeUp(ctx); err != nil {
		return c.state, err
	}
	changes := c.journal.Watch(ctx, c.state.Sequence+1)
	for c.state.Phase != Finished {
		if err := c.turn(ctx, changes); err != nil {
			return c.state, err
		}
	}
	return c.state, nil
}

// guard ends the context when the lease is lost.
func (c *Controller) guard(ctx context.Context, cancel context.CancelCauseFunc) (stop func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		select {
		case <-ctx.Done():
		case <-c.lease.Lost():
			cancel(ErrFenced)
		}
	}()
	return func() { cancel(nil); <-done; c.watcher.end() }
}

// takeUp reads the journal and writes that this controller goes on with it. A
// human may say something at the same moment.
func (c *Controller) takeUp(ctx context.Context) error {
	for {
		if err := c.catchUp(ctx); err != nil || c.state.Phase == Finished {
			return err
		}
		err := c.append(ctx, Event{Kind: ControllerStarted, By: c.by})
		if !errors.Is(err, ErrTaken) {
			return err
		}
	}
}

// turn does one thing: what Next says, or waiting for something to happen.
func (c *Controller) turn(ctx context.Context, changes <-chan Event) error {
	c.watcher.follow(ctx, c.witness, c.state)
	d := Next(c.state, time.Now())
	switch {
	case d.Record != nil:
		err := c.append(ctx, *d.Record)
		if errors.Is(err, ErrTaken) {
			return c.catchUp(ctx)
		}
		return err
	case len(d.Begin) > 0 && c.begin(ctx, d.Begin):
		return nil
	}
	return c.wait(ctx, changes, d.Until)
}

// begin starts the next step of the turns that have none in hand.
func (c *Controller) begin(ctx context.Context, turns []int) bool {
	began := false
	for _, i := range turns {
		if c.active[i] {
			continue
		}
		c.active[i], began = true, true
		t := c.upcoming(i) // here: the state is this goroutine's alone
		c.steps.Go(func() { c.perform(ctx, i, t) })
	}
	return began
}

// upcoming returns the turn as it will be when its next step begins.
func (c *Controller) upcoming(i int) Turn {
	t := c.state.Turns[i]
	if t.Place != Underway {
		t.Place, t.Course, t.At = Underway, Forward, 0
	}
	return t
}

// wait waits for whatever comes first.
func (c *Controller) wait(ctx context.Context, changes <-chan Event, until time.Time) error {
	var alarm <-chan time.Time
	if !until.IsZero() {
		timer := time.NewTimer(time.Until(until))
		defer timer.Stop()
		alarm = timer.C
	}
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-alarm:
		return nil
	case r := <-c.reports:
		return c.take(ctx, r)
	case e, ok := <-changes:
		if !ok {
			return cmpErr(context.Cause(ctx), errors.New("the journal's watch ended"))
		}
		return c.notice(ctx, e)
	case v := <-c.watcher.verdicts:
		return c.weigh(ctx, v)
	}
}

func cmpErr(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// notice takes an event that was written by somebody else.
func (c *Controller) notice(ctx context.Context, e Event) error {
	if e.Sequence <= c.state.Sequence {
		return nil
	}
	return c.catchUp(ctx)
}

// catchUp reads what the state does not hold yet.
func (c *Controller) catchUp(ctx context.Context) error {
	events, err := c.journal.Read(ctx, c.state.Sequence+1)
	if err != nil {
		return fmt.Errorf("read the journal: %w", err)
	}
	for _, e := range events {
		if e.Sequence == c.state.Sequence+1 {
			c.state.Apply(e)
		}
	}
	return nil
}

// take takes a step's report into the journal.
func (c *Controller) take(ctx context.Context, r report) error {
	e := Event{Kind: r.kind, Turn: r.turn, Server: c.state.Turns[r.turn].Server.Name, Step: r.step, Course: c.upcoming(r.turn).Course, Seen: &r.seen}
	if r.kind == StepBegan {
		return c.takeBegin(ctx, r, e)
	}
	delete(c.active, r.turn)
	if r.err != nil {
		e.Why, r.seen.Blind = r.err.Error(), isBlind(r.err)
	}
	if r.kind == "" || errors.Is(r.err, errMoved) {
		return nil
	}
	return c.insist(ctx, e)
}

// takeBegin lets a step begin if the journal takes it and nothing has changed
// since it was chosen: who cannot write StepBegan may not act.
func (c *Controller) takeBegin(ctx context.Context, r report, e Event) error {
	if !c.mayBegin(r.turn, r.step) {
		r.reply <- errMoved
		return nil
	}
	err := c.append(ctx, e)
	if errors.Is(err, ErrTaken) {
		r.reply <- errMoved
		return c.catchUp(ctx)
	}
	r.reply <- err
	return err
}

func (c *Controller) mayBegin(turn int, step Step) bool {
	t := c.upcoming(turn)
	if next, ok := t.Step(); !ok || next != step || t.Running {
		return false
	}
	for _, i := range Next(c.state, time.Now()).Begin {
		if i == turn {
			return true
		}
	}
	return false
}

// insist appends an event that is a fact, whatever others have written.
func (c *Controller) insist(ctx context.Context, e Event) error {
	for {
		err := c.append(ctx, e)
		if !errors.Is(err, ErrTaken) {
			return err
		}
		if err := c.catchUp(ctx); err != nil {
			return err
		}
	}
}

// append writes the event as the next one, and takes it into the state.
func (c *Controller) append(ctx context.Context, e Event) error {
	e.Sequence, e.Time = c.state.Sequence+1, time.Now().UTC()
	if err := c.journal.Append(ctx, e); err != nil {
		return err
	}
	c.state.Apply(e)
	return nil
}

const (
	// verdictsOften is how many verdicts are journalled as they come; after
	// them one that finds the same against the version waits its turn.
	verdictsOften = 20
	verdictsApart = 30 * time.Second
	// verdictsFlip is the time between two that say the opposite.
	verdictsFlip = 5 * time.Second
	// verdictsRenewed is how old the counts of a finding get in the journal.
	verdictsRenewed = 20 * time.Second
)

// weigh journals a verdict that says something new.
func (c *Controller) weigh(ctx context.Context, v judge.Verdict) error {
	if v.Watch != c.watcher.number || !c.isNews(v) {
		return nil
	}
	if v.Logs != nil { // the journal is no place for samples
		brief := v.Logs.Brief()
		v.Logs = &brief
	}
	for i := range v.Monitors {
		v.Monitors[i] = v.Monitors[i].Brief()
	}
	err := c.append(ctx, Event{Kind: VerdictReached, By: Noon, Verdict: &v})
	if errors.Is(err, ErrTaken) {
		return c.catchUp(ctx)
	}
	return err
}

// isNews tells whether a verdict belongs into the journal. What the logs show
// may change with every line: then the journal must not grow with them.
func (c *Controller) isNews(v judge.Verdict) bool {
	last, age := c.state.Verdict, time.Since(c.state.VerdictAt)
	switch {
	case !c.state.fresh(), c.lastWord():
		return true
	case !v.SameOpinions(last) || v.Beyond(last) || last.Beyond(v):
		return c.state.Verdicts < verdictsOften || v.Opinion == judge.Worse || age >= verdictsFlip
	case !v.Same(last):
		return c.state.Verdicts < verdictsOften || age >= verdictsApart
	}
	return (v.Logs != nil && len(v.Logs.Findings) > 0 || len(v.Missing) > 0) && age >= verdictsRenewed
}

// lastWord tells that the watch is nearly over, and that what was missing when
// the last verdict was journalled may not be what is missing now.
func (c *Controller) lastWord() bool {
	most := c.state.Plan.Policy.Watch.Most
	near := c.state.WatchSince.Add(most - min(most/10, 10*time.Second))
	return c.state.Phase == Watching && time.Now().After(near) && c.state.VerdictAt.Before(near)
}
