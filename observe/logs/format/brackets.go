package format

import (
	"bytes"

	"noon/judge/logs"
)

// bracketMost bounds what is taken off in brackets.
const bracketMost = 160

// bracket takes off [a time], [a level]; behind a time or level also [a process],
// [a thread], [a request].
func (pre *preamble) bracket(at []byte) int {
	end := bytes.IndexByte(at[:min(len(at), bracketMost)], ']')
	if end < 2 {
		return 0
	}
	inside := bytes.TrimSpace(at[1:end])
	if len(inside) == 0 {
		return 0
	}
	if !pre.timed && pre.stampWithin(inside) {
		return end + 1
	}
	if pre.e.Level == logs.Unsaid && pre.levelWithin(inside) {
		return end + 1
	}
	if id := idWithin(inside); len(id) > 0 {
		if len(pre.e.Episode) == 0 {
			pre.e.Episode = id
		}
		return end + 1
	}
	if pre.dashes || pre.begun() && ofProcess(inside, at[end+1:]) {
		return end + 1
	}
	return 0
}

// stampWithin reads a stamp in brackets, alone or with a process behind it.
func (pre *preamble) stampWithin(inside []byte) bool {
	t, n := pre.clock.stamp(inside)
	if n == 0 || n < len(inside) && inside[n] != ' ' {
		return false
	}
	pre.e.Time, pre.timed = t, true
	return true
}

// levelWithin reads "error" and Apache's "core:error".
func (pre *preamble) levelWithin(inside []byte) bool {
	word := inside[bytes.LastIndexByte(inside, ':')+1:]
	level := levelOf(word)
	if level == logs.Unsaid || len(word) < len(inside) && !pre.timed {
		return false
	}
	pre.e.Level = level
	return true
}

// idWithin returns the id of a request that is all of inside, or the trace of
// Spring's [application,trace,span], or of OpenStack's [req-... user project].
func idWithin(inside []byte) []byte {
	if bytes.HasPrefix(inside, []byte("req-")) {
		word, _, _ := bytes.Cut(inside, []byte(" "))
		return word[:min(len(word), EpisodeMost)]
	}
	for len(inside) > 0 {
		comma := bytes.IndexByte(inside, ',')
		word := inside
		if comma >= 0 {
			word = inside[:comma]
		}
		if uniqueID(word) {
			return word
		}
		if comma < 0 {
			break
		}
		inside = bytes.TrimLeft(inside[comma+1:], " ")
	}
	return nil
}

// uniqueID tells that word is a UUID or at least 16 hexadecimal digits.
func uniqueID(word []byte) bool {
	digits, dashes := 0, 0
	for _, c := range word {
		switch {
		case digit(c):
			digits++
		case c == '-':
			dashes++
		case c|0x20 < 'a' || c|0x20 > 'f':
			return spanned(word)
		}
	}
	return digits > 3 && (len(word) == 36 && dashes == 4 || dashes == 0 && (len(word) == 16 || len(word) == 32))
}

// spanned tells that word is trace-span, as Spring writes it.
func spanned(word []byte) bool { return len(word) == 49 && word[32] == '-' && uniqueID(word[:32]) }

// ofProcess tells that inside names a process, client or thread: by its look,
// or because a level or the name of a logger follows.
func ofProcess(inside, after []byte) bool {
	if number(inside) >= 0 || bytes.HasPrefix(inside, []byte("pid ")) || bytes.HasPrefix(inside, []byte("client ")) || inside[0] == '#' {
		return true
	}
	next := after[skipSpaces(after, 0):]
	if capitalLevel(next) != logs.Unsaid {
		return true
	}
	return loggerFollows(next)
}

// loggerFollows tells that b begins with the name of a logger: a dotted name
// and " - ", " : " or ": ".
func loggerFollows(b []byte) bool {
	i, dots := 0, 0
	for i < len(b) && i < bracketMost && (ofName(b[i]) || b[i] == '.' || b[i] == '$') {
		if b[i] == '.' {
			dots++
		}
		i++
	}
	next := skipSpaces(b, i)
	return dots > 0 && next+1 < len(b) && (b[next] == ':' || b[next] == '-') && b[next+1] == ' '
}
