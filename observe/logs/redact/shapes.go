package redact

import "bytes"

// ofShape finds a secret by the look of the word b[start:end]: a token of a
// well-known maker, a card number, what follows "Bearer", "--password" and
// "password" in quotes.
func (s *scan) ofShape(start, end int) (lo, hi int, found bool) {
	b := s.b
	switch n := end - start; {
	case b[start] == '-' && n > 5:
		return s.option(start, end)
	case n == 6 && b[start]|0x20 == 'b':
		return s.bearer(start, end)
	case n == 8 && b[start]|0x20 == 'p':
		return s.spoken(start, end)
	case n == 4:
		if digit(b[start]) {
			return s.spacedCard(start, end)
		}
	case n >= longWord:
		if hi, found = s.token(start, end); found {
			return start, hi, true
		}
		return s.cardIn(start, end)
	}
	return 0, 0, false
}

// maker is a well-known shape of tokens.
type maker struct {
	prefix string
	// least is the shortest length with the prefix.
	least int
	// upper: only capitals and digits.
	upper bool
}

// makers by the first letter of the prefix. From the makers' own pages on
// scanning for secrets.
var makers = map[byte][]maker{
	'A': {{"AKIA", 20, true}, {"ASIA", 20, true}, {"AIza", 35, false}},
	'd': {{"dop_v1_", 40, false}},
	'e': {{"eyJ", 16, false}},
	'g': {{"ghp_", 20, false}, {"gho_", 20, false}, {"ghu_", 20, false}, {"ghs_", 20, false}, {"ghr_", 20, false}, {"github_pat_", 30, false}, {"glpat-", 20, false}},
	'n': {{"npm_", 30, false}},
	'p': {{"pypi-", 30, false}},
	'r': {{"rk_live_", 20, false}, {"rk_test_", 20, false}},
	's': {{"sk_live_", 16, false}, {"sk_test_", 16, false}, {"sk-", 24, false}, {"shpat_", 30, false}},
	'w': {{"whsec_", 20, false}},
	'x': {{"xoxb-", 16, false}, {"xoxp-", 16, false}, {"xoxa-", 16, false}, {"xoxr-", 16, false}, {"xoxs-", 16, false}, {"xoxe-", 16, false}, {"xapp-", 16, false}},
}

// mayBegin holds the first letters of makers.
var mayBegin = func() (t [256]bool) {
	for c := range makers {
		t[c] = true
	}
	return t
}()

// token tells whether the word b[start:end] is a token of a known maker, and
// where the token ends.
func (s *scan) token(start, end int) (hi int, found bool) {
	word := s.b[start:end]
	if start > 2 && s.b[start-1] == '.' && len(word) >= 20 && dottedMaker(s.b[:start]) {
		return dotted(s.b, end), true
	}
	if !mayBegin[s.b[start]] {
		return 0, false
	}
	for _, m := range makers[word[0]] {
		if len(word) >= m.least && bytes.HasPrefix(word, []byte(m.prefix)) && (!m.upper || allUpper(word)) {
			return dotted(s.b, end), true
		}
	}
	return 0, false
}

// dottedMaker tells that b ends with a prefix of tokens that has a dot behind
// it: of Google's OAuth, HashiCorp's Vault, SendGrid.
func dottedMaker(b []byte) bool {
	for _, prefix := range []string{"ya29.", "hvs.", "hvb.", "SG."} {
		if at := len(b) - len(prefix); at >= 0 && string(b[at:]) == prefix && (at == 0 || class[b[at-1]] != ofWord) {
			return true
		}
	}
	return false
}

func allUpper(word []byte) bool {
	for _, c := range word {
		if !digit(c) && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}

// dotted returns where the words after end that dots connect to it end: a JWT
// is three words with dots between.
func dotted(b []byte, end int) int {
	for end+1 < len(b) && b[end] == '.' && class[b[end+1]] == ofWord {
		end++
		for end < len(b) && class[b[end]] == ofWord {
			end++
		}
	}
	return end
}

// bearer finds the token behind the word "Bearer".
func (s *scan) bearer(start, end int) (lo, hi int, found bool) {
	if !bytes.EqualFold(s.b[start:end], []byte("bearer")) || end >= len(s.b) || s.b[end] != ' ' {
		return 0, 0, false
	}
	lo = end + 1
	hi = bareEnd(s.b, lo)
	return lo, hi, hi-lo >= 8 && !lower(s.b[lo:hi])
}

// spoken finds what stands in quotes behind the word: password 'x'.
func (s *scan) spoken(start, end int) (lo, hi int, found bool) {
	if !bytes.EqualFold(s.b[start:end], []byte("password")) || end >= len(s.b) || s.b[end] != ' ' {
		return 0, 0, false
	}
	lo, quote, _ := opened(s.b, end)
	if quote == "" {
		return 0, 0, false
	}
	hi = closing(s.b, lo, quote)
	return lo, hi, hi > lo && !masked(s.b[lo:hi])
}

// lower tells that b is small letters only, and so a word rather than a token.
func lower(b []byte) bool {
	for _, c := range b {
		if c < 'a' || c > 'z' {
			return len(b) > 0 && c == '*'
		}
	}
	return len(b) < 20
}

// option finds the value behind an option of a command: --password x. A private
// key in its armour begins with dashes too.
func (s *scan) option(start, end int) (lo, hi int, found bool) {
	word := s.b[start:end]
	if bytes.HasPrefix(word, []byte("-----BEGIN")) {
		return s.inArmour(start)
	}
	if bytes.HasPrefix(word, []byte("-----")) || end >= len(s.b) || s.b[end] != ' ' || !Secret(bytes.TrimLeft(word, "-")) {
		return 0, 0, false
	}
	lo, quote, _ := opened(s.b, end)
	if quote != "" {
		hi = closing(s.b, lo, quote)
	} else {
		hi = bareEnd(s.b, lo)
	}
	return lo, hi, hi > lo && s.b[lo] != '-' && !masked(s.b[lo:hi])
}

// inArmour finds what is inside a private key on one line, as in JSON.
func (s *scan) inArmour(start int) (lo, hi int, found bool) {
	head := s.b[start:min(len(s.b), start+80)]
	n := bytes.Index(head, []byte("PRIVATE KEY"))
	if n < 0 {
		return 0, 0, false
	}
	s.armour = true
	lo = start + n + len("PRIVATE KEY")
	for lo < len(s.b) && (s.b[lo] == '-' || s.b[lo] == ' ' || bytes.HasPrefix(s.b[lo:], []byte("BLOCK"))) {
		if s.b[lo] == 'B' {
			lo += 4
		}
		lo++
	}
	hi = len(s.b)
	if end := bytes.Index(s.b[lo:], []byte("-----END")); end >= 0 {
		hi = lo + end
	}
	return lo, hi, hi > lo && !masked(s.b[lo:hi])
}
