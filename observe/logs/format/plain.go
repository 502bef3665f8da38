package format

import (
	"bytes"

	"noon/judge/logs"
)

// partsMost bounds the parts before a message: time, thread, level, ...
const partsMost = 8

// plain fills e from a line of text: what comes before the message is taken off
// part by part, in whatever order it stands.
func (p *Parser) plain(e *Entry, b []byte, nesting int) {
	e.prose = true
	rest := b
	for range partsMost {
		n := p.part(e, rest)
		if n == 0 {
			break
		}
		rest = rest[n:]
	}
	e.bare = len(rest) == len(b)
	rest = bytes.TrimLeft(rest, " \t")
	if p.nested(e, rest, nesting) {
		return
	}
	if e.Level == logs.Unsaid {
		e.Level = levelWithin(rest)
	}
	if len(e.Episode) == 0 {
		e.Episode = episodeIn(rest)
	}
	e.Text = bytes.TrimRight(rest, " \t\r")
}

// nested fills e from JSON or logfmt behind the parts of a plain line.
func (p *Parser) nested(e *Entry, rest []byte, nesting int) bool {
	if len(rest) < 3 || nesting+1 >= nestingMost {
		return false
	}
	if rest[0] == '{' && !e.bare {
		return p.json(e, rest, nesting+1)
	}
	if end := nameEnd(rest, 0); end > 0 && end < len(rest) && rest[end] == '=' && p.object.readLogfmt(rest) {
		p.structured(e, &p.object, true)
		return true
	}
	return false
}

// part takes off what rest begins with and returns its length, 0 for nothing:
// the message begins.
func (p *Parser) part(e *Entry, rest []byte) int {
	i := skipSpaces(rest, 0)
	if i >= len(rest) {
		return 0
	}
	switch c := rest[i]; {
	case c == '[':
		return grown(p.bracket(e, rest[i:]), i)
	case digit(c) && e.Time.IsZero():
		return grown(p.stamp(e, rest[i:]), i)
	case letter(c):
		if n := p.stamp(e, rest[i:]); n > 0 {
			return n + i
		}
		return grown(p.levelWord(e, rest[i:]), i)
	case (c == '-' || c == ':' || c == '|') && !e.bareSoFar():
		if i+1 < len(rest) && rest[i+1] == ' ' {
			return i + 1
		}
	}
	return 0
}

// bareSoFar tells that neither time nor level have been found.
func (e *Entry) bareSoFar() bool { return e.Time.IsZero() && e.Level == logs.Unsaid }

// stamp takes off a timestamp.
func (p *Parser) stamp(e *Entry, rest []byte) int {
	if !e.Time.IsZero() {
		return 0
	}
	t, n := p.clock.stamp(rest)
	e.Time = t
	return n
}

// bracketMost bounds what is taken off in brackets.
const bracketMost = 80

// bracket takes off [a time], [a level], and behind a time or level a thread or
// process.
func (p *Parser) bracket(e *Entry, rest []byte) int {
	end := bytes.IndexByte(rest[:min(len(rest), bracketMost)], ']')
	if end < 2 {
		return 0
	}
	inside := rest[1:end]
	if t, n := p.clock.stamp(inside); n > 0 && e.Time.IsZero() {
		e.Time = t
		return end + 1
	}
	if level := levelOf(bytes.TrimSpace(inside)); level != logs.Unsaid && e.Level == logs.Unsaid {
		e.Level = level
		return end + 1
	}
	return 0
}

// levelWord takes off the word of a level: ERROR, WARN:, info: .
func (p *Parser) levelWord(e *Entry, rest []byte) int {
	n := 0
	for n < len(rest) && n <= levelMost && letter(rest[n]) {
		n++
	}
	if e.Level != logs.Unsaid || n < 3 || n > levelMost {
		return 0
	}
	level := levelOf(rest[:n])
	upper := rest[1] < 'a'
	followed := n < len(rest) && (rest[n] == ':' || rest[n] == '|' || rest[n] == ']')
	if level == logs.Unsaid || !upper && !followed || n < len(rest) && rest[n] != ' ' && rest[n] != '\t' && !followed {
		return 0
	}
	e.Level = level
	if followed {
		n++
	}
	return n
}

// levelWithin finds a level in capitals, or after "level=", near the beginning.
func levelWithin(b []byte) logs.Level {
	b = b[:min(len(b), 96)]
	for i := 0; i < len(b); i++ {
		if b[i] < 'A' || b[i] > 'Z' {
			continue
		}
		start := i
		for i < len(b) && b[i] >= 'A' && b[i] <= 'Z' {
			i++
		}
		before := start == 0 || !letter(b[start-1]) && b[start-1] != '_'
		if after := i >= len(b) || !letter(b[i]) && b[i] != '_'; before && after && i-start > 3 {
			if level := levelOf(b[start:i]); level != logs.Unsaid {
				return level
			}
		}
	}
	return logs.Unsaid
}
