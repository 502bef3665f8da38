package rollout

import (
	"cmp"
	"slices"
	"time"

	"noon/fleet"
	"noon/judge"
	"noon/plan"
)

// Phase is where the rollout as a whole is.
type Phase string

const (
	// Canaries: the first servers get their turns.
	Canaries Phase = "canaries"
	// Watching: the canaries are compared with the live servers.
	Watching Phase = "watching"
	// Others: the rest follow, batch by batch.
	Others Phase = "others"
	// RollingBack: every upgraded server goes back.
	RollingBack Phase = "rolling back"
	// Aborting: servers that are out come back.
	Aborting Phase = "aborting"
	Finished Phase = "finished"
)

// State is what the events of a rollout add up to.
type State struct {
	Plan plan.Plan
	// Version is what every server shall get: that of the plan or, of several,
	// the one that was chosen; "" while none is.
	Version fleet.Version
	// Tried are the versions where there are several.
	Tried []Tried
	Phase Phase
	Turns []Turn
	// Started is when, by whom and why.
	Started Event
	// Verdict is the last one of the witness, reached at VerdictAt. It says
	// what it says since the event VerdictSequence.
	Verdict         judge.Verdict
	VerdictAt       time.Time
	VerdictSequence int64
	// Verdicts is how many were journalled.
	Verdicts int
	// Accepted is the verdict that the version was promoted with.
	Accepted   judge.Verdict
	WatchSince time.Time
	// BackSince is since when the last later batch has been back in rotation
	// and judged; zero before there is one.
	BackSince time.Time
	// TakenUp is when the controller that acts now began, or a human said to go
	// on: what was seen before is not what is.
	TakenUp time.Time
	// Hold is set while nothing new may begin.
	Hold *Hold
	// EndWhy is why the rollout goes back or was aborted.
	EndWhy string
	// End is the last event of a finished rollout.
	End *Event
	// Sequence and Time of the last event.
	Sequence int64
	Time     time.Time

	// first is the index of the first turn that is not over; what is before
	// it needs no look, so that Next costs the same at any size of fleet.
	first int
}

// Hold says why a rollout waits for a human.
type Hold struct {
	By, Why string
	Since   time.Time
}

// Fold returns the state after the events.
func Fold(events []Event) State {
	var s State
	for _, e := range events {
		s.Apply(e)
	}
	return s
}

// Apply takes one more event into the state.
func (s *State) Apply(e Event) {
	s.Sequence, s.Time = e.Sequence, e.Time
	switch e.Kind {
	case RolloutStarted:
		s.start(e)
	case ControllerStarted:
		s.TakenUp = e.Time
		if !s.BackSince.IsZero() {
			s.BackSince = e.Time // nobody has judged it meanwhile
		}
		s.interrupt()
	case StepBegan, StepDone, StepFailed, TurnReversed:
		if e.Turn >= 0 && e.Turn < len(s.Turns) {
			s.Turns[e.Turn].apply(e)
			s.back(e)
			s.choose(&s.Turns[e.Turn])
			s.skip()
		}
	case WatchStarted:
		s.Phase, s.WatchSince = Watching, e.Time
	case VerdictReached:
		s.judged(e)
	case VersionRuledOut:
		s.try(e.Version, func(t *Tried) { t.Out = cmp.Or(e.Why, "ruled out") })
	case Promoted:
		s.promoted(e)
	case Held:
		s.Hold = &Hold{By: e.By, Why: e.Why, Since: e.Time}
	case Resumed:
		s.TakenUp = e.Time // what was held for may be mended, or known by now
		s.resume()
	case RollbackStarted:
		s.Phase, s.Hold, s.first, s.EndWhy = RollingBack, nil, 0, s.asked(e)
		s.retry()
	case Aborted:
		s.Phase, s.Hold, s.first, s.EndWhy = Aborting, nil, 0, s.asked(e)
		s.retry()
	case RolloutFinished:
		s.Phase, s.End, s.Hold = Finished, &e, nil
	}
}

func (s *State) start(e Event) {
	s.Plan, s.Version, s.Phase, s.Started = *e.Plan, e.Plan.Version, Canaries, e
	s.Tried = triedOf(e)
	for i, batch := range e.Plan.Batches {
		for _, turn := range batch.Turns {
			s.Turns = append(s.Turns, Turn{Turn: turn, Batch: i, Place: Pending})
		}
	}
}

// promoted lets the others follow. A human has seen what the logs show, and
// accepts that, too. A word that comes too late, when the rollout goes back or
// the version is out, changes nothing.
func (s *State) promoted(e Event) {
	version, ok := s.chosenBy(e)
	if !ok {
		return
	}
	s.Version, s.Verdict = version, s.Verdict.Of(version)
	s.try(version, func(t *Tried) { t.Chosen = true })
	s.Phase, s.Hold, s.Accepted, s.first = Others, nil, s.Verdict, 0
	if e.By == Noon {
		s.Accepted.Logs = nil
	}
	for i := range s.Turns {
		s.choose(&s.Turns[i])
	}
	s.skip()
}

// back keeps since when the last later batch is back.
func (s *State) back(e Event) {
	if e.Kind == StepDone && e.Step == PutBack && s.Phase == Others && s.Turns[e.Turn].Course == Forward {
		s.BackSince = e.Time
	}
}

func (s *State) judged(e Event) {
	if !e.Verdict.Same(s.Verdict) {
		s.VerdictSequence = e.Sequence
	}
	s.Verdict, s.VerdictAt = *e.Verdict, e.Time
	s.tell(*e.Verdict)
	s.Verdicts++
}

