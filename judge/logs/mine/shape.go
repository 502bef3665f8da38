package mine

import (
	"bytes"
	"math/bits"
	"unicode"
	"unicode/utf8"
)

// wordsMost is how many words of a line make its shape.
const wordsMost = 48

// hole is what people see where lines of a family differ.
var hole = []byte("<*>")

// item is one word of a shape: the hash of a constant word, or varying.
type item uint64

const varying item = 0x2545f4914f6cdd1d

// shape is what lines have in common: constant words and variables in order.
// Variables beside each other are one; signs do not count.
type shape struct {
	items []item
	// naming tells of each item that it stands behind a naming word.
	naming []bool
	// text is for people; spans says where in it each item is.
	text  []byte
	spans []span
	// before[i] is the hash of the first i items.
	before []uint64
}

type span struct{ from, to int }

// step is the base of the polynomial that hashes items: it lets the hash of a
// shape with one item changed be told without reading the others again.
const step = 0x9fb21c651e98df25

var powers = func() (p [2 * wordsMost]uint64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * step
	}
	return p
}()

// read makes the shape of a text with its words.
func (s *shape) read(text []byte, all []word) {
	s.items, s.naming, s.spans, s.text = s.items[:0], s.naming[:0], s.spans[:0], s.text[:0]
	s.signs(text, 0, end(all, 0, text), 0)
	opened := 0
	for i, w := range all {
		next := end(all, i+1, text)
		if w.variable {
			if w.fixed > 0 {
				s.constant(text, word{from: w.from, to: w.from + w.fixed})
			}
			if s.lastVaries() {
				// The signs between two variables are not shown.
				opened += opens(s.text[s.spans[len(s.spans)-1].to:])
				s.text = s.text[:s.spans[len(s.spans)-1].to]
			} else {
				opened = 0
				s.append(varying, false, hole)
			}
			s.signs(text, w.to, next, opened)
			continue
		}
		s.constant(text, w)
		s.signs(text, w.to, next, 0)
	}
	if len(all) == wordsMost && !s.lastVaries() {
		s.append(varying, false, hole)
	}
	s.text = bytes.TrimRight(s.text, " ")
	s.sum()
}

func (s *shape) lastVaries() bool {
	n := len(s.items)
	return n > 0 && s.items[n-1] == varying
}

func (s *shape) constant(text []byte, w word) {
	named := len(s.items) > 0 && s.items[len(s.items)-1] != varying && s.behindNaming()
	s.append(hashWord(text[w.from:w.to]), named, text[w.from:w.to])
}

func (s *shape) behindNaming() bool {
	last := s.spans[len(s.spans)-1]
	return naming[string(s.text[last.from:last.to])] && len(s.text) == last.to+1 && s.text[last.to] == ' '
}

func (s *shape) append(it item, named bool, text []byte) {
	s.items, s.naming = append(s.items, it), append(s.naming, named)
	s.spans = append(s.spans, span{len(s.text), len(s.text) + len(text)})
	s.text = append(s.text, text...)
}

// signsMost is how many signs between two words are shown.
const signsMost = 4

// signs appends what stands between words, without the closing brackets of
// what was opened inside a variable.
func (s *shape) signs(text []byte, from, to, opened int) {
	n := 0
	for _, c := range text[from:to] {
		switch {
		case opened > 0 && closing(c):
			opened--
			continue
		case c < ' ' || c >= 0x7f:
			c = ' '
		}
		if c == ' ' && (len(s.text) == 0 || s.text[len(s.text)-1] == ' ') {
			continue
		}
		if n++; n <= signsMost || c == ' ' {
			s.text = append(s.text, c)
		}
	}
}

func opens(signs []byte) (n int) {
	for _, c := range signs {
		switch {
		case c == '(' || c == '[' || c == '{' || c == '<':
			n++
		case c == ')' || c == ']' || c == '}' || c == '>':
			n--
		}
	}
	return max(n, 0)
}

func closing(c byte) bool { return c == ')' || c == ']' || c == '}' || c == '>' }

// sum computes the hashes of the shape.
func (s *shape) sum() {
	s.before = append(s.before[:0], 0)
	for i, it := range s.items {
		s.before = append(s.before, s.before[i]*step+uint64(it))
	}
}

// hash of the shape.
func (s *shape) hash() uint64 { return mixed(s.before[len(s.items)], len(s.items)) }

// hashWithout is the hash of the shape that has a variable in place of item i,
// one with the variables beside it.
func (s *shape) hashWithout(i int) uint64 {
	from, to, n := s.around(i)
	rest := n - to
	total := (s.before[from]*step+uint64(varying))*powers[rest] + s.before[n] - s.before[to]*powers[rest]
	return mixed(total, from+1+rest)
}

// around returns which items become one variable when item i does.
func (s *shape) around(i int) (from, to, n int) {
	from, to, n = i, i+1, len(s.items)
	if from > 0 && s.items[from-1] == varying {
		from--
	}
	if to < n && s.items[to] == varying {
		to++
	}
	return from, to, n
}

// without makes the shape that has a variable in place of item i.
func (s *shape) without(i int) *shape {
	from, to, n := s.around(i)
	t := &shape{}
	t.items = append(append(append(t.items, s.items[:from]...), varying), s.items[to:]...)
	t.naming = append(append(append(t.naming, s.naming[:from]...), false), s.naming[to:]...)
	opened := opens(s.text[s.spans[from].from:s.spans[to-1].to])
	t.text = append(append(t.text, s.text[:s.spans[from].from]...), hole...)
	t.spans = append(append(t.spans, s.spans[:from]...), span{s.spans[from].from, len(t.text)})
	for j := to; j < n; j++ {
		t.signs(s.text, s.spans[j-1].to, s.spans[j].from, opened)
		opened = 0
		t.spans = append(t.spans, span{len(t.text), len(t.text) + s.spans[j].to - s.spans[j].from})
		t.text = append(t.text, s.text[s.spans[j].from:s.spans[j].to]...)
	}
	t.signs(s.text, s.spans[n-1].to, len(s.text), opened)
	t.sum()
	return t
}

// constants counts the items that do not vary.
func (s *shape) constants() (n int) {
	for _, it := range s.items {
		if it != varying {
			n++
		}
	}
	return n
}

func mixed(h uint64, n int) uint64 { return fold128(h^pairMix, glanceMix^uint64(n)) }

// hashWord is the same on every machine and in every run: keys of families are
// made of it.
func hashWord(w []byte) item {
	h := uint64(len(w))
	for _, c := range w {
		h = bits.RotateLeft64((h^uint64(c))*pairMix, 31)
	}
	it := item(fold128(h, glanceMix))
	if it == varying {
		it++
	}
	return it
}

// garbage tells whether a text is no text: more than a tenth of it is control
// characters or no valid UTF-8.
func garbage(text []byte) bool {
	bad := 0
	for i := 0; i < len(text); {
		c := text[i]
		if c < 0x80 {
			if c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != 0x1b {
				bad++
			}
			i++
			continue
		}
		r, n := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && n == 1 || unicode.Is(unicode.Co, r) {
			bad++
		}
		i += n
	}
	return bad > len(text)/10
}
