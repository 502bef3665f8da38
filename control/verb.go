package control

import (
	"context"
	"fmt"

	"noon/fleet"
	"noon/rollout"
)

// Verb is what a human can say to a rollout.
type Verb string

const (
	Promote  Verb = "promote"
	Hold     Verb = "hold"
	Resume   Verb = "resume"
	Rollback Verb = "rollback"
	Abort    Verb = "abort"
)

// kinds are the events that verbs become.
var kinds = map[Verb]rollout.Kind{
	Promote: rollout.Promoted, Hold: rollout.Held, Resume: rollout.Resumed,
	Rollback: rollout.RollbackStarted, Abort: rollout.Aborted,
}

// Words are a human's order about a rollout that is under way.
type Words struct {
	Verb    Verb
	By, Why string
	// Version is the one that is promoted; "" where there is no choice.
	Version fleet.Version
	// Seen is the sequence of the last event that the human has seen; when it
	// is not 0, the order is refused where a verdict was reached after it.
	Seen int64
}

// Say writes the order into the journal of the unfinished rollout, and returns
// its number. The controller reacts to it; if none runs, TakeUp is next.
func (s *Station) Say(ctx context.Context, w Words) (int64, error) {
	kind, ok := kinds[w.Verb]
	if !ok {
		return 0, &VerbError{Why: fmt.Sprintf("%q is not one of promote, hold, resume, rollback, abort", w.Verb)}
	}
	number, finished, err := s.Record.Latest(ctx)
	if err != nil {
		return 0, err
	}
	switch {
	case finished && w.Verb == Rollback && number > 0:
		return 0, &VerbError{Why: fmt.Sprintf("rollout %d is finished: to go back, deploy the version before (\"noon receipt %d\" names it)", number, number)}
	case finished:
		return 0, &VerbError{Why: fmt.Sprintf("there is no unfinished rollout to %s: \"noon deploy VERSION\" starts one", w.Verb)}
	}
	state, err := s.Record.State(ctx, number)
	if err != nil {
		return 0, err
	}
	if err := fits(state, w); err != nil {
		return 0, err
	}
	return number, s.Record.Say(ctx, number, rollout.Event{Kind: kind, By: w.By, Why: w.Why, Version: promoted(state, w)})
}

// fits tells whether the order makes sense in the state.
func fits(s rollout.State, w Words) error {
	if w.Seen > 0 && s.VerdictSequence > w.Seen {
		return &VerbError{Why: "the rollout moved on; look again"}
	}
	switch {
	case w.Verb == Promote:
		return mayPromote(s, w)
	case w.Verb == Hold && s.Hold != nil:
		return &VerbError{Why: "it is held already: " + s.Hold.Why}
	case w.Verb == Resume && s.Hold == nil:
		return &VerbError{Why: "it is not held"}
	case w.Verb == Rollback && s.Phase == rollout.RollingBack && s.Hold == nil, w.Verb == Rollback && s.Phase == rollout.Aborting:
		return &VerbError{Why: "it goes back already"}
	case w.Verb == Abort && s.Phase == rollout.Aborting:
		return &VerbError{Why: "it is being aborted already"}
	}
	return nil
}
