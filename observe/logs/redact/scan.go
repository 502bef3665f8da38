package redact

import "bytes"

// scan looks for secrets in one line.
type scan struct {
	b      []byte
	emails bool
	// armour: a private key begins in the line.
	armour bool
	// nested counts the keys within whose values the scan is.
	nested int
}

// A byte's class: most of a line is words, and of them only the ends matter.
const (
	ofWord = iota
	between
	ends // may end the key of a secret, or be inside an address
)

var class = func() (t [256]uint8) {
	for c := range t {
		t[c] = between
		if wordByte(byte(c)) {
			t[c] = ofWord
		}
	}
	for _, c := range "=:@%\\>" {
		t[c] = ends
	}
	return t
}()

func wordByte(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || digit(c) || c == '_' || c == '-' || c >= 0x80
}

func digit(c byte) bool { return c-'0' < 10 }

// longWord is the shortest word that may be a secret by its shape: a card
// number has 13 digits.
const longWord = 13

// next finds the first secret that begins at or after from.
func (s *scan) next(from int) (lo, hi int, found bool) {
	b, start := s.b, from
	for i := from; i < len(b); i++ {
		k := class[b[i]]
		if k == ofWord {
			continue
		}
		if word := i - start; word >= 4 && (word >= longWord || word == 8 || word == 6 || word == 4 || b[start] == '-') {
			if lo, hi, found = s.ofShape(start, i); found {
				return lo, hi, true
			}
		}
		if k == ends {
			if lo, hi, found = s.behind(i, from); found {
				return lo, hi, true
			}
		}
		start = i + 1
	}
	if len(b)-start >= 4 {
		return s.ofShape(start, len(b))
	}
	return 0, 0, false
}

// behind finds a secret that the byte at i announces: the value of a key that
// ends there, a password in an address.
func (s *scan) behind(i, from int) (lo, hi int, found bool) {
	switch s.b[i] {
	case '=', ':':
		if lo, hi, found = s.value(i, i+1); found && lo >= from {
			return lo, hi, true
		}
		if s.b[i] == ':' {
			return s.userinfo(i)
		}
	case '@':
		if s.emails {
			return s.email(i, from)
		}
	case '%', '\\':
		if n := encodedSeparator(s.b[i:]); n > 0 {
			lo, hi, found = s.value(i, i+n)
			return lo, hi, found && lo >= from
		}
	case '>':
		return s.element(i)
	}
	return 0, 0, false
}

// encodedSeparator returns the length of a "=" or ":" at the head of b as URLs
// (%3D) and as JSON of some libraries (Gson: \u003d) write it, else 0.
func encodedSeparator(b []byte) int {
	switch {
	case len(b) >= 3 && b[0] == '%' && b[1] == '3' && (b[2]|0x20 == 'd' || b[2]|0x20 == 'a'):
		return 3
	case len(b) >= 6 && string(b[:5]) == `\u003` && (b[5]|0x20 == 'd' || b[5]|0x20 == 'a'):
		return 6
	}
	return 0
}

// element finds the text of an XML element with the name of a secret, whose
// opening tag ends at i: <password>...</password>.
func (s *scan) element(i int) (lo, hi int, found bool) {
	start := wordStart(s.b, i)
	if start == 0 || s.b[start-1] != '<' && s.b[start-1] != ':' || kindOf(s.b[start:i]) == noSecret {
		return 0, 0, false
	}
	n := bytes.IndexByte(s.b[i+1:], '<')
	if n < 0 {
		n = len(s.b) - i - 1
	}
	return i + 1, i + 1 + n, n > 0 && !masked(s.b[i+1:i+1+n])
}

// wordMost bounds how far back the start of a key is looked for.
const wordMost = 64

// wordStart returns where the word that ends before end starts.
func wordStart(b []byte, end int) int {
	start := end
	for start > 0 && end-start < wordMost && class[b[start-1]] == ofWord {
		start--
	}
	return start
}
