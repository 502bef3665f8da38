// Package receipt makes the account of one rollout out of its events: per
// server and step when, how long, what was read back; who decided what, and
// why. It reads events and nothing else.
package receipt

import (
	"time"

	"noon/fleet"
	"noon/judge"
	"noon/plan"
	"noon/rollout"
)

// Receipt is the account of one rollout.
type Receipt struct {
	Number  int64  `json:"number"`
	Service string `json:"service"`
	// Version is the one that all servers got or should get; "" where none of
	// several, Tried, was chosen.
	Version fleet.Version   `json:"version"`
	Tried   []rollout.Tried `json:"tried,omitempty"`
	By      string          `json:"by"`
	Why     string          `json:"why,omitempty"`
	Started time.Time       `json:"started"`
	Ended   time.Time       `json:"ended,omitzero"`
	Phase   rollout.Phase   `json:"phase"`
	Outcome rollout.Outcome `json:"outcome,omitempty"`
	Reason  string          `json:"reason,omitempty"`
	// Cut is how many requests were cut by the drain policy; unknown if any
	// count of it was.
	Cut     fleet.Count `json:"cut"`
	Turns   []Turn      `json:"turns"`
	Left    []plan.Left `json:"left,omitempty"`
	Out     []string    `json:"out,omitempty"`
	Decided []Decision  `json:"decided"`
	// Verdict is the last one, with what was found; nil if nothing was judged.
	Verdict *judge.Verdict `json:"verdict,omitempty"`
}

// Turn is what happened to one server.
type Turn struct {
	Server string        `json:"server"`
	From   fleet.Version `json:"from"`
	To     fleet.Version `json:"to"`
	Place  rollout.Place `json:"place"`
	Steps  []Step        `json:"steps"`
}

// Step is one step that was done, or failed.
type Step struct {
	Course rollout.Course `json:"course"`
	Step   rollout.Step   `json:"step"`
	Began  time.Time      `json:"began"`
	// Took is how long; 0 where a crash hid the end.
	Took   time.Duration `json:"took"`
	Seen   *rollout.Seen `json:"seen,omitempty"`
	Failed string        `json:"failed,omitempty"`
	// Unknown: the controller ended before the step did.
	Unknown bool `json:"unknown,omitempty"`
}

// Decision is what was decided about the rollout as a whole.
type Decision struct {
	Time   time.Time    `json:"time"`
	Kind   rollout.Kind `json:"kind"`
	By     string       `json:"by"`
	Why    string       `json:"why,omitempty"`
	Server string       `json:"server,omitempty"`
	// Version that was ruled out or promoted.
	Version fleet.Version `json:"version,omitempty"`
}

// Make makes the receipt out of all events of a rollout.
func Make(number int64, events []rollout.Event) Receipt {
	s := rollout.Fold(events)
	r := Receipt{
		Number: number, Service: s.Plan.Service, Version: s.Version, Tried: s.Tried, By: s.Started.By, Why: s.Started.Why,
		Started: s.Started.Time, Phase: s.Phase, Left: s.Plan.Left, Cut: fleet.Known(0, "api"),
	}
	for _, t := range s.Turns {
		r.Turns = append(r.Turns, Turn{Server: t.Server.Name, From: t.From, To: t.To, Place: t.Place})
	}
	for _, e := range events {
		r.add(e)
	}
	if s.Verdicts > 0 {
		r.Verdict = &s.Verdict
	}
	if s.End != nil {
		r.Ended, r.Outcome, r.Reason, r.Out = s.End.Time, s.End.Outcome, s.End.Why, s.End.Out
	}
	if s.Hold != nil {
		r.Reason = "held: " + s.Hold.Why
	}
	return r
}

func (r *Receipt) add(e rollout.Event) {
	switch e.Kind {
	case rollout.StepBegan, rollout.StepDone, rollout.StepFailed:
		if e.Turn >= 0 && e.Turn < len(r.Turns) {
			r.Turns[e.Turn].add(e)
			r.count(e)
		}
	case rollout.ControllerStarted:
		r.interrupt()
		if e.Sequence > 2 { // the first one is no more than the rollout's start
			r.decide(e)
		}
	case rollout.RolloutStarted, rollout.VerdictReached:
	default:
		r.decide(e)
	}
}

func (r *Receipt) count(e rollout.Event) {
	if e.Kind == rollout.StepDone && e.Seen != nil && e.Seen.Cut != nil {
		r.Cut = r.Cut.Plus(*e.Seen.Cut)
	}
}

func (r *Receipt) decide(e rollout.Event) {
	r.Decided = append(r.Decided, Decision{Time: e.Time, Kind: e.Kind, By: e.By, Why: e.Why, Server: e.Server, Version: e.Version})
}

// interrupt marks the steps that a controller left behind when it ended.
func (r *Receipt) interrupt() {
	for i := range r.Turns {
		steps := r.Turns[i].Steps
		if n := len(steps); n > 0 && steps[n-1].Took == 0 && steps[n-1].Failed == "" {
			steps[n-1].Unknown = true
		}
	}
}

func (t *Turn) add(e rollout.Event) {
	if e.Kind == rollout.StepBegan {
		t.Steps = append(t.Steps, Step{Course: e.Course, Step: e.Step, Began: e.Time})
		return
	}
	n := len(t.Steps)
	if n == 0 || t.Steps[n-1].Step != e.Step || t.Steps[n-1].Took != 0 {
		t.Steps = append(t.Steps, Step{Course: e.Course, Step: e.Step, Began: e.Time})
		n++
	}
	step := &t.Steps[n-1]
	step.Took, step.Seen = max(e.Time.Sub(step.Began), 1), e.Seen
	if e.Kind == rollout.StepFailed {
		step.Failed = e.Why
	}
}
