package fleet

import (
	"strconv"
	"strings"
	"unicode"
)

// quotedMost is how many bytes of untrusted text are repeated in a message.
const quotedMost = 60

// Quoted returns untrusted text as it may be shown to a person: in quotes,
// with control characters and terminal escapes escaped, and cut when long.
func Quoted(text string) string {
	if len(text) > quotedMost {
		return strconv.QuoteToASCII(text[:quotedMost]) + "..."
	}
	return strconv.Quote(text)
}

// Plain returns text that others wrote as it may reach a terminal: what cannot
// be printed, escape codes among it, becomes a question mark; lines stay.
func Plain(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, text)
}
