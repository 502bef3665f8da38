package redact

import "bytes"

// value finds the secret that follows the separator at b[sep:after], if the key
// before it is the name of a secret: password=x, "token": "x", pwd => x,
// Authorization: Bearer x.
func (s *scan) value(sep, after int) (lo, hi int, found bool) {
	key := keyBefore(s.b, sep)
	k := kindOf(key)
	if k == noSecret && (len(key) == 2 || len(key) == 3) {
		k = kindOfTwo(s.b[:sep], key)
	}
	if k == noSecret {
		return 0, 0, false
	}
	lo, quote, spaced := opened(s.b, after)
	switch {
	case lo >= len(s.b) || quote == "" && (s.b[lo] == ':' || s.b[lo] == '='):
		return 0, 0, false
	case k == authorization:
		lo, hi = credentials(s.b, lo, quote)
	case quote != "":
		hi = closing(s.b, lo, quote)
	case s.b[lo] == '{' || s.b[lo] == '[':
		lo, hi = inBrackets(s.b, lo)
	case startsScheme(s.b[lo:]):
		lo, hi = credentials(s.b, lo, "")
	case k == cookies:
		hi = s.bareGoesOn(lo, pairsEnd(s.b, lo))
	default:
		hi = bareEnd(s.b, lo)
		if k != password && spaced && s.b[sep] == ':' && prose(s.b, lo, hi) {
			return 0, 0, false
		}
		hi = s.bareGoesOn(lo, hi)
	}
	return lo, hi, hi > lo && !masked(s.b[lo:hi]) && !nothing(s.b[lo:hi])
}

// kindOfTwo is kindOf for a name of two words, of which key is the last and
// stands at the end of before: "API key", "session ID".
func kindOfTwo(before, key []byte) kind {
	if !bytes.EqualFold(key, []byte("key")) && !bytes.EqualFold(key, []byte("id")) {
		return noSecret
	}
	end := len(before) - len(key)
	if end < 1 || !bytes.HasSuffix(before, key) || before[end-1] != ' ' {
		return noSecret
	}
	first := before[wordStart(before, end-1) : end-1]
	if len(first) < 3 {
		return noSecret
	}
	var room [2 * wordMost]byte
	return kindOf(append(append(room[:0], first...), key...))
}

// bareGoesOn returns where an unquoted value b[lo:hi] really ends: it may be a
// card number with spaces, or a key with a value of its own.
func (s *scan) bareGoesOn(lo, hi int) int {
	if hi-lo == 4 && digit(s.b[lo]) {
		if _, end, found := s.spacedCard(lo, hi); found {
			return end
		}
	}
	if hi >= len(s.b) || hi == lo || s.b[hi-1] != ':' || s.b[hi] != ' ' || s.nested == nestedMost {
		return hi
	}
	s.nested++
	_, end, found := s.value(hi-1, hi)
	s.nested--
	if !found {
		end = bareEnd(s.b, hi+1)
	}
	return max(hi, end)
}

// nestedMost bounds how many keys in a row are taken for one value.
const nestedMost = 4

// startsScheme tells that b begins with a scheme of Authorization and a space.
func startsScheme(b []byte) bool {
	n := bytes.IndexByte(b[:min(len(b), 8)], ' ')
	return n == 6 && bytes.EqualFold(b[:n], []byte("bearer")) || n == 5 && bytes.EqualFold(b[:n], []byte("basic"))
}

// keyBefore returns the name that ends before sep, without quotes and brackets:
// "token", token\", user[token], user%5Btoken%5D.
func keyBefore(b []byte, sep int) []byte {
	end := sep
	for range 2 * wordMost {
		n := closerBefore(b[:end])
		if n == 0 {
			break
		}
		end -= n
	}
	start := wordStart(b, end)
	if start > 0 && b[start-1] == '\\' && b[start] == 'u' {
		return escapedName(b, end)
	}
	return b[start:end]
}

// escapedName returns the name that ends before end and has letters written as
// codes: pass\u0077ord.
func escapedName(b []byte, end int) []byte {
	start := end
	for start > 0 && end-start < 2*wordMost && (class[b[start-1]] == ofWord || b[start-1] == '\\') {
		start--
	}
	name := make([]byte, 0, end-start)
	for i := start; i < end; i++ {
		if b[i] == '\\' && i+6 <= end && string(b[i+1:i+4]) == "u00" && hexadecimal(b[i+4]) && hexadecimal(b[i+5]) {
			name = append(name, hexDigit(b[i+4])<<4|hexDigit(b[i+5]))
			i += 5
			continue
		}
		name = append(name, b[i])
	}
	return name[wordStart(name, len(name)):]
}

