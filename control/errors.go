package control

import (
	"context"
	"fmt"

	"noon/fleet"
	"noon/rollout"
)

// BusyError tells that a rollout of the service is running.
type BusyError struct {
	Number   int64
	Versions fleet.Versions
	By       string
	Since    string
}

func (e *BusyError) Error() string {
	return fmt.Sprintf("rollout %d to %s is running, started by %s at %s: \"noon status --watch\" shows it; \"noon rollback\" or \"noon abort\" ends it", e.Number, e.Versions, e.By, e.Since)
}

// UnfinishedError tells that another rollout has to be ended first.
type UnfinishedError struct {
	Number   int64
	Versions fleet.Versions
	Phase    rollout.Phase
	Hold     *rollout.Hold
}

func (e *UnfinishedError) Error() string {
	why := ""
	if e.Hold != nil {
		why = ", held: " + e.Hold.Why
	}
	return fmt.Sprintf("rollout %d to %s is not finished (%s%s): \"noon resume\" carries it on, \"noon rollback\" undoes it, \"noon abort\" ends it where it is", e.Number, e.Versions, e.Phase, why)
}

// VerbError tells that an order does not fit the rollout's state.
type VerbError struct{ Why string }

func (e *VerbError) Error() string { return e.Why }

// busy returns a *BusyError while this station runs a rollout.
func (s *Station) busy(ctx context.Context) error {
	r := s.active()
	if r == nil {
		return nil
	}
	state, err := s.Record.State(ctx, r.number)
	if err != nil {
		return err
	}
	return &BusyError{Number: r.number, Versions: state.Plan.Goal(), By: state.Started.By, Since: state.Started.Time.Local().Format("15:04:05")}
}
