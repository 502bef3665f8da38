package monitors

import (
	"bytes"
	"encoding/json"
	"strconv"

	"noon/fleet"
)

// traceScanner reads one line of JSON at a time. encoding/json takes five times as
// long for a watch of 30 minutes, and makes a zero of null. The first fault
// stays; from then on nothing is read.
type traceScanner struct {
	text  []byte
	at    int
	fault *traceFault
	// names are the texts of earlier lines, by how they are written: nearly every
	// line has the same.
	names map[string]string
	// bounds are those of histograms, in the same way.
	bounds map[string][]float64
	// spare holds the histograms of the line before, whose counts are used again.
	spare map[string]Histogram
	// versions are those that were found to be usable.
	versions map[string]bool
}

// traceFault is what is wrong with a line, at a column from 1; 0 is the whole line.
type traceFault struct {
	column         int
	what, expected string
}

const (
	// namesMost, boundsMost and nameMost, in bytes, bound what is kept of earlier
	// lines.
	namesMost  = 20000
	boundsMost = 2000
	nameMost   = 512
	// deepest is how deep what is passed over may be nested.
	deepest = 100
	// snippetMost is how much of a line an error repeats, in bytes.
	snippetMost = 24
)

func (s *traceScanner) begin(text []byte) {
	s.text, s.at, s.fault = text, 0, nil
	if s.names == nil {
		s.names, s.bounds, s.versions = map[string]string{}, map[string][]float64{}, map[string]bool{}
		s.spare = map[string]Histogram{}
	}
}

// fail notes what is wrong at a column, unless something was before. What the
// line ends with was cut: a part of a number is another number.
func (s *traceScanner) fail(column int, what, expected string) {
	if s.fault != nil {
		return
	}
	if column > 0 && s.at >= len(s.text) {
		column, what, expected = len(s.text)+1, "found "+s.snippet(), "the rest of it"
	}
	s.fault = &traceFault{column, what, expected}
}

// unexpected notes that something else stands here.
func (s *traceScanner) unexpected(expected string) { s.fail(s.at+1, "found "+s.snippet(), expected) }

// snippet is what stands here, in words.
func (s *traceScanner) snippet() string {
	rest := s.text[min(s.at, len(s.text)):]
	switch {
	case len(rest) == 0:
		return "the end of the line (was the recording cut off?)"
	case rest[0] == 0:
		return "a NUL byte (did the machine stop while this was written?)"
	}
	return fleet.Quoted(string(rest[:min(len(rest), snippetMost)]))
}

// peek is the next byte that is no white space, 0 at the end and after a fault.
func (s *traceScanner) peek() byte {
	if s.fault != nil {
		return 0
	}
	for ; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}

// here is the column of what comes next.
func (s *traceScanner) here() int {
	s.peek()
	return s.at + 1
}

// take passes over a byte if it is next.
func (s *traceScanner) take(c byte) bool {
	if s.peek() != c {
		return false
	}
	s.at++
	return true
}

// end sees that nothing follows.
func (s *traceScanner) end() {
	if s.peek(); s.fault == nil && s.at < len(s.text) {
		s.unexpected("the end of the line")
	}
}

// object reads an object: member is called for each name, at its value.
func (s *traceScanner) object(what string, member func(name string)) {
	if !s.take('{') {
		s.unexpected(what + ", an object")
		return
	}
	for first := true; s.peek() != '}' || !first; first = false {
		name := s.string("a name in quotes")
		if !s.take(':') {
			s.unexpected("a colon")
			return
		}
		member(name)
		if s.last('}', what) {
			break
		}
	}
	s.take('}')
}

// array reads an array: element is called at each of its values.
func (s *traceScanner) array(what string, element func()) {
	if !s.take('[') {
		s.unexpected(what + ", an array")
		return
	}
	for first := true; s.peek() != ']' || !first; first = false {
		element()
		if s.last(']', what) {
			break
		}
	}
	s.take(']')
}

// last tells whether no comma and nothing else comes before that end.
func (s *traceScanner) last(end byte, of string) bool {
	if s.peek() == end {
		return true
	}
	if !s.take(',') {
		s.unexpected("a comma or the end of " + of)
		return true
	}
	return false
}

// string reads a text.
func (s *traceScanner) string(expected string) string {
	from, to, plain := s.quoted(expected)
	if s.fault != nil {
		return ""
	}
	return s.name(from, to, plain)
}

// quoted passes over a text, and says where it is between its quotes; a plain
// one is written as it is.
func (s *traceScanner) quoted(expected string) (from, to int, plain bool) {
	if !s.take('"') {
		s.unexpected(expected)
		return 0, 0, false
	}
	from, plain = s.at, true
	for ; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; {
		case c == '"':
			s.at++
			return from, s.at - 1, plain
		case c < ' ':
			s.unexpected("the rest of a text in quotes")
			return 0, 0, false
		case c == '\\':
			plain = false
			s.at++
		case c > '~':
			plain = false
		}
	}
	s.at = len(s.text)
	s.unexpected("the rest of a text in quotes")
	return 0, 0, false
}

// name is the text that is written there, from earlier lines if it was in one.
func (s *traceScanner) name(from, to int, plain bool) string {
	written := s.text[from:to]
	if name, ok := s.names[string(written)]; ok {
		return name
	}
	key := string(written)
	name := key
	if !plain && json.Unmarshal(s.text[from-1:to+1], &name) != nil {
		s.fail(from, "found "+fleet.Quoted(key), "a text as JSON writes it")
		return ""
	}
	if len(s.names) < namesMost && len(written) < nameMost {
		s.names[key] = name
	}
	return name
}

// pass passes over a value of any kind.
func (s *traceScanner) pass(depth int) {
	if depth > deepest {
		s.fail(s.at+1, "found something nested deeper than "+strconv.Itoa(deepest), "an observation")
		return
	}
	switch c := s.peek(); {
	case c == '{':
		s.object("an object", func(string) { s.pass(depth + 1) })
	case c == '[':
		s.array("an array", func() { s.pass(depth + 1) })
	case c == '"':
		s.string("a text")
	case c == '-' || isDigit(c):
		from := s.at
		if s.digits(); s.at == from {
			s.unexpected("a number")
		}
	default:
		s.word()
	}
}

// word passes over true, false or null.
func (s *traceScanner) word() {
	for _, word := range []string{"true", "false", "null"} {
		if s.fault == nil && bytes.HasPrefix(s.text[s.at:], []byte(word)) {
			s.at += len(word)
			return
		}
	}
	s.unexpected("a value")
}
