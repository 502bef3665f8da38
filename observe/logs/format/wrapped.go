package format

import (
	"bytes"
	"time"

	"noon/judge/logs"
)

// unwrapped fills e from what docker's json-file or journald -o json hold; false
// is that the object is neither.
func (p *Parser) unwrapped(e *Entry, o *object, nesting int) bool {
	if nesting+1 >= nestingMost || o.n < 2 {
		return false
	}
	switch {
	case o.top("log") != nil && o.top("log").kind == ofText && (o.top("stream") != nil || o.top("time") != nil):
		p.docker(e, o, nesting)
	case o.top("MESSAGE") != nil && (o.top("__REALTIME_TIMESTAMP") != nil || o.top("PRIORITY") != nil || o.top("_PID") != nil):
		p.journal(e, o, nesting)
	default:
		return false
	}
	return true
}

// top returns the field with this name of the outermost object.
func (o *object) top(name string) *field {
	for i := range o.n {
		if f := &o.fields[i]; f.parent < 0 && string(f.name) == name {
			return f
		}
	}
	return nil
}

// docker: {"log":"...\n","stream":"stderr","time":"2026-11-21T13:00:00.1Z"}.
func (p *Parser) docker(e *Entry, o *object, nesting int) {
	var at time.Time
	if f := o.top("time"); f != nil {
		at = p.timeOf(f)
	}
	p.within(e, p.value(o.top("log")), nesting)
	if !at.IsZero() {
		e.Time = at
	}
}

// journal: what systemd-journald knows of a message, the message, and a
// priority that is 6 when the program said none.
func (p *Parser) journal(e *Entry, o *object, nesting int) {
	var at time.Time
	if f := o.top("__REALTIME_TIMESTAMP"); f != nil {
		at = p.timeOf(f)
	}
	level := logs.Unsaid
	if f := o.top("PRIORITY"); f != nil {
		level = levelOfSyslog(number(f.value))
	}
	message := o.top("MESSAGE")
	if message.kind == ofArray {
		p.within(e, p.bytesOf(message.value), nesting)
	} else {
		p.within(e, p.value(message), nesting)
	}
	if !at.IsZero() {
		e.Time = at
	}
	if e.Level == logs.Unsaid {
		e.Level = level
	}
}

// within fills e from the text that was wrapped.
func (p *Parser) within(e *Entry, inner []byte, nesting int) {
	inner = bytes.TrimRight(inner, "\r\n")
	stripped := withoutEscapes(&p.inner, inner)
	inner = p.redactedLine(stripped)
	e.raw = inner
	p.understand(e, inner, nesting+1)
}

// bytesOf reads [72,105]: journald writes messages so that are not UTF-8.
func (p *Parser) bytesOf(array []byte) []byte {
	from := len(p.decoded)
	n := -1
	for _, c := range array {
		switch {
		case digit(c) && n < 256:
			n = max(n, 0)*10 + int(c-'0')
		case n >= 0:
			p.decoded = append(p.decoded, byte(n))
			n = -1
		}
	}
	return p.cleaned(p.decoded[from:])
}

// nanoStamp is the length of 2026-11-21T13:00:00.12345678Z: no shorter is the
// stamp that containers put before every line. Programs write fewer digits.
const nanoStamp = 29

// wrapping returns the length of what stands between the stamp of syslog or of
// a container and the line that the program wrote, with the program if it is
// named there; 0 is that the line itself begins with the stamp.
func (p *Parser) wrapping(stamp, rest []byte, short bool) (n int, program []byte) {
	if len(rest) < 2 || rest[0] != ' ' {
		return 0, nil
	}
	if n := streamTag(rest[1:]); n > 0 {
		return n + 1, nil
	}
	if len(stamp) >= nanoStamp && stamp[len(stamp)-1] == 'Z' {
		return 1, nil
	}
	if digit(rest[1]) {
		if _, n := p.clock.stamp(rest[1:]); n >= len("2026-11-21 13:00:00") {
			return 1, nil
		}
		return 0, nil
	}
	return syslogTag(rest, short)
}

// streamTag returns the length of "stdout F " and its like: what containerd and
// CRI-O write, P for a part of a line.
func streamTag(b []byte) int {
	if len(b) < 9 || string(b[:3]) != "std" || b[6] != ' ' || b[7] != 'F' && b[7] != 'P' || b[8] != ' ' {
		return 0
	}
	return 9
}
