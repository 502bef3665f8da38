package mine

import (
	"fmt"
	"math/bits"
	"unicode"
	"unicode/utf8"
)

// garbage tells whether a text is no text: more than a tenth of it is control
// characters or no valid UTF-8.
func garbage(text []byte) bool {
	bad := 0
	for i := 0; i < len(text); {
		c := text[i]
		if c < 0x80 {
			if c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != 0x1b {
				bad++
			}
			i++
			continue
		}
		r, n := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && n == 1 || unicode.Is(unicode.Co, r) {
			bad++
		}
		i += n
	}
	return bad > len(text)/10
}

// garbageSizes is how many families of garbage there are, by length.
const garbageSizes = 12

// garbage returns the shape of what is no text: by its length only.
func (m *Miner) garbage(n int) ID {
	size := 1 << min(bits.Len(uint(n)), garbageSizes)
	s := &shape{}
	s.readTemplate(fmt.Appendf(nil, "[no text, less than %d bytes]", size))
	if id := m.known.find(s.hash()); id != Unknown {
		return id
	}
	if !m.room(len(s.text)) {
		return Unknown
	}
	return m.known.add(s.hash(), s.text)
}
