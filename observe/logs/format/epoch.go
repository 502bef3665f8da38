package format

import (
	"bytes"
	"time"
)

// epochHead reads Unix time at the head of a line, as Squid writes it:
// 1795266000.123, 1795266000123.
func epochHead(b []byte) (time.Time, int) {
	n := 0
	for n < len(b) && (digit(b[n]) || b[n] == '.') {
		n++
	}
	if n < 13 || n > 20 || n < len(b) && b[n] != ' ' && b[n] != '\t' && b[n] != ']' {
		return time.Time{}, 0
	}
	t := epoch(b[:n])
	if t.IsZero() {
		return t, 0
	}
	return t, n
}

// epoch reads Unix time in seconds, milliseconds, microseconds or nanoseconds:
// which one is told by its size. Zero is none of the years 2001 to 2200.
func epoch(b []byte) time.Time {
	whole, rest, _ := bytes.Cut(b, []byte{'.'})
	if len(whole) < 10 || len(whole) > 19 {
		return time.Time{}
	}
	n := int64(0)
	for _, c := range whole {
		if !digit(c) {
			return time.Time{}
		}
		n = n*10 + int64(c-'0')
	}
	nano, end := fraction(rest, 0)
	if end != len(rest) {
		return time.Time{}
	}
	var t time.Time
	switch len(whole) {
	case 10:
		t = time.Unix(n, int64(nano))
	case 13:
		t = time.UnixMilli(n).Add(time.Duration(nano / 1e6))
	case 16:
		t = time.UnixMicro(n)
	case 19:
		t = time.Unix(0, n)
	default:
		return time.Time{}
	}
	if t.Year() < 2001 || t.Year() > 2200 {
		return time.Time{}
	}
	return t.UTC()
}
