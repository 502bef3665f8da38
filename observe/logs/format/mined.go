package format

import (
	"bytes"
	"slices"
)

// namesMost is how many names of fields are mined, nameMost how long one is.
const (
	namesMost = 40
	nameMost  = 40
)

// textOf puts together what is mined: the message, the error, the class of the
// status, the names of the fields.
func (p *Parser) textOf(s *structured) []byte {
	out := append(p.text[:0], firstLine(s.message)...)
	if err := firstLine(s.err); len(err) > 0 && !bytes.Contains(out, err) {
		out = append(separated(out), err...)
	}
	if kind := firstLine(s.errType); len(kind) > 0 && !bytes.Contains(out, kind) {
		out = append(separated(out), kind...)
	}
	out = s.appendRequest(out[:min(len(out), TextMost/2)])
	out = s.appendNames(out)
	if len(out) == 0 {
		out = append(out, "{}"...)
	}
	p.text = out
	return p.redacted(out) // parts that are harmless alone may not be together
}

// appendRequest appends what was asked for and the class of the answer: "GET
// cart: server error".
func (s *structured) appendRequest(out []byte) []byte {
	if s.status == 0 {
		return out
	}
	out = separated(out)
	if n := len(s.method); n > 0 && n == letters(s.method) && len(s.target) > 0 {
		return appendRequest(out, s.method, s.target, s.status)
	}
	return appendOutcome(append(out, "status"...), s.status)
}

func separated(out []byte) []byte {
	if len(out) == 0 {
		return out
	}
	return append(out, ": "...)
}

func firstLine(b []byte) []byte {
	b = bytes.TrimSpace(b)
	if n := bytes.IndexAny(b, "\r\n"); n >= 0 {
		b = b[:n]
	}
	return b
}

// appendNames appends the names of the fields, sorted, as " {a,b,c}". A name
// with digits is one of many, as an id that is used as a key: it is shown as #.
func (s *structured) appendNames(out []byte) []byte {
	if len(s.names) == 0 {
		return bytes.TrimSpace(out)
	}
	for i, name := range s.names {
		if len(name) > nameMost || strange(name) {
			s.names[i] = []byte{'#'}
		}
	}
	slices.SortFunc(s.names, bytes.Compare)
	s.names = slices.CompactFunc(s.names, bytes.Equal)
	if len(out) > 0 {
		out = append(out, ' ')
	}
	out = append(out, '{')
	for i, name := range s.names {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, name...)
	}
	return append(out, '}')
}

// strange tells that a name is not one that a programmer gave.
func strange(name []byte) bool {
	for _, c := range name {
		if c < ' ' {
			return true
		}
	}
	return manyDigits(name)
}

func manyDigits(name []byte) bool {
	n := 0
	for _, c := range name {
		if digit(c) {
			n++
		}
	}
	return n > 2
}
