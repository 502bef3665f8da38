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
	// fixed is how much of a variable word always stands before it: blk_ of
	// blk_38865.
	fixed int
}

const (
	// wordMost is the length above which a word is no word but encoded data.
	wordMost = 64
	// quoteMost is how many words in double quotes are a name; more are prose.
	quoteMost = 3
)

// Classes of bytes.
const (
	sign   = iota // ends a word
	letter        // also _ and what is beyond ASCII
	digit
	joint // - . / @ `: inside words only
)

var class = func() (t [256]byte) {
	for c := range t {
		switch {
		case c >= '0' && c <= '9':
			t[c] = digit
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_', c >= 0x80:
			t[c] = letter
		case c == '-', c == '.', c == '/', c == '@', c == '`':
			t[c] = joint
		}
	}
	return t
}()

// words finds the words of a text and which of them vary.
func words(into []word, text []byte) []word {
	into = into[:0]
	for i := 0; i < len(text); {
		if text[i] == '<' && bytes.HasPrefix(text[i:], hole) {
			into = append(into, word{from: i, to: i + len(hole), variable: true})
			i += len(hole)
			continue
		}
		if class[text[i]] == sign {
			i++
			continue
		}
		from := i
		var has [4]bool
		for i < len(text) && class[text[i]] != sign {
			has[class[text[i]]] = true
			i++
		}
		if has[letter] || has[digit] {
			into = append(into, classify(text, from, i, has[digit]))
		}
		if len(into) == wordsMost {
			break
		}
	}
	quoted(into, text)
	joined(into, text)
	near(into, text)
	return into
}

// classify decides by the word alone.
func classify(text []byte, from, to int, digits bool) word {
	w := word{from: from, to: to, variable: true}
	if digits {
		w.fixed = fixedPart(text[from:to])
		return w
	}
	if path(text[from:to]) {
		return w
	}
	for class[text[w.from]] == joint {
		w.from++
	}
	for class[text[w.to-1]] == joint {
		w.to--
	}
	is := text[w.from:w.to]
	w.variable = len(is) > wordMost || values[string(is)] || bytes.IndexByte(is, '@') > 0 ||
		hexLetters(is) || hostname(is) || !printable(is)
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
		case class[c] == letter && c < 0x80:
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

func path(w []byte) bool {
	slashes := bytes.Count(w, []byte{'/'})
	return slashes > 1 || slashes == 1 && len(w) > 1 && (w[0] == '/' || w[0] == '.' || w[len(w)-1] == '/')
}

// hexLetters tells whether a word without a digit is hexadecimal all the same.
func hexLetters(w []byte) bool {
	if len(w) < 8 {
		return false
	}
	for _, c := range w {
		if !isHex(c) && c != '-' {
			return false
		}
	}
	return true
}

func isHex(c byte) bool { return c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' }

// hostname tells the name of a host from the dotted name of a program or an
// exception: it has no upper case and ends as hosts do.
func hostname(w []byte) bool {
	dot := bytes.LastIndexByte(w, '.')
	if dot <= 0 {
		return false
	}
	for _, c := range w {
		if c >= 'A' && c <= 'Z' || c == '_' || c == '/' {
			return false
		}
	}
	last := w[dot+1:]
	return domains[string(last)] || len(last) == 2 && bytes.IndexByte(w, '.') != dot
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

// quoted makes names in double quotes variable. A request as web servers log
// it keeps its words: the method tells what happened.
func quoted(all []word, text []byte) {
	for i := 0; i < len(all); i++ {
		if !opensQuote(text, all[i].from) || methods[string(text[all[i].from:all[i].to])] {
			continue
		}
		last := i
		for last < len(all) && last < i+quoteMost && !closesQuote(text, all[last], end(all, last+1, text)) {
			last++
		}
		if last == len(all) || last == i+quoteMost {
			continue
		}
		for ; i <= last; i++ {
			all[i].variable, all[i].fixed = true, 0
		}
		i--
	}
}

// end is where the signs before word i end.
func end(all []word, i int, text []byte) int {
	if i < len(all) {
		return all[i].from
	}
	return len(text)
}

func opensQuote(text []byte, at int) bool {
	for at--; at >= 0 && class[text[at]] == joint; at-- {
	}
	return at >= 0 && text[at] == '"' && (at == 0 || class[text[at-1]] == sign)
}

func closesQuote(text []byte, w word, next int) bool {
	return bytes.IndexByte(text[w.to:next], '"') >= 0
}

// joined makes variable what is joined to a path: the words of a Windows path
// or of an address.
func joined(all []word, text []byte) {
	for i := 1; i < len(all); i++ {
		gap := text[all[i-1].to:all[i].from]
		switch {
		case string(gap) == "\\", string(gap) == ":\\", string(gap) == "\\\\":
			all[i-1].variable, all[i].variable = true, true
		case all[i-1].variable && len(gap) == 1 && (gap[0] == '~' || gap[0] == '?' || gap[0] == '&' || gap[0] == '%' || gap[0] == '+'):
			all[i].variable = true
		case len(gap) == 1 && gap[0] == ':' && text[all[i].from] == '/' && all[i].to-all[i].from > 2 && text[all[i].from+1] == '/':
			all[i-1].variable = true
		}
	}
}

// near decides by what stands beside a variable word: units of measure, and
// the names of days and months.
func near(all []word, text []byte) {
	header := true
	for i := range all {
		w := &all[i]
		if w.variable {
			continue
		}
		is := string(text[w.from:w.to])
		before := i > 0 && all[i-1].variable
		switch {
		case before && units[is], calendar[is] && (before || i+1 < len(all) && dated(all, i+1, text)), header && levels[is] && len(all) > 1:
			w.variable = true
		default:
			header = false
		}
	}
}

// dated tells whether word i is part of a date.
func dated(all []word, i int, text []byte) bool {
	return all[i].variable && all[i].fixed == 0 && class[text[all[i].from]] == digit || calendar[string(text[all[i].from:all[i].to])]
}
