package format

import (
	"io"
	"strings"
	"time"

	"noon/judge/logs"
)

// Options are what is known of a source beforehand.
type Options struct {
	// Location is the zone of stamps that have none; nil is UTC.
	Location *time.Location
	// Emails are hidden too.
	Emails bool
	// LineByLine gives an entry for every line, blank ones too: nothing is
	// joined to stack traces.
	LineByLine bool
}

// Counts are what a source had, and what was not read of it.
type Counts struct {
	// Lines that came in; Entries that went out.
	Lines, Entries int64
	// Cut lines were longer than LineMost; Skipped are the bytes they lost.
	Cut, Skipped int64
	// Timeless entries had no time of their own.
	Timeless int64
}

// Stream makes entries of the bytes of one source. It is not safe for
// concurrent use.
type Stream struct {
	reader  Reader
	parser  *Parser
	joiner  joiner
	counts  Counts
	joins   bool
	arrived time.Time
}

// New returns a stream at the beginning of a source.
func New(options Options) *Stream {
	return &Stream{parser: NewParser(options), joins: !options.LineByLine}
}

// Push takes the next bytes of the source, in whatever pieces, and emits each
// entry that is complete. arrived is the time of the controller: when the bytes
// were read. The entry is valid until emit returns; Entry.Line copies it.
func (s *Stream) Push(p []byte, arrived time.Time, emit func(*Entry)) {
	s.arrived = arrived
	s.reader.Write(p, s.each(emit))
}

// Wait is how long an entry is held for lines that may belong to it. The
// beginning of a line is held until its end comes, or Close.
const Wait = 700 * time.Millisecond

// Flush emits what has waited for more until now for long enough. Call it at
// least every half second.
func (s *Stream) Flush(now time.Time, emit func(*Entry)) {
	s.joiner.flush(now, s.out(emit))
}

// Close emits all that is left; a last line without a newline is one. The
// stream is ready for another source then: a file that was rotated.
func (s *Stream) Close(emit func(*Entry)) {
	s.reader.Close(s.each(emit))
	s.joiner.close(s.out(emit))
}

// ReadAll emits all entries of source until it ends. arrived is as in Push.
func (s *Stream) ReadAll(source io.Reader, arrived time.Time, emit func(*Entry)) error {
	s.arrived = arrived
	err := s.reader.ReadAll(source, s.each(emit))
	s.joiner.close(s.out(emit))
	return err
}

// Counts returns what has come in and gone out so far.
func (s *Stream) Counts() Counts {
	c := s.counts
	c.Lines, c.Cut, c.Skipped = s.reader.Lines, s.reader.Cut, s.reader.Skipped
	return c
}

func (s *Stream) each(emit func(*Entry)) func([]byte, bool) {
	out := s.out(emit)
	return func(line []byte, cut bool) {
		e := s.parser.Parse(line, s.arrived)
		e.Cut = cut
		if !s.joins {
			out(e)
			return
		}
		s.joiner.add(e, out)
	}
}

func (s *Stream) out(emit func(*Entry)) func(*Entry) {
	return func(e *Entry) {
		e.finish()
		s.counts.Entries++
		if e.Time.IsZero() {
			s.counts.Timeless++
		}
		emit(e)
	}
}

// says tells that the text says what happened: it is not of the trace, and not
// the names of fields alone.
func (e *Entry) says() bool { return !e.nameless && len(e.Text) > 0 && e.Text[0] != '{' }

// finish makes the stack of the trace that e has.
func (e *Entry) finish() {
	if len(e.trace) == 0 || e.Stack != nil {
		return
	}
	stack, headline := stackOf(e.trace)
	if stack == nil {
		return
	}
	e.Stack = stack
	if e.says() && strings.HasPrefix(stack.Key, unnamed+" @ ") {
		stack.Key = "" // it is of the place that logs, as zap adds it
	}
	if stack.Key != "" || e.Level == logs.Unsaid {
		e.Level = max(e.Level, logs.Error)
	}
	if panics(e.trace) {
		e.Level = logs.Fatal
	}
	if e.nameless && len(headline) > 0 {
		e.Text = headline[:min(len(headline), TextMost)]
	}
}
