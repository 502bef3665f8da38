package format

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
