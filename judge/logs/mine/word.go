package mine

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// word is a part of a line: a run of letters, digits and the signs that join
// them, as in kernel.core_uses_pid or /var/log/shop. Signs around it are not
// part of it.
type word struct {
	from, to int
	// variable words differ from line to line: numbers, addresses, paths.
	variable bool
	// kind is what the vocabulary says of it.
	kind kind
	// fixed is how much of a variable word always stands before it: blk_ of
	// blk_38865.
	fixed int
}

// wordMost is the length above which a word is no word but encoded data.
const wordMost = 64

// Classes of bytes, a bit each.
const (
	sign   = 1 << iota // ends a word
	letter             // also _
	digit
	joint // - and `, inside words only; so are . / and @
	dot
	slash
	at
	high // beyond ASCII: letters, if it is UTF-8
)

var class = func() (t [256]uint8) {
	for c := range t {
		switch {
		case c >= '0' && c <= '9':
			t[c] = digit
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_':
			t[c] = letter
		case c >= 0x80:
			t[c] = high
		default:
			t[c] = sign
		}
	}
	t['-'], t['`'], t['.'], t['/'], t['@'] = joint, joint, dot, slash, at
	return t
}()

func joins(c byte) bool { return class[c]&(joint|dot|slash|at) != 0 }

// words finds the words of a text and which of them vary.
func words(into []word, text []byte) []word {
	into = into[:0]
	for i := 0; i < len(text) && len(into) < wordsMost; {
		if class[text[i]] == sign {
			n := holeLen(text[i:])
			if n > 0 {
				into = appendHole(into, text, i, n)
			}
			i += max(n, 1)
			continue
		}
		from, has := i, uint8(0)
		for i < len(text) && class[text[i]] != sign {
			has |= class[text[i]]
			i++
		}
		switch {
		case has&(digit|high) == digit|high:
			into = mixedScripts(into, text, from, i)
		case has&(letter|digit|high) != 0:
			into = append(into, classify(text, from, i, has))
		}
	}
	quoted(into, text)
	joined(into, text)
	drives(into, text)
	addresses(into, text)
	near(into, text)
	states(into, text)
	return into
}

// mixedScripts appends the words of a run that has digits and is not all ASCII:
// scripts without spaces have numbers amid their words.
func mixedScripts(into []word, text []byte, from, to int) []word {
	for begin := from; from < to; {
		next, has := from, uint8(0)
		for next < to && (class[text[next]] == high) == (class[text[from]] == high) {
			has |= class[text[next]]
			next++
		}
		if has&digit == 0 && next < to {
			from = next
			continue
		}
		if has&digit == 0 {
			from = next
		}
		if w := trimmed(text, begin, from); w.from < w.to {
			into = append(into, classify(text, w.from, w.to, high|letter|dot|at))
		}
		if from < next {
			into = append(into, classify(text, from, next, has))
		}
		begin, from = next, next
	}
	return into[:min(len(into), wordsMost)]
}

// holeLen is the length of the signs that a text begins with if they stand for
// something that varies: <*> in a template, three stars for a secret.
func holeLen(text []byte) int {
	if text[0] == '<' && bytes.HasPrefix(text, hole) {
		return len(hole)
	}
	n := 0
	for n < len(text) && text[n] == '*' {
		n++
	}
	if n != len(mask) {
		return 0
	}
	return n
}

// templateWords finds the words of what the miner itself wrote: only holes
// vary.
func templateWords(text []byte) (all []word) {
	for i := 0; i < len(text) && len(all) < itemsMost; {
		from := i
		switch {
		case bytes.HasPrefix(text[i:], hole):
			all = appendHole(all, text, i, len(hole))
			i += len(hole)
			continue
		case class[text[i]] == sign:
			i++
			continue
		}
		for i < len(text) && class[text[i]] != sign {
			i++
		}
		if w := trimmed(text, from, i); w.from < w.to {
			w.kind = kindOf(text[w.from:w.to])
			all = append(all, w)
		}
	}
	return all
}

// trimmed is a word without the joints around it.
func trimmed(text []byte, from, to int) word {
	for from < to && joins(text[from]) {
		from++
	}
	for from < to && joins(text[to-1]) {
		to--
	}
	return word{from: from, to: to}
}

// appendHole appends a variable that is written as signs, n bytes of them:
// "blk_" right before it is its fixed part, and letters right before a mask
// belong to the secret.
func appendHole(into []word, text []byte, at, n int) []word {
	w := word{from: at, to: at + n, variable: true}
	last := len(into) - 1
	if last < 0 || into[last].variable || class[text[at-1]] == sign || into[last].to < at-1 {
		return append(into, w)
	}
	switch {
	case text[at-1] == '_':
		w.from, w.fixed = into[last].from, at-into[last].from
	case text[at] == '*':
		w.from = into[last].from
	default:
		return append(into, w)
	}
	return append(into[:last], w)
}

// classify decides by the word alone; has are the classes of its bytes.
func classify(text []byte, from, to int, has uint8) word {
	w := word{from: from, to: to, variable: true}
	if has&digit != 0 {
		w.fixed = fixedPart(text[from:to])
		return w
	}
	if has&slash != 0 && path(text[from:to]) {
		return w
	}
	w = trimmed(text, from, to)
	is := text[w.from:w.to]
	w.kind = kindOf(is)
	w.variable = w.kind&value != 0 || len(is) > wordMost ||
		has&dot != 0 && dotted(is) || has&at != 0 && bytes.IndexByte(is, '@') > 0 ||
		has&high != 0 && !printable(is) || len(is) >= 8 && hexLetters(is)
	return w
}

// fixedPart is the length of what always stands before a number: letters that
// end in an underscore, but not letters that may be hexadecimal.
func fixedPart(w []byte) int {
	end, letters, hex := 0, 0, true
	for i, c := range w {
		switch {
		case c == '_':
			end = i + 1
		case class[c] == letter:
			letters++
			hex = hex && isHex(c)
		case class[c] == digit, c == '-' && end == i && i > 0:
			if letters < 2 || hex || end > wordMost/2 {
				return 0
			}
			return end
		default:
			return 0
		}
	}
	return 0
}

// path tells paths, also those of Android's components: com.shop/.Main.
func path(w []byte) bool {
	slashes := bytes.Count(w, []byte{'/'})
	return slashes > 1 || slashes == 1 && len(w) > 1 &&
		(w[0] == '/' || w[0] == '.' || w[len(w)-1] == '/' || bytes.Count(w, []byte{'.'}) > 1)
}

// hexLetters tells whether a word without a digit is hexadecimal all the same.
func hexLetters(w []byte) bool {
	for _, c := range w {
		if !isHex(c) && c != '-' {
			return false
		}
	}
	return true
}

func isHex(c byte) bool { return c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' }

// dotted tells the names of hosts, packages, properties and classes, which
// vary, from the names of exceptions and from short names (rpc.statd,
// NameSystem.delete), which tell what happened.
func dotted(w []byte) bool {
	dots := bytes.Count(w, []byte{'.'})
	if dots == 0 {
		return false
	}
	last := w[bytes.LastIndexByte(w, '.')+1:]
	if dots == 1 {
		return kindOf(last)&domain != 0
	}
	for _, fault := range faults {
		if bytes.HasSuffix(last, fault) {
			return false
		}
	}
	return !bytes.Contains(w, ellipsis)
}

func printable(w []byte) bool {
	for i := 0; i < len(w); {
		if w[i] < 0x80 {
			i++
			continue
		}
		r, n := utf8.DecodeRune(w[i:])
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return false
		}
		i += n
	}
	return true
}
