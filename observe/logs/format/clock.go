package format

import (
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

	dated time.Time // the now of which today is the date
	today moment
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

// timeOnly reads 13:00:00.123 as the time of that kind nearest to now.
func (c *clock) timeOnly(b []byte) (time.Time, int) {
	if c.now.IsZero() {
		_, n := c.rest(moment{year: 2000, month: 1, day: 1}, b, 0)
		return time.Time{}, n
	}
	t, n := c.rest(c.date(), b, 0)
	switch off := t.Sub(c.now); {
	case n == 0:
	case off > 12*time.Hour:
		t = t.AddDate(0, 0, -1)
	case off < -12*time.Hour:
		t = t.AddDate(0, 0, 1)
	}
	return t, n
}

// date returns the date of now in the zone.
func (c *clock) date() moment {
	if c.today.year == 0 || c.dated != c.now {
		year, month, day := c.now.In(c.location()).Date()
		c.dated, c.today = c.now, moment{year: year, month: int(month), day: day}
	}
	return c.today
}

func (c *clock) location() *time.Location {
	if c.zone == nil {
		return time.UTC
	}
	return c.zone
}

// nearestYear reads the time of day at b[at:] and the year behind it; without
// one it is the year in which m is not after now, but for a day of clocks that
// differ.
func (c *clock) nearestYear(m moment, b []byte, at int) (time.Time, int) {
	m.year = c.date().year
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
	if t.After(c.now.Add(24 * time.Hour)) {
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
