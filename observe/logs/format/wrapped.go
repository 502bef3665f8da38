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
