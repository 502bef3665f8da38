package mine

import "bytes"

// quoteMost is how many words in double quotes are a name; more are prose.
const quoteMost = 3

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
		if n > 0 && n <= quoteMost && all[i].kind&method == 0 && !speaks(all, i, text, from, to) {
			vary(all[i : i+n])
		}
		at = to + 1
	}
}

// speaks tells whether a text in quotes, which begins with word i, is no name:
// a key as in JSON, or the value of a key such as msg.
func speaks(all []word, i int, text []byte, from, to int) bool {
	if after := bytes.TrimLeft(text[to+1:], " "); len(after) > 0 && after[0] == ':' {
		return true
	}
	if i == 0 || all[i-1].kind&saying == 0 {
		return false
	}
	gap := bytes.TrimLeft(text[all[i-1].to:from-1], `" `)
	return len(gap) > 0 && (gap[0] == '=' || gap[0] == ':')
}

// nextQuoted returns where the next text in double quotes is, -1 if there is
// none.
func nextQuoted(text []byte, at int) (from, to int) {
	for at < len(text) {
		n := bytes.IndexByte(text[at:], '"')
		if n < 0 {
			break
		}
		at += n + 1
		if at > 1 && (class[text[at-2]] != sign || text[at-2] == '"') {
			continue
		}
		if n = bytes.IndexByte(text[at:], '"'); n < 0 {
			break
		}
		return at, at + n
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
