package format

import (
	"time"

	"noon/judge/logs"
)

// Entry is what a line, or several that belong together, says. Its slices are
// valid until the next call of what gave it; Line copies them.
type Entry struct {
	// Time is when it was written, by the clock of its server; zero is unknown.
	Time time.Time
	// After is when the last line before it was written that says so.
	After time.Time
	// Arrived is when it was read, as Push was told.
	Arrived time.Time
	Level   logs.Level
	// Episode is the request or trace, at most EpisodeMost bytes.
	Episode []byte
	// Text is what is mined, at most TextMost bytes: see logs.Line.
	Text []byte
	// Stack is the stack trace in it, nil if there is none.
	Stack *logs.Stack
	// Cut tells that more than LineMost bytes of a line were skipped, or lines
	// of a stack trace.
	Cut bool
	// Lines is how many lines of the source it is made of.
	Lines int

	raw []byte
	// body is the text without the wrapping of docker, journald or syslog, and
	// bare tells that it has no time and level of its own: it may continue the
	// entry before.
	body []byte
	bare bool
	// prose tells that lines may follow that belong to it: plain text, not JSON.
	prose bool
	trace []byte
	// nameless tells that the first line is of the trace: what happened stands
	// further below.
	nameless bool
}

const (
	// TextMost is how much of an entry is mined, in bytes.
	TextMost = 4 << 10
	// EpisodeMost is how much of the name of a request is kept, in bytes.
	EpisodeMost = 64
)

// Raw returns the entry as people read it, printable, at most logs.RawMost
// bytes; lines stay.
func (e *Entry) Raw() string { return printable(e.raw, logs.RawMost) }

// Line returns the entry as the judge takes it, without the server and what
// belongs to it.
func (e *Entry) Line() logs.Line {
	return logs.Line{
		Time:    e.Time,
		Level:   e.Level,
		Episode: string(e.Episode),
		Text:    string(e.Text),
		Raw:     e.Raw(),
		Stack:   e.Stack,
	}
}
