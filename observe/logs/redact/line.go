package redact

import "bytes"

// Mask is what stands where a secret was.
const Mask = "***"

// passesMost bounds how often a line with secrets is looked at again: what was
// behind one secret may show another.
const passesMost = 4

// Line returns b without its secrets: b itself if there is none, else a copy.
// It never changes b. Redacting twice gives what redacting once gave.
func Line(b []byte) []byte { return redacted(b, false) }

// LineAndEmails is Line that hides e-mail addresses too.
func LineAndEmails(b []byte) []byte { return redacted(b, true) }

func redacted(b []byte, emails bool) []byte {
	for range passesMost {
		masked, found := onePass(b, emails)
		if !found {
			break
		}
		b = masked
	}
	return b
}

// onePass replaces every secret that one look from left to right finds.
func onePass(b []byte, emails bool) ([]byte, bool) {
	s := scan{b: b, emails: emails}
	lo, hi, found := s.next(0)
	if !found {
		return b, false
	}
	out := make([]byte, 0, len(b)+16)
	at := 0
	for found {
		out = append(append(out, b[at:lo]...), Mask...)
		at = hi
		lo, hi, found = s.next(at)
	}
	return append(out, b[at:]...), true
}

// masked tells that a value has been hidden already, by us or by who wrote it.
func masked(value []byte) bool {
	return len(value) > 0 && len(bytes.Trim(value, "*")) == 0
}
