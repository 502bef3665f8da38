package format

import (
	"bytes"
	"time"

	"noon/judge/logs"
)

const (
	// traceLines and traceMost bound what is kept of a stack trace, in lines and
	// bytes. The rest is counted.
	traceLines = 500
	traceMost  = 32 << 10
	// strangersMost is how many lines of others may stand within a trace.
	strangersMost = 20
	// sourceLines is how many lines Node shows behind the place in a source: the
	// line itself and a caret.
	sourceLines = 2
	// headMost is how much is kept of a line that may be the head of a trace.
	headMost = 512
)

// joiner puts lines together that belong to one entry. It holds back only what
// may be continued: the lines of a trace, and lines of text that warn or name an
// exception; all others pass at once. Lines of others in the midst of a trace
// pass it.
type joiner struct {
	held      Entry
	holding   bool
	alone     bool // no line but blank ones has been added
	opened    bool // its first line can only be of a trace
	tracing   bool // lines of a trace have come
	python    bool // a Traceback waits for its last line
	script    int  // so many lines of source are still to come, from Node
	strangers int
	last      time.Time // when the last line of it came

	// before is the episode of the line before, if that told of an error: a trace
	// that follows at once is of the same.
	before []byte
	// prior is the text of the line before, if that was bare: frames that follow
	// at once are of what it tells.
	prior []byte
	// stamp is the last time that a line said.
	stamp time.Time

	// The bytes of held, copied from the parser's.
	text, raw, trace, episode []byte
	lost                      int
}

// add takes the next entry of one line and emits what is complete.
func (j *joiner) add(e *Entry, emit func(*Entry)) {
	if e.After = j.stamp; !e.Time.IsZero() {
		j.stamp = e.Time
	}
	j.join(e, emit)
	j.before, j.prior = j.before[:0], j.prior[:0]
	if e.Level >= logs.Error {
		j.before = append(j.before, e.Episode...)
	}
	if e.bare && e.prose {
		j.prior = append(j.prior, e.Text[:min(len(e.Text), headMost)]...)
	}
}

func (j *joiner) join(e *Entry, emit func(*Entry)) {
	if j.holding && (e.Arrived.Sub(j.last) > Wait || j.tooLong(e.Arrived)) {
		j.close(emit)
	}
	if !e.prose {
		j.pass(e, emit)
		return
	}
	s := noSign
	if phpTrace(e.Text) {
		s, e.body = inside, e.Text
	} else if e.bare {
		s = signOf(e.body)
	}
	if s == blank && !j.holding || len(e.Text) == 0 && !e.bare {
		return // it says nothing
	}
	if j.holding && j.continues(e, s) {
		j.take(e, s)
		return
	}
	if j.tracing && !e.bare && !mayContinue(e) && j.strangers < strangersMost {
		j.strangers++
		emit(e)
		return
	}
	j.close(emit)
	if s == inside && orphan(bytes.TrimLeft(e.body, " \t")) { // the head of the trace said little
		s = opening
	}
	if s == opening || s == typed || mayContinue(e) {
		j.hold(e, s)
		return
	}
	emit(e)
}

// tooLong tells that a trace whose lines do not end is not waited for any more.
func (j *joiner) tooLong(now time.Time) bool {
	return j.held.Lines >= 10*traceLines || now.Sub(j.held.Arrived) > 2*Wait
}

// orphan tells that a line is a frame.
func orphan(line []byte) bool {
	return isFrame(line) || rubyFrame(bytes.TrimPrefix(line, []byte("from ")))
}

// pass emits an entry that is of no trace, as JSON is.
func (j *joiner) pass(e *Entry, emit func(*Entry)) {
	if j.tracing && j.strangers < strangersMost {
		j.strangers++
	} else {
		j.close(emit)
	}
	emit(e)
}

// phpTrace tells that text is of a trace of PHP, whose lines all have a time.
func phpTrace(text []byte) bool {
	return len(text) > 9 && text[0] == 'P' && (bytes.HasPrefix(text, []byte("PHP   ")) || bytes.HasPrefix(text, []byte("PHP Stack trace:")))
}

// mayContinue tells that lines without time may follow that belong to e.
func mayContinue(e *Entry) bool {
	if e.Level >= logs.Warning {
		return true
	}
	if dotnetHead(e.Text) {
		return true
	}
	if e.Level != logs.Unsaid || len(e.Text) == 0 {
		return false
	}
	return e.Text[len(e.Text)-1] == ':' || containsAny(e.Text, "panic", "xception", "Error:")
}

// dotnetHead tells that text is the first line of an entry of .NET's console
// logger, whose message is on the next: Shop.Cart[0].
func dotnetHead(text []byte) bool {
	if len(text) == 0 || text[len(text)-1] != ']' {
		return false
	}
	open := bytes.LastIndexByte(text, '[')
	return open > 0 && number(text[open+1:len(text)-1]) >= 0 && bytes.IndexByte(text[min(open, len("fail: ")):open], ' ') < 0
}

// continues tells that e goes on with what is held.
func (j *joiner) continues(e *Entry, s sign) bool {
	switch s {
	case blank, inside:
		return true
	case typed:
		return j.python || j.script > 0 || j.caret() || j.alone && j.names(e.body)
	case opening:
		return j.opens(e.body)
	}
	return e.bare && (j.python || j.script > 0 || j.caret())
}

