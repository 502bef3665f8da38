package api

import (
	"time"

	"noon/fleet"
	"noon/rollout"
)

// Summary is one line of a service's history.
type Summary struct {
	Number  int64           `json:"number"`
	Version fleet.Version   `json:"version"`
	By      string          `json:"by"`
	Why     string          `json:"why,omitempty"`
	Started time.Time       `json:"started"`
	Ended   time.Time       `json:"ended,omitzero"`
	Phase   rollout.Phase   `json:"phase"`
	Outcome rollout.Outcome `json:"outcome,omitempty"`
	// Reason is why it went back or waits.
	Reason string `json:"reason,omitempty"`
}

// Summarize makes the line of one rollout.
func Summarize(number int64, s rollout.State) Summary {
	line := Summary{Number: number, Version: s.Plan.Version, By: s.Started.By, Why: s.Started.Why, Started: s.Started.Time, Phase: s.Phase}
	if s.End != nil {
		line.Ended, line.Outcome, line.Reason = s.End.Time, s.End.Outcome, s.End.Why
	}
	if s.Hold != nil {
		line.Reason = "held: " + s.Hold.Why
	}
	return line
}
