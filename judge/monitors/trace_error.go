package monitors

import (
	"fmt"

	"noon/fleet"
)

// TraceError is a trace that cannot be judged: where, what is wrong there, and
// what was expected. What it repeats of the trace is safe for a terminal.
type TraceError struct {
	File string
	Line int
	// Column in bytes, from 1; 0 where it is about the whole line.
	Column         int
	What, Expected string
}

func (e *TraceError) Error() string {
	where := fmt.Sprintf("%s:%d", fleet.Plain(e.File), e.Line)
	if e.Column > 0 {
		where += fmt.Sprintf(":%d", e.Column)
	}
	return fmt.Sprintf("%s: %s; expected %s", where, e.What, e.Expected)
}
