package monitors

import (
	"slices"
	"strings"
	"time"

	"noon/fleet"
)

// traceMembers are the names that an object may have, those that it must have first;
// others are passed over.
type traceMembers struct {
	known  []string
	needed int
	// seen has a bit for each known one.
	seen uint
}

// twice notes a name of an object, and tells whether it is there already.
func (s *traceScanner) twice(m *traceMembers, name string) bool {
	i := slices.Index(m.known, name)
	if i < 0 {
		return false
	}
	if m.seen&(1<<i) != 0 {
		s.fail(s.here(), fleet.Quoted(name)+" is there twice", "each name once")
		return true
	}
	m.seen |= 1 << i
	return false
}

// needs sees that an object has what it must have.
func (s *traceScanner) needs(m traceMembers, what string) {
	for i, name := range m.known[:m.needed] {
		if m.seen&(1<<i) == 0 {
			s.fail(0, "the "+what+" has no \""+name+"\"", "\""+strings.Join(m.known[:m.needed], "\", \"")+"\"")
		}
	}
}

// kind sees that the line is of a kind.
func (s *traceScanner) kind(want, expected string) {
	from := s.here()
	if got := s.string("the kind of the line, in quotes"); s.fault == nil && got != want {
		s.fail(from, "the line is of kind "+fleet.Quoted(got), expected)
	}
}

// time reads a time.
func (s *traceScanner) time() time.Time {
	column := s.here()
	from, to, _ := s.quoted(`a time in quotes, like "2026-11-21T12:00:00Z"`)
	if s.fault != nil {
		return time.Time{}
	}
	var t time.Time
	if err := t.UnmarshalText(s.text[from:to]); err != nil {
		s.fail(column, "the time is "+fleet.Quoted(string(s.text[from:to])), "one like 2026-11-21T12:00:00Z, with its zone (RFC 3339)")
	}
	return t.UTC()
}
