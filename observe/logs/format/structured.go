package format

import (
	"bytes"
	"time"

	"noon/judge/logs"
	"noon/observe/logs/redact"
)

// structured is what the fields of one line say, gathered by their roles.
type structured struct {
	message, err, errType, stack, episode []byte
	maybe, method, target                 []byte
	status                                int
	level                                 logs.Level // if no better field says one
	rank                                  role       // of the episode
	names                                 [][]byte
}

// structured makes an entry of the fields of JSON or logfmt.
func (p *Parser) structured(e *Entry, o *object) {
	s := structured{names: p.names[:0]}
	for i := range o.n {
		p.takeField(&s, e, o, i)
	}
	p.names = s.names
	if len(s.message) == 0 {
		s.message = s.maybe
	}
	if len(s.episode) > 0 {
		e.Episode = s.episode
	}
	if e.Level == logs.Unsaid {
		e.Level = s.unsaidLevel()
	}
	e.Text = p.textOf(&s)
	e.trace = p.traceOf(&s)
	e.bare = false
	e.prose = false
}

// unsaidLevel returns the level of a line without a field that is surely one.
func (s *structured) unsaidLevel() logs.Level {
	switch {
	case s.level != logs.Unsaid:
		return s.level
	case s.status == 0 && (len(s.stack) > 0 || len(s.err) > 0):
		return logs.Error
	}
	return levelOfStatus(s.status)
}

// traceOf returns the stack trace of a structured line: of a field for it, or
// in the message. What names no exception gets its name from the other fields.
func (p *Parser) traceOf(s *structured) []byte {
	switch {
	case len(s.stack) == 0 && bytes.IndexByte(s.message, '\n') > 0:
		return s.message
	case len(s.stack) == 0 && bytes.IndexByte(s.err, '\n') > 0:
		return s.err
	case len(s.stack) == 0 || len(s.errType) == 0 || bytes.HasPrefix(s.stack, s.errType):
		return s.stack
	}
	from := len(p.decoded)
	p.decoded = append(append(p.decoded, s.errType...), ": "...)
	p.decoded = append(append(p.decoded, firstLine(s.err)...), '\n')
	p.decoded = append(p.decoded, s.stack...)
	return p.decoded[from:]
}

// takeField gives the field at index i to what it is for.
func (p *Parser) takeField(s *structured, e *Entry, o *object, i int) {
	f := &o.fields[i]
	r := o.roleOf(i)
	if f.kind == ofObject {
		r = roleOfObject(r)
	}
	if r != aValue && r != furniture && redact.Secret(f.name) {
		r = aValue
	}
	if r == maybeRequest && isID(f.value) {
		r = theRequest
	}
	switch r {
	case furniture:
	case theTime:
		if e.Time.IsZero() {
			e.Time = p.timeOf(f)
		}
	case theLevel:
		e.Level = max(e.Level, p.levelOf(f))
	case maybeLevel:
		s.takeLevel(p, f)
	case theTrace, theRequest:
		s.setEpisode(p, f, r)
	case theMessage:
		if len(s.message) == 0 && !none(f) {
			s.message = p.value(f)
		}
	default:
		s.take(p, f, r)
		if f.parent < 0 {
			s.addName(f.name)
		}
	}
}

// takeLevel takes a field that may be a level, or anything else that has this
// name; then it is a field like others.
func (s *structured) takeLevel(p *Parser, f *field) {
	if level := p.levelOf(f); level != logs.Unsaid {
		s.level = max(s.level, level)
	} else if f.parent < 0 {
		s.addName(f.name)
	}
}

// take takes a field whose name is mined, and maybe its value.
func (s *structured) take(p *Parser, f *field, r role) {
	switch r {
	case maybeMessage:
		if len(s.maybe) == 0 && f.kind == ofText {
			s.maybe = p.value(f)
		}
	case theError:
		s.addError(p, f)
	case theErrorType:
		if len(s.errType) == 0 && !none(f) {
			s.errType = p.value(f)
		}
	case theStack:
		if stack := p.stackOf(f); len(stack) > len(s.stack) {
			s.stack = stack
		}
	case theStatus:
		if n := number(f.value); n >= 100 && n <= 599 {
			s.status = n
		}
	case theMethod:
		s.method = f.value
	case theTarget:
		s.target = p.value(f)
	}
}

// roleOfObject returns what an object is for whose name has role r: its fields
// have roles of their own.
func roleOfObject(r role) role {
	switch r {
	case theTime, theLevel, furniture:
		return furniture
	case theError:
		return r
	}
	return aValue
}

func (s *structured) addError(p *Parser, f *field) {
	if len(s.err) == 0 && f.kind == ofText && !none(f) {
		s.err = p.value(f)
	}
}

// none tells that a field says that there is nothing.
func none(f *field) bool {
	switch string(f.value) {
	case "", "null", "nil", "<nil>", "none", "None", "undefined", "-":
		return true
	}
	return false
}

func (s *structured) setEpisode(p *Parser, f *field, r role) {
	if s.rank == theTrace || none(f) {
		return
	}
	s.rank = r
	v := p.value(f)
	s.episode = v[:min(len(v), EpisodeMost)]
}

func (s *structured) addName(name []byte) {
	if len(s.names) < namesMost {
		s.names = append(s.names, name)
	}
}

// timeOf reads the time of a field: a stamp or Unix time.
func (p *Parser) timeOf(f *field) (t time.Time) {
	if f.kind == ofObject || f.kind == ofArray {
		return t
	}
	if v := epoch(f.value); !v.IsZero() {
		return v
	}
	v, _ := p.clock.stamp(bytes.TrimSpace(f.value))
	return v
}

// levelOf reads the level of a field: a word, or a number in the way of the
// library that uses this name.
func (p *Parser) levelOf(f *field) logs.Level {
	n := number(f.value[:min(len(f.value), 8)])
	if n < 0 {
		word := f.value
		if at := bytes.IndexAny(word, "+-"); at > 0 { // slog: ERROR+2
			word = word[:at]
		}
		if len(word) == 1 {
			return levelOfLetter(word[0] &^ 0x20)
		}
		return levelOf(word)
	}
	var room [pathMost]byte
	switch name := string(appendPlain(room[:0], f.name)); {
	case name == "levelno" || name == "levelvalue":
		return levelOfPython(n)
	case name == "severitynumber":
		return levelOfOTel(n)
	case n < 10 && (name == "severity" || p.object.top("short_message") != nil): // GELF
		return levelOfSyslog(n)
	case name == "priority" || n < 10:
		return logs.Unsaid
	case name == "severity":
		return levelOfGCP(n)
	}
	return levelOfPino(n)
}

// value returns the text of a field, decoded, and redacted again if decoding
// may have brought out a secret.
func (p *Parser) value(f *field) []byte {
	if !f.escaped {
		return f.value
	}
	from := len(p.decoded)
	if from+len(f.value) > decodedMost {
		return f.value[:min(len(f.value), TextMost)]
	}
	p.decoded = unescape(p.decoded, f.value)
	return p.cleaned(p.decoded[from:])
}

// cleaned takes ANSI sequences and secrets out of what was decoded.
func (p *Parser) cleaned(b []byte) []byte {
	if bytes.IndexByte(b, 0x1b) >= 0 {
		var room []byte
		b = withoutEscapes(&room, b)
	}
	return p.redacted(b)
}

// decodedMost bounds the decoded fields of a line.
const decodedMost = 2 * LineMost
