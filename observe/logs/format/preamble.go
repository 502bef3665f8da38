package format

import (
	"bytes"

	"noon/judge/logs"
)

// partsMost bounds the parts before a message: time, host, thread, level, ...
const partsMost = 10

// preamble is what stands before the message of a line of text: it is taken off
// part by part, in whatever order the parts stand.
type preamble struct {
	e      *Entry
	clock  *clock
	timed  bool // a stamp was taken off, whether or not its time is known
	dashes bool // Spring Boot's "12345 ---": all brackets behind it are its own
	short  bool // the stamp was of the kind of syslog: a host may follow
}

// plain fills e from a line of text.
func (p *Parser) plain(e *Entry, b []byte, nesting int) {
	e.prose = true
	if n := bytes.IndexByte(b, '\n'); n >= 0 { // a message of several lines
		e.trace = b
		b = firstText(b)
	}
	if p.known(e, b, nesting) {
		return
	}
	pre := preamble{e: e, clock: &p.clock}
	rest := b
	for range partsMost {
		before := pre.timed
		n := pre.part(rest)
		if n == 0 {
			break
		}
		rest = rest[n:]
		if pre.timed == before || nesting+1 >= nestingMost {
			continue
		}
		if n, program := p.wrapping(b[:len(b)-len(rest)], rest, pre.short); n > 0 {
			p.behindTag(e, rest[n:], program, pre.short, nesting)
			return
		}
	}
	e.bare = !pre.timed
	p.message(e, rest, nesting)
	if e.bare && e.prose { // a level at the head of a message is of the message
		e.Text = bytes.TrimSpace(b)
	}
}

// firstText returns the first line of b that is not blank.
func firstText(b []byte) []byte {
	for len(b) > 0 {
		line, rest, _ := bytes.Cut(b, []byte{'\n'})
		if len(bytes.TrimSpace(line)) > 0 {
			return bytes.TrimRight(line, "\r")
		}
		b = rest
	}
	return b
}

// known fills e from the kinds of lines that are known by their first signs;
// false is none of them.
func (p *Parser) known(e *Entry, b []byte, nesting int) bool {
	if len(b) < 12 {
		return false
	}
	switch c := b[0]; {
	case c == '<' && digit(b[1]):
		return p.priority(e, b, nesting)
	case b[1] == ',' && b[3] == '[' && c >= 'A' && c <= 'Z':
		return p.ruby(e, b, nesting)
	case digit(b[1]) && digit(b[4]) && b[5] == ' ' && c >= 'A' && c <= 'Z':
		return p.glog(e, b, nesting)
	case c == '[' && bytes.HasPrefix(b, []byte("[GIN] ")) && p.gin(e, b):
		return true
	case digit(c) && p.redis(e, b, nesting):
		return true
	}
	return p.access(e, b)
}

// message fills e from what is left when the preamble is off: JSON, logfmt, or
// text.
func (p *Parser) message(e *Entry, rest []byte, nesting int) {
	rest = bytes.TrimSpace(rest)
	if p.nested(e, rest, nesting) || p.request(e, rest) || p.spoken(e, rest) {
		return
	}
	if e.Level == logs.Unsaid {
		e.Level = levelWithin(rest)
	}
	if e.Level == logs.Unsaid && bytes.HasPrefix(rest, []byte("PHP ")) {
		e.Level = levelOfPHP(rest[len("PHP "):])
	}
	if len(e.Episode) == 0 {
		e.Episode = episodeIn(rest)
	}
	e.Text = rest
}

// nested fills e from JSON or logfmt behind the preamble of a line.
func (p *Parser) nested(e *Entry, rest []byte, nesting int) bool {
	if len(rest) < 3 || nesting+1 >= nestingMost {
		return false
	}
	if rest[0] == '{' && len(rest) < len(e.body) {
		return p.json(e, rest, nesting+1)
	}
	if end := nameEnd(rest, 0); end > 0 && end < len(rest) && rest[end] == '=' && p.object.readLogfmt(rest) {
		p.structured(e, &p.object)
		return true
	}
	return false
}

// part returns the length of the part that rest begins with, 0 for none: the
// message begins.
func (pre *preamble) part(rest []byte) int {
	i := skipSpaces(rest, 0)
	if i+1 >= len(rest) || i > 0 && !pre.begun() {
		return 0
	}
	at := rest[i:]
	switch c := at[0]; {
	case c == '[':
		return grown(pre.bracket(at), i)
	case digit(c):
		return grown(pre.digits(at), i)
	case letter(c):
		return grown(pre.word(at), i)
	case pre.begun() && (c == '-' || c == ':' || c == '|' || c == ',') && at[1] == ' ':
		return i + 1
	case pre.begun() && bytes.HasPrefix(at, []byte("-- : ")): // Ruby
		return i + 4
	}
	return 0
}

