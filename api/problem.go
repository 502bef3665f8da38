package api

import (
	"errors"
	"fmt"
	"net/http"

	"noon/control"
	"noon/fleet"
	"noon/journal"
	"noon/plan"
)

// Kind says what sort of thing went wrong.
type Kind string

const (
	// Refused: the gate does not let the rollout begin; see Reasons.
	Refused Kind = "refused"
	// Busy: a rollout is running or not finished, or somebody else acts.
	Busy Kind = "busy"
	// Unfit: the order does not fit the rollout's state.
	Unfit Kind = "unfit"
	// Usage: what was asked for is not well-formed, noon.yaml included.
	Usage   Kind = "usage"
	Missing Kind = "missing"
	Broken  Kind = "broken"
)

// Error is what went wrong, as the API answers it.
type Error struct {
	Kind    Kind          `json:"kind"`
	Message string        `json:"message"`
	Reasons []plan.Reason `json:"reasons,omitempty"`
}

func (e *Error) Error() string { return e.Message }

// GetStatus is the HTTP status for huma.
func (e *Error) GetStatus() int { return statuses[e.Kind] }

var statuses = map[Kind]int{
	Refused: http.StatusUnprocessableEntity, Busy: http.StatusConflict, Unfit: http.StatusConflict,
	Usage: http.StatusBadRequest, Missing: http.StatusNotFound, Broken: http.StatusInternalServerError,
}

// problem says an error in the API's words.
func problem(err error) error {
	var (
		refusal    *plan.Refusal
		busy       *control.BusyError
		unfinished *control.UnfinishedError
		held       *journal.HeldError
		verb       *control.VerbError
		config     *fleet.ConfigError
		own        *Error
	)
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &refusal):
		return &Error{Kind: Refused, Message: refusal.Error(), Reasons: refusal.Reasons}
	case errors.As(err, &busy), errors.As(err, &unfinished), errors.As(err, &held):
		return &Error{Kind: Busy, Message: err.Error()}
	case errors.As(err, &verb):
		return &Error{Kind: Unfit, Message: err.Error()}
	case errors.As(err, &config):
		return usageError(err)
	}
	return &Error{Kind: Broken, Message: err.Error()}
}

func usageError(err error) error { return &Error{Kind: Usage, Message: err.Error()} }

func notFound(format string, args ...any) error {
	return &Error{Kind: Missing, Message: fmt.Sprintf(format, args...)}
}
