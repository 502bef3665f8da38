package format

import (
	"bytes"
)

// ruby fills e from a line of Ruby's Logger:
//
//	I, [2026-11-21T13:00:00.123456 #123]  INFO -- : [request] message
func (p *Parser) ruby(e *Entry, b []byte, nesting int) bool {
	t, n := p.clock.stamp(b[4:])
	end := bytes.IndexByte(b[:min(len(b), bracketMost)], ']')
	behind := bytes.Index(b, []byte(" -- "))
	if n == 0 || end < 0 || behind < end || behind > end+levelMost {
		return false
	}
	e.Time, e.Level = t, levelOfLetter(b[0])
	rest := b[behind+len(" -- "):]
	if colon := bytes.Index(rest, []byte(": ")); colon >= 0 { // the name of the program
		rest = rest[colon+2:]
	}
	for { // tags of Rails
		pre := preamble{e: e, clock: &p.clock, timed: true}
		at := skipSpaces(rest, 0)
		if at >= len(rest) || rest[at] != '[' {
			break
		}
		if n := pre.bracket(rest[at:]); n > 0 {
			rest = rest[at+n:]
			continue
		}
		break
	}
	e.body = rest
	p.message(e, rest, nesting)
	return true
}

// glog fills e from a line of glog and klog:
//
//	E1121 13:00:00.123456   123 file.go:12] message
func (p *Parser) glog(e *Entry, b []byte, nesting int) bool {
	month, day := number(b[1:3]), number(b[3:5])
	end := bytes.IndexByte(b[:min(len(b), bracketMost)], ']')
	level := levelOfLetter(b[0])
	if month < 1 || day < 1 || end < 0 || level == 0 {
		return false
	}
	t, n := p.clock.nearestYear(moment{month: month, day: day}, b, 6)
	if n == 0 {
		return false
	}
	e.Time, e.Level = t, level
	p.message(e, b[end+1:], nesting)
	return true
}

// redis fills e from a line of Redis:
//
//	123:M 21 Nov 2026 13:00:00.123 * Ready to accept connections
func (p *Parser) redis(e *Entry, b []byte, nesting int) bool {
	colon := bytes.IndexByte(b[:8], ':')
	if colon < 1 || colon+24 > len(b) || b[colon+2] != ' ' || number(b[:colon]) < 0 || !letter(b[colon+1]) {
		return false
	}
	rest := b[colon+3:]
	t, n := p.clock.stamp(rest)
	if n == 0 || n+3 > len(rest) || rest[n] != ' ' || rest[n+2] != ' ' {
		return false
	}
	e.Time, e.Level = t, levelOfRedis(rest[n+1])
	p.message(e, rest[n+2:], nesting)
	return true
}
