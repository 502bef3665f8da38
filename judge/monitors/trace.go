package monitors

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"noon/fleet"
)

// traceLineMost bounds a line of a trace: an observation of tens of thousands of
// series is far shorter.
const traceLineMost = 16 << 20

// Trace is a recorded watch that is being read: JSON Lines, the watch first and
// then what was observed, in order of time. It is read as a stream, so that a
// long one needs no more memory than its longest line.
type Trace struct {
	name    string
	lines   *bufio.Scanner
	line    int
	servers map[string]bool
	last    time.Time
	scan    traceScanner
	seen    Observation
}

// OpenTrace reads the first line of a trace, the watch. The name is that of the
// file, for errors.
func OpenTrace(r io.Reader, name string) (*Trace, Watch, error) {
	t := &Trace{name: name, lines: bufio.NewScanner(r), servers: map[string]bool{}, seen: newObservation()}
	t.lines.Buffer(make([]byte, 64<<10), traceLineMost)
	switch err := t.advance(); {
	case errors.Is(err, io.EOF):
		return nil, Watch{}, t.wrong(0, "nothing is in it", "a first line "+watchForm)
	case err != nil:
		return nil, Watch{}, err
	}
	w := t.scan.watch()
	if err := t.fault(); err != nil {
		return nil, Watch{}, err
	}
	for _, server := range w.Servers {
		t.servers[server] = true
	}
	return t, w, nil
}

// Next returns the next observation, and io.EOF at the end. Its maps and the
// counts of its histograms are used again for the one after it; the bounds of
// the histograms may be kept.
func (t *Trace) Next() (Observation, error) {
	if err := t.advance(); err != nil {
		return Observation{}, err
	}
	t.scan.observation(&t.seen)
	if t.scan.fault == nil && !t.servers[t.seen.Server] {
		t.scan.fail(0, "the server "+fleet.Quoted(t.seen.Server)+" is none of the watch", "one of the servers that the first line names")
	}
	if t.scan.fault == nil && t.seen.Time.Before(t.last) {
		t.scan.fail(0, fmt.Sprintf("the time %s is before %s, that of an earlier line", traceTime(t.seen.Time), traceTime(t.last)), "observations in order of time")
	}
	if err := t.fault(); err != nil {
		return Observation{}, err
	}
	t.last = t.seen.Time
	return t.seen, nil
}

// advance gives the next line that is not blank to the scanner.
func (t *Trace) advance() error {
	for t.lines.Scan() {
		t.line++
		if text := t.lines.Bytes(); len(bytes.TrimSpace(text)) > 0 {
			t.scan.begin(text)
			return nil
		}
	}
	switch err := t.lines.Err(); {
	case err == nil:
		return io.EOF
	case errors.Is(err, bufio.ErrTooLong):
		t.line++
		return t.wrong(0, fmt.Sprintf("the line is longer than %d MB", traceLineMost>>20), "one observation a line")
	}
	return t.unread()
}

// unread is what ended the reading before the end.
func (t *Trace) unread() error {
	return fmt.Errorf("read %s at line %d: %w", fleet.Plain(t.name), max(t.line, 1), t.lines.Err())
}

// fault is what was wrong with the line, if anything was. Where reading failed
// the last line is only a part of one, and the failure says more.
func (t *Trace) fault() error {
	switch f := t.scan.fault; {
	case f == nil:
		return nil
	case t.lines.Err() != nil:
		return t.unread()
	default:
		return t.wrong(f.column, f.what, f.expected)
	}
}

func (t *Trace) wrong(column int, what, expected string) error {
	return &TraceError{File: t.name, Line: max(t.line, 1), Column: column, What: what, Expected: expected}
}

func traceTime(t time.Time) string { return t.Format(time.RFC3339Nano) }
