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
			into = appendHole(into, text, i, len(hole))
			i += len(hole)
			continue
		}
		if n := maskLen(text[i:]); n > 0 {
			into = appendHole(into, text, i, n)
			i += n
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
	addresses(into, text)
	near(into, text)
	states(into, text)
	return into
}

// templateWords finds the words of what the miner itself wrote: only holes
// vary.
func templateWords(text []byte) (all []word) {
	for i := 0; i < len(text) && len(all) < 2*wordsMost-1; {
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
			all = append(all, w)
		}
	}
	return all
}

// trimmed is a word without the joints around it.
func trimmed(text []byte, from, to int) word {
	for from < to && class[text[from]] == joint {
		from++
	}
	for from < to && class[text[to-1]] == joint {
		to--
	}
	return word{from: from, to: to}
}

// appendHole appends a variable that is written as signs, n bytes of them. What
// is right before it belongs to it; "blk_" is its fixed part.
func appendHole(into []word, text []byte, at, n int) []word {
	w := word{from: at, to: at + n, variable: true}
	last := len(into) - 1
	if at == 0 || class[text[at-1]] == sign || last < 0 || into[last].variable || into[last].to < at-1 {
		return append(into, w)
	}
	if w.from = into[last].from; text[at-1] == '_' {
		w.fixed = at - w.from
	}
	return append(into[:last], w)
}

// maskLen is the length of what stands for a secret: three stars.
func maskLen(text []byte) int {
	n := 0
	for n < len(text) && text[n] == '*' {
		n++
	}
	if n != len(mask) {
		return 0
	}
	return n
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
	w = trimmed(text, from, to)
	is := text[w.from:w.to]
	w.variable = len(is) > wordMost || values[string(is)] || bytes.IndexByte(is, '@') > 0 ||
		hexLetters(is) || dotted(is) || !printable(is)
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

// path tells paths, also those of Android's components: com.shop/.Main.
func path(w []byte) bool {
	slashes := bytes.Count(w, []byte{'/'})
	return slashes > 1 || slashes == 1 && len(w) > 1 &&
		(w[0] == '/' || w[0] == '.' || w[len(w)-1] == '/' || bytes.Count(w, []byte{'.'}) > 1)
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
		return domains[string(last)]
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

// quoted makes names in double quotes variable. A request as web servers log
// it keeps its words: the method tells what happened.
func quoted(all []word, text []byte) {
	for at, i := 0, 0; ; {
		from, to := nextQuoted(text, at)
		if from < 0 {
			return
		}
		for i < len(all) && all[i].from < from {
			i++
		}
		n := 0
		for i+n < len(all) && all[i+n].to <= to {
			n++
		}
		if n > 0 && n <= quoteMost && !methods[string(text[all[i].from:all[i].to])] {
			vary(all[i : i+n])
		}
		at = to + 1
	}
}

// nextQuoted returns where the next text in double quotes is, -1 if there is
// none.
func nextQuoted(text []byte, at int) (from, to int) {
	for ; at < len(text); at++ {
		if text[at] != '"' || at > 0 && (class[text[at-1]] != sign || text[at-1] == '"') {
			continue
		}
		n := bytes.IndexByte(text[at+1:], '"')
		if n < 0 {
			return -1, -1
		}
		return at + 1, at + 1 + n
	}
	return -1, -1
}

// vary makes words variable.
func vary(all []word) {
	for i := range all {
		all[i].variable, all[i].fixed = true, 0
	}
}

// end is where the signs before word i end.
func end(all []word, i int, text []byte) int {
	if i < len(all) {
		return all[i].from
	}
	return len(text)
}

// joined makes variable what is joined to a path: the words of a Windows path
// or of an address.
func joined(all []word, text []byte) {
	for i := 1; i < len(all); i++ {
		gap := text[all[i-1].to:all[i].from]
		switch {
		case string(gap) == "\\", string(gap) == ":\\", string(gap) == "\\\\", string(gap) == "~":
			all[i-1].variable, all[i].variable = true, true
		case all[i-1].variable && len(gap) == 1 && (gap[0] == '$' || gap[0] == '?' || gap[0] == '&' || gap[0] == '%' || gap[0] == '+'):
			all[i].variable = true
		case len(gap) == 1 && gap[0] == ':' && text[all[i].from] == '/' && all[i].to-all[i].from > 2 && text[all[i].from+1] == '/':
			all[i-1].variable = true
		}
	}
}

// addresses makes variable what letters of an address were not found to be: the
// bc of 5c:50:15:36:bc:03.
func addresses(all []word, text []byte) {
	for i := 1; i < len(all); i++ {
		addressed(all, i, i-1, text)
	}
	for i := len(all) - 2; i >= 0; i-- {
		addressed(all, i, i+1, text)
	}
}

func addressed(all []word, i, beside int, text []byte) {
	w, b := &all[i], all[beside]
	if w.variable || !b.variable || w.to-w.from > 4 {
		return
	}
	for _, c := range text[w.from:w.to] {
		if !isHex(c) {
			return
		}
	}
	gap := text[min(w.to, b.to):max(w.from, b.from)]
	w.variable = string(gap) == ":" || string(gap) == "::"
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
		if is == "CMD" && bytes.HasPrefix(text[w.to:], []byte(" (")) {
			vary(all[i+1:]) // what cron runs: (root) CMD (run-parts /etc/cron.daily)
		}
		before := i > 0 && all[i-1].variable
		switch {
		case before && units[is], calendar[is] && (before || i+1 < len(all) && dated(all, i+1, text)), header && levels[is] && len(all) > 1:
			w.variable = true
		default:
			header = false
		}
	}
}

// states makes names of states variable: from RUNNING to FAILED.
func states(all []word, text []byte) {
	for i := 3; i < len(all); i++ {
		from, to := &all[i-2], &all[i]
		if string(text[all[i-3].from:all[i-3].to]) == "from" && string(text[all[i-1].from:all[i-1].to]) == "to" &&
			capitals(text[from.from:from.to]) && capitals(text[to.from:to.to]) {
			from.variable, to.variable = true, true
		}
	}
}

func capitals(w []byte) bool {
	for _, c := range w {
		if c >= 'a' && c <= 'z' || c >= 0x80 {
			return false
		}
	}
	return true
}

// dated tells whether word i is part of a date.
func dated(all []word, i int, text []byte) bool {
	return all[i].variable && all[i].fixed == 0 && class[text[all[i].from]] == digit || calendar[string(text[all[i].from:all[i].to])]
}