// begun tells that a time or level was taken off.
func (pre *preamble) begun() bool { return pre.timed || pre.e.Level != logs.Unsaid }

// digits takes off a stamp, or the number of a process or thread before a level:
// "25746 INFO", "0 [Warning]", "12345 --- [main]".
func (pre *preamble) digits(at []byte) int {
	if !pre.timed {
		return pre.stamp(at)
	}
	n := 0
	for n < len(at) && digit(at[n]) {
		n++
	}
	next := skipSpaces(at, n)
	if next == n || next >= len(at) {
		return 0
	}
	if bytes.HasPrefix(at[next:], []byte("--- ")) {
		pre.dashes = true
		return next + 4
	}
	if at[next] == '[' || capitalLevel(at[next:]) != logs.Unsaid {
		return n
	}
	return 0
}

// word takes off a stamp that begins with a letter, or the word of a level.
func (pre *preamble) word(at []byte) int {
	if !pre.timed {
		if n := pre.stamp(at); n > 0 {
			pre.short = at[3] == ' ' && digit(at[5])
			return n
		}
	}
	return pre.level(at)
}

// stamp takes off a timestamp.
func (pre *preamble) stamp(at []byte) int {
	t, n := pre.clock.stamp(at)
	if n > 0 {
		pre.e.Time, pre.timed = t, true
	}
	return n
}

// level takes off the word of a level: ERROR, WARN:, info: . A word in small
// letters with nothing behind it may be the first of a message.
func (pre *preamble) level(at []byte) int {
	n := letters(at)
	if pre.e.Level != logs.Unsaid || n < 3 || n > levelMost {
		return 0
	}
	upper := at[1] < 'a'
	ended := n < len(at) && (at[n] == ':' && (n+1 == len(at) || at[n+1] == ' ' || upper) || at[n] == '|')
	if !upper && !ended && (!pre.timed || n < len(at) && at[n] != ' ' && at[n] != '\t') {
		return 0
	}
	level := levelOf(at[:n])
	if level == logs.Unsaid || n < len(at) && at[n] > ' ' && !ended {
		return 0
	}
	if doubtful(at[:n]) && (!upper || !ended && !pre.timed) {
		return 0
	}
	pre.e.Level = level
	if ended {
		n++
	}
	return n
}

// doubtfuls are words that may rather be the first of a message than a level:
// "success: 3 files".
var doubtfuls = [][]byte{
	[]byte("log"), []byte("note"), []byte("success"), []byte("default"), []byte("config"), []byte("fine"), []byte("finer"), []byte("failure"),
	[]byte("errors"), []byte("panic"), []byte("alert"), []byte("notice"), []byte("trace"), []byte("silly"), []byte("verbose"),
}

func doubtful(word []byte) bool {
	for _, d := range doubtfuls {
		if len(d) == len(word) && bytes.EqualFold(d, word) {
			return true
		}
	}
	return false
}

func letters(b []byte) int {
	n := 0
	for n < len(b) && n <= levelMost && letter(b[n]) {
		n++
	}
	return n
}

// capitalLevel returns the level whose word in capitals b begins with.
func capitalLevel(b []byte) logs.Level {
	n := letters(b)
	if n < 3 || b[1] >= 'a' || n < len(b) && (digit(b[n]) || b[n] == '_') {
		return logs.Unsaid
	}
	return levelOf(b[:n])
}

// withinMost is how far into a message a level is looked for, in bytes.
const withinMost = 96

// levelWithin finds a level in capitals near the beginning.
func levelWithin(b []byte) logs.Level {
	b = b[:min(len(b), withinMost)]
	for i := 0; i < len(b); i++ {
		if b[i]-'A' >= 26 {
			continue
		}
		start := i
		for i < len(b) && b[i]-'A' < 26 {
			i++
		}
		if i-start < 4 || i-start > levelMost || start > 0 && ofName(b[start-1]) || i < len(b) && ofName(b[i]) {
			continue
		}
		if level := levelOf(b[start:i]); level != logs.Unsaid {
			return level
		}
	}
	return logs.Unsaid
}

func ofName(c byte) bool { return letter(c) || digit(c) || c == '_' }
