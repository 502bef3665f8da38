package mine

import (
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

// noText is the template of what is no text: it is one family.
var noText = []byte("[no text]")

func (m *Miner) garbage() ID {
	s := &shape{}
	s.readTemplate(noText)
	return m.insert(s)
}