// names tells that an exception's type is of the message that is held, which
// stands alone so far: behind a line with a time surely, else if it is a whole
// name as Java prints it. Node's "Error: a" may just as well be the next message.
func (j *joiner) names(line []byte) bool {
	if j.held.nameless {
		return false
	}
	name := firstName(line)
	return !j.held.bare && len(typeAt(line)) > 0 || bytes.ContainsAny(name, ".$") && camel(name)
}

// opens tells that a line which can begin a trace is of the one that is held,
// or is the trace of the message that is held.
func (j *joiner) opens(line []byte) bool {
	switch {
	case bytes.HasPrefix(line, []byte("goroutine ")):
		return true
	case bytes.HasPrefix(line, []byte("panic: ")):
		return false
	case bytes.HasPrefix(line, []byte("fatal error: ")):
		return bytes.HasPrefix(j.trace, []byte("runtime: "))
	}
	return j.chained() || !j.tracing && !j.held.nameless
}

// lastLine returns the last line so far that is not blank.
func (j *joiner) lastLine() []byte {
	trace := bytes.TrimRight(j.trace, "\n \t")
	return trace[bytes.LastIndexByte(trace, '\n')+1:]
}

// caret tells that Node has shown the place in the source, so that what was
// thrown follows.
func (j *joiner) caret() bool {
	line := j.lastLine()
	return len(line) > 0 && line[len(line)-1] == '^'
}

// chained tells that another trace of the same fault is announced: Python's
// "During handling of the above exception, another exception occurred:".
func (j *joiner) chained() bool {
	line := j.lastLine()
	return bytes.HasPrefix(line, []byte("During handling")) || bytes.HasPrefix(line, []byte("The above exception"))
}

// hold keeps e for the lines that may follow.
func (j *joiner) hold(e *Entry, s sign) {
	j.text = append(j.text[:0], e.Text...)
	j.raw = append(j.raw[:0], e.raw...)
	j.episode = append(j.episode[:0], e.Episode...)
	j.trace = j.trace[:0]
	j.held, j.holding, j.last = *e, true, e.Arrived
	j.alone, j.tracing, j.python, j.script, j.strangers, j.lost = true, false, false, 0, 0, 0
	if s == typed && scriptHead(e.body) {
		j.script = sourceLines
	}
	j.opened, j.held.nameless = s == opening, s == opening || s == typed
	if j.held.nameless && len(j.episode) == 0 {
		j.episode = append(j.episode, j.before...)
	}
	switch {
	case len(e.trace) > 0:
		j.keep(e.trace[:min(len(e.trace), traceMost)])
	case j.held.nameless:
		if s == opening && len(j.prior) > 0 && orphan(bytes.TrimLeft(e.body, " \t")) {
			j.keep(j.prior)
		}
		j.keep(e.body)
		j.noted(e.body, s)
	default:
		j.keep(e.Text)
	}
}

// take adds a line to what is held.
func (j *joiner) take(e *Entry, s sign) {
	j.last = e.Arrived
	j.held.Lines++
	j.held.Cut = j.held.Cut || e.Cut
	if s == inside && j.held.Lines == 2 && dotnetHead(j.text) {
		j.text = append(append(j.text, ' '), bytes.TrimSpace(e.body)...)
		j.tracing = false
	}
	if s != blank || j.tracing {
		j.keep(e.body)
	}
	if len(j.raw) < 2*logs.RawMost && s != blank {
		j.raw = append(append(j.raw, '\n'), e.body...)
	}
	j.script = max(0, j.script-1)
	if s != blank {
		j.alone = false
		j.noted(e.body, s)
	}
}

// noted keeps count of what is to come: Python's type comes last.
func (j *joiner) noted(body []byte, s sign) {
	switch {
	case bytes.HasPrefix(bytes.TrimLeft(body, " |+"), []byte("Traceback (most recent")):
		j.python = true
	case s != inside:
		j.python = false
	}
	if s == inside || s == opening {
		j.tracing = true
	}
}

// keep adds a line to the trace, while there is room.
func (j *joiner) keep(line []byte) {
	if j.held.Lines > traceLines || len(j.trace)+len(line) > traceMost {
		j.lost++
		return
	}
	j.trace = append(append(j.trace, line...), '\n')
}

// flush emits what has waited for long enough.
func (j *joiner) flush(now time.Time, emit func(*Entry)) {
	if j.holding && (now.Sub(j.last) >= Wait || j.tooLong(now)) {
		j.close(emit)
	}
}

// close emits what is held.
func (j *joiner) close(emit func(*Entry)) {
	if !j.holding {
		return
	}
	j.holding, j.tracing = false, false
	e := &j.held
	e.Text, e.raw, e.Episode = j.text, j.raw, j.episode
	e.Cut = e.Cut || j.lost > 0
	if j.opened && e.Level == logs.Unsaid {
		e.Level = logs.Error
	}
	if e.Lines > 1 || len(e.trace) > 0 || bytes.HasPrefix(j.trace, []byte("panic: ")) {
		e.trace = j.trace
	}
	emit(e)
}
