package format

import (
	"bytes"
	"time"

	"noon/judge/logs"
)

// tagMost bounds the length of host and program together.
const tagMost = 160

// syslogTag reads "host program[pid]: " and returns its length and the program,
// 0 for none. Without a pid it is a tag only behind a stamp of the kind of
// syslog (short).
func syslogTag(rest []byte, short bool) (n int, program []byte) {
	at := skipSpaces(rest, 0)
	if at >= len(rest) || !ofName(rest[at]) || !short && capitalLevel(rest[at:]) != logs.Unsaid {
		return 0, nil
	}
	host := wordEnd(rest, at)
	if host-at > tagMost || host >= len(rest) {
		return 0, nil
	}
	if rest[host-1] == ':' { // there is no host
		return tagAt(rest, at, short)
	}
	return tagAt(rest, skipSpaces(rest, host), short)
}

// tagAt reads "program[pid]:" at rest[at:].
func tagAt(rest []byte, at int, short bool) (n int, program []byte) {
	i := at
	for i < len(rest) && i-at < tagMost && (ofName(rest[i]) || bytes.IndexByte([]byte("-./@()_+"), rest[i]) >= 0) {
		i++
	}
	program = rest[at:i]
	pid := 0
	if i < len(rest) && rest[i] == '[' {
		end := bytes.IndexByte(rest[i:min(len(rest), i+24)], ']')
		if end < 2 || number(rest[i+1:i+end]) < 0 {
			return 0, nil
		}
		pid = end + 1
	}
	i += pid
	if len(program) == 0 || pid == 0 && !short || i >= len(rest) || rest[i] != ':' || i+1 < len(rest) && rest[i+1] != ' ' {
		return 0, nil
	}
	return min(i+2, len(rest)), program
}

// behindTag fills e from the message of a program in syslog or of a container,
// which may have a time and level of its own. That time is the better one only
// if the other is coarse: of the old syslog, which has seconds and no zone.
func (p *Parser) behindTag(e *Entry, rest, program []byte, coarse bool, nesting int) {
	outer, level := e.Time, e.Level
	e.Time, e.Level = time.Time{}, logs.Unsaid
	p.understand(e, rest, nesting+1)
	if e.Time.IsZero() || !coarse && !outer.IsZero() {
		e.Time = outer
	}
	if e.Level == logs.Unsaid {
		e.Level = level
	}
	if e.prose && len(program) > 0 && len(e.Text) > 0 {
		out := append(append(append(p.tagged[nesting][:0], program...), ": "...), e.Text...)
		p.tagged[nesting], e.Text = out, out
	}
}

// priority fills e from a line that begins with <34>: RFC 5424, or the older
// kind of syslog.
func (p *Parser) priority(e *Entry, b []byte, nesting int) bool {
	end := bytes.IndexByte(b[:min(len(b), 6)], '>')
	if end < 2 || number(b[1:end]) < 0 || nesting+1 >= nestingMost {
		return false
	}
	level := levelOfSyslog(number(b[1:end]) & 7)
	rest := b[end+1:]
	if len(rest) > 2 && rest[0] == '1' && rest[1] == ' ' {
		p.modernSyslog(e, rest[2:], nesting)
	} else {
		p.understand(e, rest, nesting+1)
	}
	if e.Level == logs.Unsaid {
		e.Level = level
	}
	return true
}

// modernSyslog fills e from what follows "<34>1 ": time, host, program, process,
// kind of message, structured data, message (RFC 5424).
func (p *Parser) modernSyslog(e *Entry, rest []byte, nesting int) {
	stamp, rest := nextWord(rest)
	e.Time, _ = p.clock.stamp(stamp)
	_, rest = nextWord(rest) // host
	program, rest := nextWord(rest)
	_, rest = nextWord(rest) // process
	_, rest = nextWord(rest) // kind of message
	rest = behindData(rest)
	rest = bytes.TrimPrefix(rest, []byte("\xef\xbb\xbf"))
	if string(program) == "-" {
		program = nil
	}
	p.behindTag(e, rest, program, false, nesting)
}

func nextWord(b []byte) (word, rest []byte) {
	word, rest, _ = bytes.Cut(b, []byte{' '})
	return word, rest
}

// behindData returns what follows the structured data that b begins with: "-",
// or [name key="value" ...] once or more.
func behindData(b []byte) []byte {
	for len(b) > 0 && b[0] == '[' {
		end := 1
		for quoted := false; end < len(b) && (quoted || b[end] != ']'); end++ {
			switch b[end] {
			case '\\':
				end++
			case '"':
				quoted = !quoted
			}
		}
		b = b[min(end+1, len(b)):]
	}
	b = bytes.TrimPrefix(b, []byte{'-'})
	return bytes.TrimPrefix(b, []byte{' '})
}
