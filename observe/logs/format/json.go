package format

import (
	"bytes"
	"unicode/utf8"
)

const (
	// fieldsMost is how many fields of an object are looked at.
	fieldsMost = 96
	// depthMost is how deep.
	depthMost = 5
)

// field is one field of a structured line. Its bytes are those of the line:
// value has its escapes still.
type field struct {
	name, value []byte
	kind        valueKind
	escaped     bool // value has backslashes
	parent      int  // the field whose object it is in, -1 for none
}

type valueKind uint8

const (
	ofText valueKind = iota
	ofBare           // a number, true, false, null
	ofObject
	ofArray
)

// object is the fields of a structured line, in the order they stand.
type object struct {
	fields [fieldsMost]field
	n      int
}

func (o *object) add(f field) int {
	if o.n == fieldsMost {
		return -1
	}
	o.fields[o.n] = f
	o.n++
	return o.n - 1
}

// readJSON takes the fields of the JSON object that b is. It is lenient: what
// is cut off or broken behind some fields leaves those; whole tells that
// nothing was. Nothing is decoded or checked that nobody asks for.
func (o *object) readJSON(b []byte) (whole bool) {
	o.n = 0
	end, ok := o.readObject(b, 0, -1, 0)
	return ok && len(bytes.TrimSpace(b[end:])) == 0
}

// readObject reads the object that opens at b[i].
func (o *object) readObject(b []byte, i, parent, depth int) (end int, ok bool) {
	i = spaces(b, i+1)
	if i < len(b) && b[i] == '}' {
		return i + 1, true
	}
	for i < len(b) && b[i] == '"' {
		nameEnd, _ := stringEnd(b, i+1)
		colon := spaces(b, nameEnd+1)
		if nameEnd < 0 || colon >= len(b) || b[colon] != ':' {
			return i, false
		}
		i, ok = o.readValue(b, spaces(b, colon+1), field{name: b[i+1 : nameEnd], parent: parent}, depth)
		if i = spaces(b, i); !ok || i >= len(b) {
			return i, false
		}
		if b[i] == '}' {
			return i + 1, true
		}
		if b[i] != ',' {
			return i, false
		}
		i = spaces(b, i+1)
	}
	return i, false
}

// readValue reads the value at b[i] into f.
func (o *object) readValue(b []byte, i int, f field, depth int) (end int, ok bool) {
	if i >= len(b) {
		return i, false
	}
	switch b[i] {
	case '"':
		end, f.escaped = stringEnd(b, i+1)
		if ok = end >= 0; !ok {
			end = len(b)
		}
		f.kind, f.value = ofText, b[i+1:end]
		o.add(f)
		return end + 1, ok
	case '{':
		f.kind, f.value = ofObject, b[i:]
		at := o.add(f)
		if at >= 0 && depth < depthMost {
			if end, ok = o.readObject(b, i, at, depth+1); ok {
				o.fields[at].value = b[i:end]
				return end, true
			}
			o.n = at + 1
		}
		return balanced(b, i)
	case '[':
		end, ok = balanced(b, i)
		f.kind, f.value = ofArray, b[i:end]
		o.add(f)
		return end, ok
	}
	end = bareEnd(b, i)
	f.kind, f.value = ofBare, b[i:end]
	o.add(f)
	return end, end > i
}

// spaces returns where what follows the spaces at b[i:] begins.
func spaces(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\n' || b[i] == '\r') {
		i++
	}
	return i
}

// stringEnd returns where the quote is that ends the string at b[i:], -1 for
// nowhere.
func stringEnd(b []byte, i int) (end int, escaped bool) {
	for at := i; at < len(b); {
		n := bytes.IndexByte(b[at:], '"')
		if n < 0 {
			return -1, escaped
		}
		slash := bytes.IndexByte(b[at:at+n], '\\')
		if slash < 0 {
			return at + n, escaped
		}
		escaped = true
		at += slash + 2
	}
	return -1, escaped
}

func bareEnd(b []byte, i int) int {
	for i < len(b) && b[i] != ',' && b[i] != '}' && b[i] != ']' && b[i] > ' ' {
		i++
	}
	return i
}

// balanced returns where the object or array that opens at b[i] ends. Depth has
// no bound here: nothing is kept of it.
func balanced(b []byte, i int) (end int, ok bool) {
	depth := 0
	for ; i < len(b); i++ {
		switch b[i] {
		case '"':
			quote, _ := stringEnd(b, i+1)
			if quote < 0 {
				return len(b), false
			}
			i = quote
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1, true
			}
		}
	}
	return len(b), false
}

// unescape appends the text of a JSON string with escapes to out. Broken escapes
// stay as they are.
func unescape(out, b []byte) []byte {
	for len(b) > 0 {
		n := bytes.IndexByte(b, '\\')
		if n < 0 || n+1 >= len(b) {
			return append(out, b...)
		}
		out = append(out, b[:n]...)
		b = b[n:]
		if b[1] == 'u' {
			r, size := unicodeEscape(b)
			if size == 0 {
				out, b = append(out, b[:2]...), b[2:]
				continue
			}
			out, b = utf8.AppendRune(out, r), b[size:]
			continue
		}
		out, b = append(out, unescapedByte(b[1])), b[2:]
	}
	return out
}

func unescapedByte(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 't':
		return '\t'
	case 'r':
		return '\r'
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	}
	return c
}

// unicodeEscape reads \u00e9 or a pair of them, and returns its length.
func unicodeEscape(b []byte) (rune, int) {
	high, ok := hex4(b)
	if !ok {
		return 0, 0
	}
	if high >= 0xd800 && high < 0xdc00 && len(b) >= 12 && b[6] == '\\' && b[7] == 'u' {
		if low, ok := hex4(b[6:]); ok && low >= 0xdc00 && low < 0xe000 {
			return (high-0xd800)<<10 | (low - 0xdc00) + 0x10000, 12
		}
	}
	return high, 6
}

func hex4(b []byte) (rune, bool) {
	if len(b) < 6 {
		return 0, false
	}
	r := rune(0)
	for _, c := range b[2:6] {
		switch {
		case digit(c):
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}
