package format

import "bytes"

// readLogfmt takes the fields of a line of key=value pairs. It tells whether
// the line is one: it begins with a pair, and words outside of pairs are few.
func (o *object) readLogfmt(b []byte) bool {
	o.n = 0
	pairs, words := 0, 0
	for i := skipSpaces(b, 0); i < len(b); i = skipSpaces(b, i) {
		end := nameEnd(b, i)
		if end == i || end >= len(b) || b[end] != '=' {
			if words++; pairs == 0 || words > 2+pairs/2 {
				return false
			}
			i = wordEnd(b, i)
			continue
		}
		pairs++
		f := field{name: b[i:end], parent: -1}
		i = f.readPair(b, end+1)
		o.add(f)
	}
	return pairs >= 2
}

// readPair reads the value that begins at b[i] and returns where it ends.
func (f *field) readPair(b []byte, i int) int {
	if i < len(b) && b[i] == '"' {
		end, escaped := stringEnd(b, i+1)
		if end < 0 {
			end = len(b)
		}
		f.kind, f.escaped, f.value = ofText, escaped, b[i+1:end]
		return min(end+1, len(b))
	}
	if i < len(b) && b[i] == '\'' {
		if n := bytes.IndexByte(b[i+1:], '\''); n >= 0 {
			f.kind, f.value = ofText, b[i+1:i+1+n]
			return i + n + 2
		}
	}
	end := wordEnd(b, i)
	f.kind, f.value = ofText, b[i:end]
	if end > i && digit(b[i]) {
		f.kind = ofBare
	}
	return end
}

func skipSpaces(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t') {
		i++
	}
	return i
}

func wordEnd(b []byte, i int) int {
	for i < len(b) && b[i] != ' ' && b[i] != '\t' {
		i++
	}
	return i
}

// nameEnd returns where the name of a field that begins at b[i] ends.
func nameEnd(b []byte, i int) int {
	if i < len(b) && !letter(b[i]) && b[i] != '_' && b[i] != '@' {
		return i
	}
	for i < len(b) && (letter(b[i]) || digit(b[i]) || b[i] == '_' || b[i] == '-' || b[i] == '.' || b[i] == '@' || b[i] == '/') {
		i++
	}
	return i
}