func hexadecimal(c byte) bool { return digit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

func hexDigit(c byte) byte {
	if digit(c) {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

// closerBefore returns the length of the quote, bracket or space that b ends
// with, 0 if it ends with none.
func closerBefore(b []byte) int {
	if len(b) == 0 {
		return 0
	}
	switch b[len(b)-1] {
	case ' ', '"', '\'', '`', '\\', ']':
		return 1
	case '0', '2', '5', '7', 'D', 'd', ';':
		return codeBefore(b)
	case 'm':
		return colourBefore(b)
	}
	return 0
}

// colourBefore returns the length of an ANSI colour in JSON that b ends with:
// \u001b[0m.
func colourBefore(b []byte) int {
	i := len(b) - 1
	for i > 0 && len(b)-i < 16 && (digit(b[i-1]) || b[i-1] == ';') {
		i--
	}
	if i > 6 && b[i-1] == '[' && bytes.EqualFold(b[i-7:i-1], []byte(`\u001b`)) {
		return len(b) - i + 7
	}
	return 0
}

// codeBefore is closerBefore for what is written as a code.
func codeBefore(b []byte) int {
	switch n := len(b); {
	case n >= 3 && b[n-3] == '%':
		if c := b[n-2:]; c[0] == '2' && (c[1] == '2' || c[1] == '0') || c[0] == '5' && c[1]|0x20 == 'd' {
			return 3
		}
	case n >= 6 && b[n-6] == '\\' && string(b[n-5:n-1]) == "u002":
		return 6
	case bytes.HasSuffix(b, []byte("&quot;")):
		return 6
	}
	return 0
}

// opened returns where the value begins behind a separator, the quote that it
// stands in ("" for none), and whether there was a space.
func opened(b []byte, at int) (lo int, quote string, spaced bool) {
	if at < len(b) && b[at] == '>' { // Ruby's and PHP's =>
		at++
	}
	for at < len(b) && (b[at] == ' ' || b[at] == '\t') {
		at, spaced = at+1, true
	}
	if q := quoteAt(b[at:]); q != "" {
		return at + len(q), q, spaced
	}
	return at, "", spaced
}

// quoteAt returns the quote that b begins with, as it is written: in JSON
// within a string it has backslashes before it, in a URL it is %22.
func quoteAt(b []byte) string {
	slashes := 0
	for slashes < len(b) && slashes < 8 && b[slashes] == '\\' {
		slashes++
	}
	if slashes < len(b) && (b[slashes] == '"' || b[slashes] == '\'' || b[slashes] == '`' && slashes == 0) {
		return string(b[:slashes+1])
	}
	for _, code := range []string{"%22", `\u0022`, `\u0027`, "&quot;"} {
		if bytes.HasPrefix(b, []byte(code)) {
			return code
		}
	}
	return ""
}

// closing returns where the quoted text from lo ends: before the same quote
// with as many backslashes, or at the end of the line.
func closing(b []byte, lo int, quote string) int {
	for at := lo; ; {
		n := bytes.Index(b[at:], []byte(quote))
		if n < 0 {
			return len(b)
		}
		at += n
		if evenSlashes(b[lo:at]) {
			return at
		}
		at += len(quote)
	}
}

// evenSlashes tells that what follows b is not escaped by a backslash.
func evenSlashes(b []byte) bool {
	n := 0
	for n < len(b) && b[len(b)-1-n] == '\\' {
		n++
	}
	return n%2 == 0
}

// inBrackets returns the inside of the brackets that open at lo: all of what a
// field named "credentials" or "tokens" holds.
func inBrackets(b []byte, lo int) (int, int) {
	depth, quoted := 0, false
	for i := lo; i < len(b); i++ {
		switch c := b[i]; {
		case c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				return lo + 1, i
			}
		}
	}
	return lo + 1, len(b)
}

// bareEnd returns where an unquoted value that begins at lo ends. A password
// may hold any sign: a comma or bracket ends it only where something else
// visibly begins.
func bareEnd(b []byte, lo int) int {
	for i := lo; i < len(b); i++ {
		switch b[i] {
		case ' ', '\t', '\n', '\r', '&', '"', '\'', '<', '`':
			return i
		case ',', ';', '|', ')', ']', '}':
			if i > lo && somethingElse(b[i+1:]) {
				return i
			}
		case '\\':
			if escapeEnds(b[i:]) {
				return i
			}
		}
	}
	return len(b)
}

// escapeEnds tells that b begins with an escaped newline, tab, quote or "&".
func escapeEnds(b []byte) bool {
	return len(b) > 1 && bytes.IndexByte([]byte(`nrt"'\`), b[1]) >= 0 || bytes.HasPrefix(b, []byte(`\u0026`)) || bytes.HasPrefix(b, []byte(`\u0022`))
}

// somethingElse tells that what follows a comma or bracket is not the rest of a
// value: the end, a space, a bracket, the next key.
func somethingElse(b []byte) bool {
	if len(b) == 0 || bytes.IndexByte([]byte(" \t\r\n\"'\\,;|)]}<&"), b[0]) >= 0 {
		return true
	}
	i := 0
	for i < len(b) && i < wordMost && (class[b[i]] == ofWord || b[i] == '.') {
		i++
	}
	return i > 0 && i < len(b) && (b[i] == '=' || b[i] == ':')
}

// pairsEnd returns where cookies that begin at lo end: "a=1; b=2".
func pairsEnd(b []byte, lo int) int {
	for i := lo; i < len(b); i++ {
		switch b[i] {
		case '"', '\n', '\r':
			return i
		case ' ', '\t':
			if i > lo && b[i-1] != ';' {
				return i
			}
		}
	}
	return len(b)
}

// The schemes of Authorization whose name is shown: behind some follows one
// word, behind others everything is secret.
var (
	oneWord   = []string{"bearer", "basic", "token", "negotiate", "apikey", "jwt", "ntlm", "key", "splunk"}
	manyWords = []string{"digest", "aws4-hmac-sha256", "hawk", "oauth", "hmac", "signature", "mutual"}
)

// schemeMost is the length of the longest scheme.
const schemeMost = 16

// credentials returns what is secret in the value of an Authorization header
// that begins at lo.
func credentials(b []byte, lo int, quote string) (int, int) {
	if quote == "" && b[lo] == '[' { // Go prints headers as map[Name:[value]]
		lo++
		quote = quoteAt(b[lo:])
		lo += len(quote)
	}
	scheme := bytes.IndexAny(b[lo:min(len(b), lo+schemeMost+1)], " \t")
	switch {
	case scheme > 0 && among(b[lo:lo+scheme], oneWord):
		lo += scheme + 1
	case scheme > 0 && among(b[lo:lo+scheme], manyWords):
		lo += scheme + 1
		return lo, headerEnd(b, lo, quote)
	}
	if quote != "" {
		return lo, closing(b, lo, quote)
	}
	return lo, bareEnd(b, lo)
}

// headerEnd returns where the value of a header ends.
func headerEnd(b []byte, lo int, quote string) int {
	if quote != "" {
		return closing(b, lo, quote)
	}
	if n := bytes.IndexAny(b[lo:], "\r\n]"); n >= 0 {
		return lo + n
	}
	return len(b)
}

// among tells that word is one of words, which are in lower case.
func among(word []byte, words []string) bool {
	for _, w := range words {
		if len(w) == len(word) && bytes.EqualFold(word, []byte(w)) {
			return true
		}
	}
	return false
}

// prose tells that b[lo:hi] is a word of a sentence, not a secret: "invalid
// token: unexpected end of input".
func prose(b []byte, lo, hi int) bool {
	if hi-lo > 14 || hi+1 >= len(b) || b[hi] != ' ' || b[hi+1]|0x20 < 'a' || b[hi+1]|0x20 > 'z' {
		return false
	}
	for i, c := range b[lo:hi] {
		if (c < 'a' || c > 'z') && (i > 0 || c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}

// nothing tells that a value says that there is none.
func nothing(value []byte) bool {
	switch string(value) {
	case "true", "false", "null", "nil", "none", "None", "True", "False", "<nil>", "undefined", "{}", "[]":
		return true
	}
	return false
}
