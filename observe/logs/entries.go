package logs

import (
	"bytes"
	"time"

	"noon/observe/logs/format"
)

// entries makes entries of the bytes of one file or command, and hands them to
// the listener. Only whole lines go into the format, so that a line which has
// lost its end can still be left out.
type entries struct {
	to     *listener
	emails bool
	stream *format.Stream
	// rest is the beginning of a line; open tells that the format already has
	// one.
	rest []byte
	open bool
	span span
	last time.Time
	// wanted is since when the past has to be read that is cut: whether some of it
	// is missing, the first time of a line tells. Else it is zero.
	wanted time.Time
}

// span says when lines were written.
type span struct {
	// from is since when they are wanted; zero is always.
	from time.Time
	// earliest is when they can have been written at the earliest; zero is not
	// known. live tells that they were written just now.
	earliest time.Time
	live     bool
	// found tells that a file held them when it appeared: it may be an old one
	// that somebody put there.
	found bool
}

func newEntries(to *listener, emails bool) *entries { return &entries{to: to, emails: emails} }

// push takes the next bytes.
func (e *entries) push(p []byte, now time.Time, written span) {
	if e.stream == nil {
		e.stream = format.New(format.Options{Location: e.to.zoned(), Emails: e.emails})
	}
	e.span, e.last = written, now
	end := bytes.LastIndexByte(p, '\n') + 1
	if end > 0 {
		e.give(e.rest)
		e.rest = e.rest[:0]
		e.give(p[:end])
		e.open = false
	}
	p = p[end:]
	if e.open || len(e.rest)+len(p) > format.LineMost {
		e.give(e.rest)
		e.give(p)
		e.rest, e.open = nil, true
		return
	}
	e.rest = append(e.rest, p...)
}

func (e *entries) give(p []byte) {
	if len(p) > 0 {
		e.stream.Push(p, e.last, e.emit)
	}
}

// seePast sees whether what was cut off has to be read, which the first line that
// is there was written after. Without a time nobody knows.
func (e *entries) seePast(first time.Time) {
	if !e.wanted.IsZero() && (first.IsZero() || first.Add(-e.to.ahead()).After(e.wanted)) {
		e.to.missPast(e.wanted)
	}
	e.wanted = time.Time{}
}

// emit hands an entry over. What a file that appeared, or one that is read again
// after a crash, says without a time, like a stack trace, was written when the
// line before it was.
func (e *entries) emit(entry *format.Entry) {
	if entry.Time.IsZero() && (e.span.found || !e.span.live && e.to.again(entry.After)) {
		entry.Time = entry.After
	}
	if !entry.Time.IsZero() {
		e.seePast(entry.Time)
	}
	e.to.entry(entry, e.span)
}

// flush gives out what has waited for more.
func (e *entries) flush(now time.Time) {
	if e.stream == nil {
		return
	}
	if len(e.rest) > 0 && now.Sub(e.last) > format.Wait {
		e.give(e.rest)
		e.rest, e.open = nil, true
	}
	e.stream.Flush(now, e.emit)
}

// cut leaves out the line whose end is lost.
func (e *entries) cut() {
	e.rest = e.rest[:0]
	if e.open {
		e.give([]byte{'\n'})
		e.open = false
	}
}

// end gives out all that is left: nothing more comes.
func (e *entries) end() {
	if e.stream == nil {
		return
	}
	e.give(e.rest)
	e.rest, e.open = nil, false
	e.stream.Close(e.emit)
}
