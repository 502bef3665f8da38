package fleet

import "strconv"

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
