package format

import (
	"bytes"
	"time"
)

// clock reads timestamps. It remembers the last day and hour, because the next
// line is nearly always of the same.
type clock struct {
	zone *time.Location
	// now is when the line arrived: what a stamp without year or day is near to.
	now time.Time

	year, month, day, hour int
	start                  int64 // of that hour in the zone, in Unix seconds
}

// moment is a timestamp as it is written.
type moment struct {
	year, month, day, hour, minute, second, nano int
	offset                                       int // of the zone, in seconds
	zoned                                        bool
}

// at returns the time of m: in its own zone, else in the clock's.
func (c *clock) at(m moment) time.Time {
	if m.month < 1 || m.month > 12 || m.day < 1 || m.day > 31 || m.hour > 24 || m.minute > 59 || m.second > 60 {
		return time.Time{}
	}
	within := int64(m.minute*60 + m.second)
	if m.zoned || c.zone == nil || c.zone == time.UTC {
		return time.Unix(days(m.year, m.month, m.day)*86400+int64(m.hour*3600)+within-int64(m.offset), int64(m.nano)).UTC()
	}
	if c.year != m.year || c.month != m.month || c.day != m.day || c.hour != m.hour {
		c.year, c.month, c.day, c.hour = m.year, m.month, m.day, m.hour
		c.start = time.Date(m.year, time.Month(m.month), m.day, m.hour, 0, 0, 0, c.zone).Unix()
	}
	return time.Unix(c.start+within, int64(m.nano)).UTC()
}

// days returns the days from 1970-01-01 to a date (Howard Hinnant,
// "chrono-Compatible Low-Level Date Algorithms").
func days(year, month, day int) int64 {
	if month <= 2 {
		year--
		month += 12
	}
	era := year / 400
	ofEra := year - era*400
	ofYear := (153*(month-3)+2)/5 + day - 1
	return int64(era*146097+ofEra*365+ofEra/4-ofEra/100+ofYear) - 719468
}

// stamp reads the timestamp that b begins with and returns its length, 0 for
// none. A stamp without year or date is put near to now.
func (c *clock) stamp(b []byte) (time.Time, int) {
	if len(b) < 8 {
		return time.Time{}, 0
	}
	switch first := b[0]; {
	case digit(first):
		return c.digits(b)
	case first >= 'A' && first <= 'Z':
		return c.words(b)
	}
	return time.Time{}, 0
}

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

// timeOnly reads 13:00:00.123 as the time of that kind nearest to now.
func (c *clock) timeOnly(b []byte) (time.Time, int) {
	if c.now.IsZero() {
		_, n := c.rest(moment{year: 2000, month: 1, day: 1}, b, 0)
		return time.Time{}, n
	}
	local := c.now.In(c.location())
	m := moment{year: local.Year(), month: int(local.Month()), day: local.Day()}
	t, n := c.rest(m, b, 0)
	switch off := t.Sub(c.now); {
	case n == 0:
	case off > 12*time.Hour:
		t = t.AddDate(0, 0, -1)
	case off < -12*time.Hour:
		t = t.AddDate(0, 0, 1)
	}
	return t, n
}

