package format

import (
	"bytes"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// printable returns at most most bytes of text as it may reach a terminal:
// ANSI sequences are left out; what cannot be printed, control characters and
// marks that turn the direction of writing, is escaped as \x1b or \u202e. Lines
// and tabs stay.
func printable(text []byte, most int) string {
	text = text[:min(len(text), 2*most)]
	if plainASCII(text) {
		return string(text[:min(len(text), most)])
	}
	out := make([]byte, 0, min(len(text)+16, most+utf8.UTFMax))
	for len(text) > 0 && len(out) < most {
		if n := escapeSequence(text); n > 0 {
			text = text[n:]
			continue
		}
		r, n := utf8.DecodeRune(text)
		piece := text[:n]
		if !shown(r, n) {
			piece = escaped(r, text[0], n)
		}
		if len(out)+len(piece) > most {
			break
		}
		out = append(out, piece...)
		text = text[n:]
	}
	return string(out)
}

func plainASCII(text []byte) bool {
	for _, c := range text {
		if (c < ' ' || c > '~') && c != '\n' && c != '\t' {
			return false
		}
	}
	return true
}

func shown(r rune, size int) bool {
	return r == '\n' || r == '\t' || (r != utf8.RuneError || size > 1) && unicode.IsPrint(r)
}

func escaped(r rune, first byte, size int) []byte {
	if r == utf8.RuneError && size <= 1 || r < 0x80 {
		const hex = "0123456789abcdef"
		return []byte{'\\', 'x', hex[first>>4], hex[first&15]}
	}
	quoted := strconv.QuoteRuneToASCII(r)
	return []byte(quoted[1 : len(quoted)-1])
}

// sequenceMost bounds the length of an escape sequence, so that one that never
// ends hides nothing.
const sequenceMost = 256

// escapeSequence returns the length of the terminal escape sequence that text
// begins with, 0 for none (ECMA-48: CSI, OSC and the other strings, two-byte
// escapes).
func escapeSequence(text []byte) int {
	if len(text) < 2 || text[0] != 0x1b {
		return 0
	}
	text = text[:min(len(text), sequenceMost)]
	switch c := text[1]; {
	case c == '[':
		for i := 2; i < len(text); i++ {
			if text[i] >= 0x40 && text[i] <= 0x7e {
				return i + 1
			}
			if text[i] < 0x20 || text[i] > 0x7e {
				return 0
			}
		}
	case c == ']' || c == 'P' || c == '_' || c == '^' || c == 'X':
		return stringSequence(text)
	case c >= 0x30 && c <= 0x7e:
		return 2
	}
	return 0
}

// stringSequence returns the length of a sequence that BEL or ESC \ ends.
func stringSequence(text []byte) int {
	for i := 2; i < len(text); i++ {
		if text[i] == 7 {
			return i + 1
		}
		if text[i] == 0x1b {
			if i+1 < len(text) && text[i+1] == '\\' {
				return i + 2
			}
			return 0
		}
	}
	return 0
}

// withoutEscapes returns b without ANSI sequences: b itself if it has none,
// else in room.
func withoutEscapes(room *[]byte, b []byte) []byte {
	at := bytes.IndexByte(b, 0x1b)
	if at < 0 {
		return b
	}
	out := append((*room)[:0], b[:at]...)
	for b = b[at:]; len(b) > 0; {
		if n := escapeSequence(b); n > 0 {
			b = b[n:]
			continue
		}
		next := bytes.IndexByte(b[1:], 0x1b) + 1
		if next == 0 {
			next = len(b)
		}
		out = append(out, b[:next]...)
		b = b[next:]
	}
	*room = out
	return out
}
