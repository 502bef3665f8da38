package rollout

import (
	"time"

	"noon/fleet"
	"noon/judge"
	"noon/plan"
)

// Kind names what happened, in the past tense.
type Kind string

const (
	// RolloutStarted carries the whole plan.
	RolloutStarted Kind = "RolloutStarted"
	// ControllerStarted tells that a controller took the rollout up: at its
	// start, and again after a crash. Steps that were under way begin anew.
	ControllerStarted Kind = "ControllerStarted"
	StepBegan         Kind = "StepBegan"
	StepDone          Kind = "StepDone"
	StepFailed        Kind = "StepFailed"
	// TurnReversed changes a turn's course to Back or Return.
	TurnReversed   Kind = "TurnReversed"
	WatchStarted   Kind = "WatchStarted"
	VerdictReached Kind = "VerdictReached"
	// VersionRuledOut: of several versions this one is out, and its canaries go
	// back; the others go on.
	VersionRuledOut Kind = "VersionRuledOut"
	// Promoted carries the version that all servers get; "" is the only one.
	Promoted Kind = "Promoted"
	Held     Kind = "Held"
	Resumed  Kind = "Resumed"
	// RollbackStarted: every upgraded server goes back to its version.
	RollbackStarted Kind = "RollbackStarted"
	// Aborted: servers that are out come back, the others stay as they are.
	Aborted Kind = "Aborted"
	// BalancerChanged tells of something that noon did not do: a restart that
	// forgot what it was told, a server that somebody moved.
	BalancerChanged Kind = "BalancerChanged"
	RolloutFinished Kind = "RolloutFinished"
)

// Noon is the name under which noon's own decisions are journalled.
const Noon = "noon"

// Event is one thing that happened in a rollout. Which fields are set depends
// on its Kind. It is the only record: state, pages and receipts are made of it.
type Event struct {
	// Sequence is 1, 2, 3 ... within the rollout.
	Sequence int64     `json:"sequence"`
	Time     time.Time `json:"time"`
	Kind     Kind      `json:"kind"`
	// By is who did it: a person, or Noon. Why is the reason in words.
	By  string `json:"by,omitempty"`
	Why string `json:"why,omitempty"`

	Plan *plan.Plan `json:"plan,omitempty"`
	// Version that was ruled out, or promoted.
	Version fleet.Version `json:"version,omitempty"`
	// Turn is the index of the turn in the plan, with its Server, for events
	// of a turn.
	Turn   int    `json:"turn,omitempty"`
	Server string `json:"server,omitempty"`
	Step   Step   `json:"step,omitempty"`
	Course Course `json:"course,omitempty"`
	// Seen is what was read back after a step, or found before it.
	Seen    *Seen          `json:"seen,omitempty"`
	Verdict *judge.Verdict `json:"verdict,omitempty"`
	Outcome Outcome        `json:"outcome,omitempty"`
	// Out names servers that the rollout leaves out of rotation, at its end.
	Out []string `json:"out,omitempty"`
}

// Seen is what was read from the world around a step.
type Seen struct {
	// Words say it for people: "0 in flight after 1.2s".
	Words string `json:"words,omitempty"`
	// Rotation found before the server was taken out, and the balancer's epoch.
	Rotation fleet.Rotation `json:"rotation,omitempty"`
	Epoch    string         `json:"epoch,omitempty"`
	// Foreign: somebody else moved the server in the balancer.
	Foreign bool `json:"foreign,omitempty"`
	// Blind: the balancer could not be read, so the step is to be done again.
	Blind bool `json:"blind,omitempty"`
	// InFlight is what was in flight when the drain began; Cut what was still
	// in flight when the policy ended the wait.
	InFlight *fleet.Count `json:"in_flight,omitempty"`
	Cut      *fleet.Count `json:"cut,omitempty"`
	// Mark is the server's clock just before its process was started.
	Mark    time.Time      `json:"mark,omitzero"`
	Version fleet.Version  `json:"version,omitempty"`
	Process *fleet.Process `json:"process,omitempty"`
}

// Outcome is how a rollout ended.
type Outcome string

const (
	// Succeeded: every server of the plan runs the new version.
	Succeeded Outcome = "succeeded"
	// WentBack: every server runs its previous version again.
	WentBack Outcome = "rolled back"
	// Failed: it ended before anything was changed.
	Failed Outcome = "failed"
	// Ended: somebody aborted it.
	Ended Outcome = "aborted"
)