func (c *clock) location() *time.Location {
	if c.zone == nil {
		return time.UTC
	}
	return c.zone
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

// nearestYear reads the time of day at b[at:] and the year behind it; without
// one it is the year in which m is not after now, but for a day of clocks that
// differ.
func (c *clock) nearestYear(m moment, b []byte, at int) (time.Time, int) {
	now := c.now.In(c.location())
	m.year = now.Year()
	t, n := c.rest(m, b, at)
	if n == 0 {
		return time.Time{}, 0
	}
	if n+5 <= len(b) && b[n] == ' ' && (n+5 == len(b) || !digit(b[n+5]) && b[n+5] != ':') {
		if year := number(b[n+1 : n+5]); year >= 1970 && year < 2200 {
			m.year = year
			t, _ = c.rest(m, b, at)
			return t, n + 5
		}
	}
	if c.now.IsZero() {
		return time.Time{}, n
	}
	if t.After(c.now.AddDate(0, 0, 1)) {
		m.year--
		t, _ = c.rest(m, b, at)
	}
	return t, n
}

// rest reads the time of day at b[at:], its fraction and zone.
func (c *clock) rest(m moment, b []byte, at int) (time.Time, int) {
	if len(b) < at+8 || b[at+2] != ':' || b[at+5] != ':' && b[at+5] != '.' {
		return time.Time{}, 0
	}
	m.hour, m.minute, m.second = number(b[at:at+2]), number(b[at+3:at+5]), number(b[at+6:at+8])
	if m.hour < 0 || m.minute < 0 || m.second < 0 {
		return time.Time{}, 0
	}
	return c.end(m, b, at+8)
}

// end reads the fraction and the zone at b[at:].
func (c *clock) end(m moment, b []byte, at int) (time.Time, int) {
	if at+1 < len(b) && (b[at] == '.' || b[at] == ',' || b[at] == ':') && digit(b[at+1]) {
		m.nano, at = fraction(b, at+1)
	}
	at += m.readZone(b[at:])
	if at < len(b) && (letter(b[at]) || digit(b[at])) {
		return time.Time{}, 0
	}
	t := c.at(m)
	if t.IsZero() {
		return t, 0
	}
	return t, at
}

// fraction reads digits at b[at:] as nanoseconds and returns where they end.
func fraction(b []byte, at int) (nano, end int) {
	unit := 100_000_000
	for at < len(b) && digit(b[at]) {
		nano += int(b[at]-'0') * unit
		unit /= 10
		at++
	}
	return nano, at
}

// readZone reads the zone that b begins with, a space before it allowed, and
// returns its length: Z, +01:00, -0500, +01, " +0000", " UTC".
func (m *moment) readZone(b []byte) int {
	space := 0
	if len(b) > 1 && b[0] == ' ' {
		space, b = 1, b[1:]
	}
	if len(b) == 0 {
		return 0
	}
	switch {
	case (b[0] == 'Z' || b[0] == 'z') && (len(b) == 1 || !letter(b[1])):
		m.zoned = true
		return space + 1
	case len(b) >= 3 && (string(b[:3]) == "UTC" || string(b[:3]) == "GMT"):
		m.zoned = true
		return space + 3
	case b[0] == '+' || b[0] == '-':
		return grown(m.readOffset(b, space == 0), space)
	}
	return 0
}

// readOffset reads +01:00, +0100 and, if short, +01.
func (m *moment) readOffset(b []byte, short bool) int {
	if len(b) < 3 || number(b[1:3]) < 0 {
		return 0
	}
	hours, minutes, n := number(b[1:3]), 0, 3
	switch {
	case len(b) >= 6 && b[3] == ':' && number(b[4:6]) >= 0:
		minutes, n = number(b[4:6]), 6
	case len(b) >= 5 && number(b[3:5]) >= 0:
		minutes, n = number(b[3:5]), 5
	case !short:
		return 0
	}
	m.zoned, m.offset = true, hours*3600+minutes*60
	if b[0] == '-' {
		m.offset = -m.offset
	}
	return n
}

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

// number reads digits; -1 is no number.
func number(b []byte) int {
	if len(b) == 0 {
		return -1
	}
	n := 0
	for _, c := range b {
		if !digit(c) {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	return n
}

func monthOf(b []byte) int {
	switch string(b) {
	case "Jan":
		return 1
	case "Feb":
		return 2
	case "Mar":
		return 3
	case "Apr":
		return 4
	case "May":
		return 5
	case "Jun":
		return 6
	case "Jul":
		return 7
	case "Aug":
		return 8
	case "Sep":
		return 9
	case "Oct":
		return 10
	case "Nov":
		return 11
	case "Dec":
		return 12
	}
	return 0
}

func digit(c byte) bool { return c-'0' < 10 }

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
