package api

import (
	"time"

	"noon/fleet"
	"noon/rollout"
)

// Summary is one line of a service's history.
type Summary struct {
	Number int64 `json:"number"`
	// Version is the one that all servers shall get, Versions those of which it
	// is chosen; while none is, Version is "".
	Version  fleet.Version   `json:"version"`
	Versions fleet.Versions  `json:"versions,omitempty"`
	By       string          `json:"by"`
	Why      string          `json:"why,omitempty"`
	Started  time.Time       `json:"started"`
	Ended    time.Time       `json:"ended,omitzero"`
	Phase    rollout.Phase   `json:"phase"`
	Outcome  rollout.Outcome `json:"outcome,omitempty"`
	// Tried is what is known of each of several versions.
	Tried []rollout.Tried `json:"tried,omitempty"`
	// Reason is why it went back or waits.
	Reason string `json:"reason,omitempty"`
}

// Summarize makes the line of one rollout.
func Summarize(number int64, s rollout.State) Summary {
	line := Summary{Number: number, Version: s.Version, Versions: s.Plan.Versions, By: s.Started.By, Why: s.Started.Why, Started: s.Started.Time, Phase: s.Phase, Tried: s.Tried}
	if s.End != nil {
		line.Ended, line.Outcome, line.Reason = s.End.Time, s.End.Outcome, s.End.Why
	}
	if s.Hold != nil {
		line.Reason = "held: " + s.Hold.Why
	}
	return line
}

// Goal says what servers shall get: "v2", "v2, v3", or "v3 (of v2, v3)" when
// that was chosen.
func (s Summary) Goal() string {
	switch {
	case len(s.Versions) == 0:
		return string(s.Version)
	case s.Version == "":
		return s.Versions.String()
	}
	return string(s.Version) + " (of " + s.Versions.String() + ")"
}
