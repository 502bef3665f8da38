package redact

import "bytes"

// Mask is what stands where a secret was.
const Mask = "***"

// passesMost bounds how often a line with secrets is looked at again: what was
// behind one secret may show another.
const passesMost = 4

// Line returns b without its secrets: b itself if there is none, else a copy.
// It never changes b. Redacting twice gives what redacting once gave.
func Line(b []byte) []byte {
	b, _ = redacted(b, false)
	return b
}

// LineAndEmails is Line that hides e-mail addresses too.
func LineAndEmails(b []byte) []byte {
	b, _ = redacted(b, true)
	return b
}

// redacted returns b without its secrets, and whether the armour of a private
// key begins in it.
func redacted(b []byte, emails bool) (out []byte, armour bool) {
	for range passesMost {
		s := scan{b: b, emails: emails}
		lo, hi, found := s.next(0)
		if !found {
			return b, armour || s.armour
		}
		b = s.masked(lo, hi)
		armour = armour || s.armour
	}
	return b, armour
}

// masked replaces the secret b[lo:hi] and every other behind it that one look
// from left to right finds.
func (s *scan) masked(lo, hi int) []byte {
	out := make([]byte, 0, len(s.b)+16)
	at, found := 0, true
	for found {
		out = append(append(out, s.b[at:lo]...), Mask...)
		at = hi
		lo, hi, found = s.next(at)
	}
	return append(out, s.b[at:]...)
}

// masked tells that a value has been hidden already, by us or by who wrote it.
func masked(value []byte) bool {
	return len(value) > 0 && len(bytes.Trim(value, "*")) == 0
}