// asked is why the rollout shall end: noon's reason, or who wants it, and what
// was known against the version.
func (s *State) asked(e Event) string {
	if e.By == Noon {
		return e.Why
	}
	why := "by " + e.By
	if e.Why != "" {
		why += ": " + e.Why
	}
	if s.Verdict.Opinion == judge.Worse {
		why += "; " + words(s.Verdict)
	}
	return why
}

// interrupt forgets which steps were under way: their controller is gone.
func (s *State) interrupt() {
	for i := range s.Turns {
		s.Turns[i].Running = false
		s.Turns[i].Attempts = 0
	}
}

// retry looks anew at turns that are stuck: whoever says what comes next may
// have mended something. A way back begins once more.
func (s *State) retry() {
	for i := range s.Turns {
		t := &s.Turns[i]
		t.Attempts, t.Foreign = 0, false
		if t.Open() && t.Course == Back && t.Took {
			t.At = 0
		}
	}
}

// resume gives turns that failed another try.
func (s *State) resume() {
	s.Hold, s.first = nil, 0
	for i := range s.Turns {
		t := &s.Turns[i]
		if t.Foreign && t.Course == Forward && !t.Changed {
			t.Failure = "" // what a hand did is no failure of the version
		}
		if s.Phase != RollingBack && !s.isOut(t.To) && t.Failure != "" && (t.Place == RolledBack || t.Place == Untouched) {
			*t = t.anew()
		}
	}
	s.retry()
	s.skip()
}

// skip moves first over the turns that are over. While a version is chosen the
// canaries are all looked at: some go back while others go on.
func (s *State) skip() {
	if s.Version == "" {
		return
	}
	for s.first < len(s.Turns) && s.Turns[s.first].Place == Upgraded && (s.Phase == Canaries || s.Phase == Others) {
		s.first++
	}
}

// apply takes an event of the turn into its state.
func (t *Turn) apply(e Event) {
	switch e.Kind {
	case StepBegan:
		t.begin(e)
	case StepDone:
		t.done(e)
	case StepFailed:
		t.fail(e)
	case TurnReversed:
		t.reverse(e)
	}
}

func (t *Turn) begin(e Event) {
	if t.Place != Underway {
		t.Place, t.Course, t.At = Underway, Forward, 0
	}
	t.Running, t.Began = true, e.Time
	if e.Step == TakeOut && !t.Took {
		t.Took = true
		if e.Seen != nil {
			t.Epoch = e.Seen.Epoch
		}
	}
	if changes[e.Step] {
		t.Touched, t.Changed = true, true
	}
}

func (t *Turn) done(e Event) {
	t.Running, t.Attempts = false, 0
	t.forgive()
	if e.Seen != nil {
		t.see(*e.Seen)
	}
	if e.Step == PutBack {
		t.Took, t.Since = false, e.Time
		if n := len(t.Starts); n > 0 {
			t.Starts[n-1].Back = e.Time
		}
	}
	if t.At++; t.At >= len(courses[t.Course]) {
		t.end()
	}
}

// fail keeps why. A server that was read back in rotation (or out in another
// way than noon takes servers out) is no longer one that noon took out.
func (t *Turn) fail(e Event) {
	t.Running, t.Failure, t.FailedAt = false, e.Why, e.Time
	t.Attempts++
	t.Blind = e.Seen != nil && e.Seen.Blind && t.Course == Forward
	if e.Seen == nil {
		return
	}
	t.mark(*e.Seen) // a start that failed may have left a process, which wrote
	if e.Seen.Rotation == fleet.In || e.Seen.Rotation == fleet.Out {
		t.Took = false
	}
	if t.Foreign = e.Seen.Foreign; t.Foreign {
		t.At = max(slices.Index(courses[t.Course], TakeOut), 0)
	}
}

// forgive forgets a failure that was the balancer's silence.
func (t *Turn) forgive() {
	if t.Blind {
		t.Blind, t.Failure = false, ""
	}
}

func (t *Turn) see(seen Seen) {
	if seen.Epoch != "" {
		t.Epoch = seen.Epoch
	}
	t.mark(seen)
	if seen.Process != nil {
		t.Process = *seen.Process
	}
}

// mark keeps that a process was started.
func (t *Turn) mark(seen Seen) {
	if !seen.Mark.IsZero() {
		t.Mark = seen.Mark
		t.Starts = append(t.Starts, judge.Start{Server: t.Server.Name, Version: t.Wanted(), Mark: seen.Mark})
	}
}

// end gives the turn its last place; one that returned without a failure
// (because of a hold) can have its turn later.
func (t *Turn) end() {
	switch {
	case t.Course == Forward:
		t.Place = Upgraded
	case t.Course == Back:
		t.Place, t.Touched = RolledBack, false
	case t.Failure == "":
		*t = t.anew()
	default:
		t.Place = Untouched
	}
}

// anew is the turn as if it had not begun.
func (t *Turn) anew() Turn {
	return Turn{Turn: t.Turn, Batch: t.Batch, Place: Pending, Starts: t.Starts}
}

func (t *Turn) reverse(e Event) {
	t.forgive()
	t.Place, t.Course, t.At, t.Running, t.Attempts, t.Foreign = Underway, e.Course, 0, false, 0, false
	if e.Course == Return && !t.Took {
		t.end()
	}
}
