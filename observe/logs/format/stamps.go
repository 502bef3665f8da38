package format

import (
	"bytes"
	"time"
)

// digits reads stamps that begin with a digit.
func (c *clock) digits(b []byte) (time.Time, int) {
	switch {
	case len(b) >= 19 && (b[4] == '-' || b[4] == '/' || b[4] == '.'):
		return c.yearFirst(b)
	case b[2] == ':' && b[5] == ':':
		return c.timeOnly(b)
	case len(b) >= 17 && b[2] == '/' && b[5] == '/' && (b[8] == ' ' || b[8] == 'T'):
		return c.shortYear(b)
	case len(b) >= 20 && (b[2] == '/' || b[2] == '-' || b[2] == ' ') && b[6] == b[2]:
		return c.dayFirst(b)
	case len(b) >= 14 && b[2] == '-' && b[5] == ' ' && b[8] == ':':
		return c.noYear(b)
	case len(b) >= 14 && b[6] == ' ' && b[13] == ' ':
		return c.shortPacked(b)
	case len(b) >= 15 && b[8] == 'T' || len(b) >= 17 && b[8] == '-':
		return c.packed(b)
	}
	return epochHead(b)
}

// yearFirst reads 2026-11-21T13:00:00.123+01:00 and its like with a space, a
// comma, slashes.
func (c *clock) yearFirst(b []byte) (time.Time, int) {
	m := moment{year: number(b[:4]), month: number(b[5:7]), day: number(b[8:10])}
	if b[7] != b[4] || m.year < 1970 || m.month < 0 || m.day < 0 || b[10] != 'T' && b[10] != ' ' && b[10] != '_' && b[10] != '-' && b[10] != 't' {
		return time.Time{}, 0
	}
	return c.rest(m, b, 11)
}

// shortYear reads Hadoop's and Spark's 26/11/21 13:00:00.
func (c *clock) shortYear(b []byte) (time.Time, int) {
	m := moment{year: 2000 + number(b[:2]), month: number(b[3:5]), day: number(b[6:8])}
	if m.year < 2000 || m.month < 0 || m.day < 0 {
		return time.Time{}, 0
	}
	return c.rest(m, b, 9)
}

// dayFirst reads 21/Nov/2026:13:00:00 +0000 of access logs, PHP's 21-Nov-2026
// 13:00:00 UTC, and 21 Nov 2026 13:00:00.
func (c *clock) dayFirst(b []byte) (time.Time, int) {
	m := moment{day: number(b[:2]), month: monthOf(b[3:6]), year: number(b[7:11])}
	if m.day < 0 || m.month == 0 || m.year < 1970 || b[11] != ':' && b[11] != ' ' && b[11] != 'T' {
		return time.Time{}, 0
	}
	return c.rest(m, b, 12)
}

// noYear reads Android's 11-21 13:00:00.123.
func (c *clock) noYear(b []byte) (time.Time, int) {
	m := moment{month: number(b[:2]), day: number(b[3:5])}
	if m.month < 1 || m.month > 12 || m.day < 1 {
		return time.Time{}, 0
	}
	return c.nearestYear(m, b, 6)
}

// packed reads 20261121T130000Z, and 20261121-13:00:00:123.
func (c *clock) packed(b []byte) (time.Time, int) {
	m := moment{year: number(b[:4]), month: number(b[4:6]), day: number(b[6:8])}
	if m.year < 1970 || m.year > 2200 || m.month < 0 || m.day < 0 {
		return time.Time{}, 0
	}
	if b[8] == '-' || b[11] == ':' {
		return c.rest(m, b, 9)
	}
	m.hour, m.minute, m.second = number(b[9:11]), number(b[11:13]), number(b[13:15])
	if m.hour < 0 || m.minute < 0 || m.second < 0 {
		return time.Time{}, 0
	}
	return c.end(m, b, 15)
}

// shortPacked reads Hadoop's 261121 130000.
func (c *clock) shortPacked(b []byte) (time.Time, int) {
	m := moment{year: 2000 + number(b[:2]), month: number(b[2:4]), day: number(b[4:6])}
	m.hour, m.minute, m.second = number(b[7:9]), number(b[9:11]), number(b[11:13])
	if m.year < 2000 || m.month < 0 || m.day < 0 || m.hour < 0 || m.minute < 0 || m.second < 0 {
		return time.Time{}, 0
	}
	return c.end(m, b, 13)
}

// words reads stamps that begin with a letter: Nov 21 13:00:00, with the day of
// the week before it or the year behind it; Sat, 21 Nov 2026 13:00:00 GMT.
func (c *clock) words(b []byte) (time.Time, int) {
	at := 0
	if weekday(b) {
		at = 4
		if b[3] == ',' {
			at = 5
		}
		if len(b) >= at+20 && digit(b[at]) && b[at+2] == ' ' {
			t, n := c.dayFirst(b[at:])
			return t, grown(n, at)
		}
	}
	if len(b) < at+15 || b[at+3] != ' ' || b[at+6] != ' ' {
		return time.Time{}, 0
	}
	m := moment{month: monthOf(b[at : at+3]), day: number(bytes.TrimLeft(b[at+4:at+6], " "))}
	if m.month == 0 || m.day < 1 {
		return time.Time{}, 0
	}
	return c.nearestYear(m, b, at+7)
}

func grown(n, by int) int {
	if n == 0 {
		return 0
	}
	return n + by
}

func weekday(b []byte) bool {
	switch string(b[:3]) {
	case "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun":
		return b[3] == ' ' || b[3] == ','
	}
	return false
}
