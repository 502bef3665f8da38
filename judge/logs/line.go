package logs

import (
	"slices"
	"time"

	"noon/fleet"
)

// Line is one entry of a server's log: one line, or several that belong
// together, as a stack trace does. observe/logs makes them, with every secret
// taken out.
type Line struct {
	Server string
	// Version of the software that wrote it.
	Version fleet.Version
	// Time is when it was written, by the controller's clock; zero is unknown.
	Time  time.Time
	Level Level
	// Episode is the request or trace that it was written for, "" is unknown.
	// A request that logs 300 lines is one episode.
	Episode string
	// Text is what is mined: the message without its time and level. Of JSON
	// and logfmt it is the values of the fields that hold messages, then the
	// names of all fields.
	Text string
	// Raw is the entry as people read it, at most RawMost bytes.
	Raw string
	// Stack is the stack trace in it, nil if there is none.
	Stack *Stack
	// Starting tells that the server's process had just been started: such
	// lines are compared with other starts.
	Starting bool
}

// RawMost is how much of an entry is kept for people, in bytes.
const RawMost = 4 << 10

// Stack is a stack trace.
type Stack struct {
	// Key is the same for two traces of one fault: the type of the exception
	// and the topmost frames of the application, without line numbers. It is
	// empty where the trace names no fault: then the line's text does.
	Key string
	// Text is the trace as people read it, at most StackMost bytes.
	Text string
}

// fault tells that the line is of a fault that its stack trace names.
func (l Line) fault() bool { return l.Stack != nil && l.Stack.Key != "" }

// StackMost is how much of a stack trace is kept for people, in bytes.
const StackMost = 8 << 10

// Level is how serious a line says that it is, in ascending order.
type Level int

const (
	// Unsaid: the line has no level.
	Unsaid Level = iota
	Trace
	Debug
	Info
	Warning
	Error
	// Fatal is also what a panic writes.
	Fatal
)

// levelNames are the levels as they are shown.
var levelNames = [...]string{"", "trace", "debug", "info", "warning", "error", "fatal"}

// String names the level as it is shown: "error".
func (l Level) String() string {
	if l < 0 || int(l) >= len(levelNames) {
		return ""
	}
	return levelNames[l]
}

// MarshalText makes a level its name in JSON.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads the name of a level; one that is not known is Unsaid.
func (l *Level) UnmarshalText(name []byte) error {
	*l = Level(max(slices.Index(levelNames[:], string(name)), 0))
	return nil
}
