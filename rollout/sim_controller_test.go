package rollout

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"time"

	"noon/fleet"
)

// incarnation is one controller process in the simulated world.
type incarnation struct {
	w      *world
	ill    illnesses
	cancel context.CancelFunc
	mu     sync.Mutex
	dead   bool
	until  time.Time // it is stopped before
	lost   chan struct{}
	// number tells the holders of the lease apart; the highest holds it.
	number int
}

// eventsMost is far beyond what any simulated rollout writes.
const eventsMost = 20_000

const simTTL = 10 * time.Second

func (p *incarnation) isDead() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dead
}

func (p *incarnation) die(why string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.dead {
		p.dead = true
		p.w.mu.Lock()
		p.w.note("controller %d is %s", p.number, why)
		p.w.mu.Unlock()
		p.cancel()
	}
}

func (p *incarnation) pause(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.until = time.Now().Add(d)
	p.w.mu.Lock()
	p.w.note("controller %d is stopped for %s", p.number, d)
	p.w.mu.Unlock()
}

func (p *incarnation) pausedUntil() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.until
}

func (p *incarnation) awake() {
	if d := time.Until(p.pausedUntil()); d > 0 {
		time.Sleep(d)
	}
}

// Remaining and Lost make it a lease: it is renewed all the time, unless the
// process is stopped or another one has taken over.
func (p *incarnation) Remaining() time.Duration {
	p.w.mu.Lock()
	holder := p.w.journal.holder
	p.w.mu.Unlock()
	if holder != p.number || !p.pausedUntil().IsZero() {
		return 0
	}
	return simTTL
}

func (p *incarnation) Lost() <-chan struct{} { return p.lost }

// simJournal is the record in memory, with the fence of the real one.
type simJournal struct {
	w      *world
	events [][]byte
	state  State
	holder int
	wake   chan struct{}
	// heard is told of every event as it is written, under the world's lock.
	heard func(Event)
}

func (j *simJournal) put(e Event) {
	text, err := json.Marshal(e)
	if err != nil {
		panic(err)
	}
	j.events = append(j.events, text)
	if len(j.events) > eventsMost {
		panic("the rollout runs in circles:\n" + strings.Join(j.w.trail[len(j.w.trail)-40:], "\n"))
	}
	j.state.Apply(e)
	j.w.note("%d %s %s %s %s %s %s", e.Sequence, e.Kind, e.Server, e.Step, e.Course, e.Why, e.By)
	if j.wake != nil {
		close(j.wake)
		j.wake = nil
	}
	if j.heard != nil {
		j.heard(e)
	}
	if c := j.state.Candidates(); j.w.hasty && e.Kind == TurnReversed && j.state.Phase == Watching && len(j.state.Tried) > 0 {
		j.w.hasty = false
		j.sayLocked(Event{Kind: Promoted, By: "ana", Version: c[0]})
	}
}

// say is a human's event.
func (j *simJournal) say(e Event) {
	j.w.mu.Lock()
	defer j.w.mu.Unlock()
	j.sayLocked(e)
}

func (j *simJournal) sayLocked(e Event) {
	e.Sequence, e.Time = int64(len(j.events))+1, time.Now()
	j.put(e)
}

// journalOf is the journal as one incarnation reaches it.
type journalOf struct{ by *incarnation }

func (j journalOf) Append(ctx context.Context, e Event) error {
	w := j.by.w
	if err := w.enter(ctx, j.by); err != nil {
		return err
	}
	if err := j.put(e); err != nil {
		return err
	}
	return w.enter(ctx, j.by)
}

func (j journalOf) put(e Event) error {
	w := j.by.w
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.journal.holder != j.by.number:
		return ErrFenced
	case e.Sequence != int64(len(w.journal.events))+1:
		return ErrTaken
	}
	w.journal.put(e)
	return nil
}

func (j journalOf) Read(ctx context.Context, from int64) ([]Event, error) {
	w := j.by.w
	w.mu.Lock()
	defer w.mu.Unlock()
	var events []Event
	for _, text := range w.journal.events[min(int(from)-1, len(w.journal.events)):] {
		var e Event
		if err := json.Unmarshal(text, &e); err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, nil
}

func (j journalOf) Watch(ctx context.Context, from int64) <-chan Event {
	out := make(chan Event)
	go func() {
		defer close(out)
		for {
			events, wake := j.since(from)
			for _, e := range events {
				select {
				case out <- e:
					from = e.Sequence + 1
				case <-ctx.Done():
					return
				}
			}
			select {
			case <-wake:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

func (j journalOf) since(from int64) ([]Event, <-chan struct{}) {
	events, _ := j.Read(context.Background(), from)
	w := j.by.w
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.journal.events) >= int(from)+len(events) {
		now := make(chan struct{})
		close(now)
		return events, now
	}
	if w.journal.wake == nil {
		w.journal.wake = make(chan struct{})
	}
	return events, w.journal.wake
}

// simBalancer is the balancer as one incarnation reaches it.
type simBalancer struct{ by *incarnation }

func (b simBalancer) Capabilities() fleet.Capabilities {
	return fleet.Capabilities{Weights: true, InFlight: true, Counters: true, Health: true}
}

func (b simBalancer) Observe(ctx context.Context) (fleet.Pool, error) {
	w := b.by.w
	if err := w.enter(ctx, b.by); err != nil {
		return fleet.Pool{}, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if early, late := w.fault(); early || late || time.Now().Before(w.gone) {
		return fleet.Pool{}, errFault
	}
	p := fleet.Pool{Epoch: string(rune('a' + w.epoch%26))}
	for _, s := range w.servers {
		p.Standings = append(p.Standings, w.standing(s, b.by.ill))
	}
	return p, nil
}

func (w *world) standing(s *simServer, ill illnesses) fleet.Standing {
	health := fleet.Unhealthy
	if s.healthy(ill) {
		health = fleet.Healthy
	}
	s.requests++
	inFlight := fleet.Known(w.inFlight(s), "api")
	if w.random.Float64() < w.faults {
		inFlight = fleet.Count{}
	}
	return fleet.Standing{
		Server: s.Name, Rotation: s.rotation, Health: health, Weight: fleet.Known(s.weight, "api"), InFlight: inFlight,
		Counters: fleet.Counters{Requests: fleet.Known(s.requests, "api"), Errors: fleet.Known(0, "api"), Failures: fleet.Known(0, "api")},
	}
}

func (w *world) inFlight(s *simServer) int64 {
	if s.running == "" {
		return 0
	}
	if s.rotation == fleet.In || time.Now().Before(s.empty) {
		return 1 + int64(w.random.IntN(3))
	}
	return 0
}

func (b simBalancer) Apply(ctx context.Context, c fleet.Change) error {
	w := b.by.w
	if err := w.enter(ctx, b.by); err != nil {
		return err
	}
	if err := b.apply(c); err != nil {
		return err
	}
	return w.enter(ctx, b.by)
}

func (b simBalancer) apply(c fleet.Change) error {
	w := b.by.w
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.of(c.Server)
	early, late := w.fault()
	if early || time.Now().Before(w.gone) {
		return errFault
	}
	if s.rotation != c.Expect && s.rotation != c.Rotation {
		return &fleet.UnexpectedError{Server: c.Server, Expected: c.Expect, Actual: s.rotation}
	}
	w.assertHolder(b.by, "changes the balancer")
	if c.Rotation == fleet.Draining {
		w.drain(s, b.by.ill)
	} else {
		w.putIn(s, c)
	}
	if late {
		return errFault
	}
	return nil
}

// drain asserts invariant 1.
func (w *world) drain(s *simServer, ill illnesses) {
	if s.rotation == fleet.Draining {
		return
	}
	left, back := w.serving(ill), w.wanted(s.Name) == simLive
	if s.rotation == fleet.In && s.weight >= 100 && s.healthy(ill) {
		left--
	}
	if keep := w.service.Policy.Keep; w.steady() && left < keep && (s.healthy(ill) || !back) {
		w.violate("invariant 1: %s taken out leaves %d serving, keep is %d", s.Name, left, keep)
	}
	w.note("noon drains %s", s.Name)
	s.rotation, s.took = fleet.Draining, true
	s.empty = time.Now().Add(max(s.holds, time.Duration(w.random.IntN(2000))*time.Millisecond))
	if w.faults > 0 && w.random.IntN(20) == 0 {
		s.empty = time.Now().Add(time.Hour)
	}
}

// putIn asserts invariants 3 and 4.
func (w *world) putIn(s *simServer, c fleet.Change) {
	weight := int64(c.Weight)
	if weight == 0 {
		weight = fleet.FullWeight
	}
	if s.rotation != fleet.In {
		wanted := w.wanted(s.Name)
		switch {
		case !s.took:
			w.violate("invariant 4: %s put in, but noon had not taken it out", s.Name)
		case !s.look.Healthy || s.look.Version != wanted || time.Since(s.looked) > 10*time.Second:
			w.violate("invariant 3: %s put in as %s, read %v %s %s ago", s.Name, wanted, s.look.Healthy, s.look.Version, time.Since(s.looked))
		}
	}
	w.note("noon puts %s in with %d", s.Name, weight)
	s.rotation, s.weight, s.took = fleet.In, weight, false
}

func (w *world) wanted(server string) fleet.Version {
	for _, t := range w.journal.state.Turns {
		if t.Server.Name == server {
			return t.Wanted()
		}
	}
	return ""
}

// assertHolder asserts invariant 6.
func (w *world) assertHolder(by *incarnation, what string) {
	if w.journal.holder != by.number {
		w.violate("invariant 6: controller %d %s, but %d holds the lease", by.number, what, w.journal.holder)
	}
}
