package mine

import (
	"bytes"
	"encoding/binary"
)

// wordsMost is how many words of a line make its shape.
const wordsMost = 48

// itemsMost is how many words and variables a shape has at most.
const itemsMost = 2*wordsMost + 1

// hole is what people see where lines of a family differ.
var hole = []byte("<*>")

// mask is what redacting puts in place of a secret.
const mask = "***"

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
	// opened counts the brackets that were opened in the last variable and are
	// not closed yet; names tells that the last word stands before the name of
	// something.
	opened int
	names  bool
	// before[i] is the hash of the first i items.
	before []uint64
}

type span struct{ from, to int }

// read makes the shape of a text with its words.
func (s *shape) read(text []byte, all []word) {
	s.spell(text, all, true)
}

// readTemplate makes the shape of what the miner itself wrote.
func (s *shape) readTemplate(text []byte) {
	s.spell(text, templateWords(text), false)
}

func (s *shape) spell(text []byte, all []word, lists bool) {
	s.items, s.naming, s.spans, s.text = s.items[:0], s.naming[:0], s.spans[:0], s.text[:0]
	s.opened = 0
	s.signs(text[:end(all, 0, text)])
	for i, w := range all {
		if w.variable {
			s.variable(text[w.from : w.from+w.fixed])
		} else {
			s.append(hashWord(text[w.from:w.to]), s.behindNaming(), text[w.from:w.to])
			s.names = w.kind&naming != 0
		}
		if i < wordsMost-1 || !lists {
			s.signs(text[w.to:end(all, i+1, text)])
		}
		if lists {
			s.fold()
		}
	}
	if len(all) == wordsMost && !s.lastVaries() {
		s.append(varying, false, hole)
	}
	s.text = bytes.TrimRight(s.text, " ")
	if len(s.items) == 0 {
		s.text = s.text[:0]
	}
	s.sums()
}

// variable appends a variable, or makes it one with the variable before it:
// what stands between the two is not shown.
func (s *shape) variable(fixed []byte) {
	if !s.lastVaries() {
		s.opened = 0
		s.append(varying, s.behindNaming(), fixed)
		s.text = append(s.text, hole...)
		s.spans[len(s.spans)-1].to = len(s.text)
		return
	}
	last := &s.spans[len(s.spans)-1]
	s.opened += opens(s.text[last.to:])
	s.text = append(s.text[:last.from], hole...)
	last.to = len(s.text)
}

// fold makes one of a list: "blk_1 blk_2", "node 1 <ok> node 2 <ok>".
func (s *shape) fold() {
	n := len(s.items)
	if n < 4 || s.items[n-1] != s.items[n-3] || s.items[n-2] != s.items[n-4] || s.items[n-1] != varying && s.items[n-2] != varying {
		return
	}
	s.items, s.naming = s.items[:n-2], s.naming[:n-2]
	after := s.text[s.spans[n-1].to:]
	s.spans, s.text = s.spans[:n-2], append(s.text[:s.spans[n-3].to], after...)
}

func (s *shape) lastVaries() bool {
	n := len(s.items)
	return n > 0 && s.items[n-1] == varying
}

// behindNaming tells whether what is appended next is the name of something:
// it stands behind a naming word, or in single quotes.
func (s *shape) behindNaming() bool {
	if n := len(s.text); n > 1 && s.text[n-1] == '\'' && class[s.text[n-2]] == sign {
		return true
	}
	n := len(s.spans) - 1
	return s.names && n >= 0 && len(s.text) == s.spans[n].to+1 && s.text[len(s.text)-1] == ' '
}

func (s *shape) append(it item, named bool, text []byte) {
	s.names = false
	s.items, s.naming = append(s.items, it), append(s.naming, named)
	s.spans = append(s.spans, span{len(s.text), len(s.text) + len(text)})
	s.text = append(s.text, text...)
}

// signsMost is how many signs between two words are shown.
const signsMost = 4

// signs appends what stands between words, without the closing brackets of
// what was opened inside the variable before.
func (s *shape) signs(signs []byte) {
	n, ends := 0, false
	for _, c := range signs {
		switch {
		case s.opened > 0 && closing(c):
			s.opened--
			continue
		case c < ' ' || c >= 0x7f:
			c = ' '
		}
		if c == ' ' && (len(s.text) == 0 || s.text[len(s.text)-1] == ' ') {
			continue
		}
		if n++; n <= signsMost || c == ' ' {
			s.text, ends = append(s.text, c), ends || class[c] == sign
		}
		if c == '>' && bytes.HasSuffix(s.text, hole) {
			s.text = s.text[:len(s.text)-1] // it was no hole, so it must not look like one
		}
	}
	if n > signsMost && !ends {
		s.text = append(s.text, ' ') // what was cut kept the words apart
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

// without makes the shape that has a variable in place of item i.
func (s *shape) without(i int) *shape {
	from, to := s.around(i)
	t := &shape{}
	t.copy(s, 0, from)
	t.append(varying, false, hole)
	t.opened = opens(s.text[s.spans[from].from:s.spans[to-1].to])
	t.copy(s, to, len(s.items))
	t.sums()
	return t
}

// copy appends items from..to of another shape, with the signs around them.
func (s *shape) copy(of *shape, from, to int) {
	for j := from; j < to; j++ {
		s.signs(of.signsBefore(j))
		s.append(of.items[j], of.naming[j] && !s.lastVaries(), of.text[of.spans[j].from:of.spans[j].to])
	}
	s.signs(of.signsBefore(to))
}

// signsBefore returns what stands between item j and the one before it.
func (s *shape) signsBefore(j int) []byte {
	from, to := 0, len(s.text)
	if j > 0 {
		from = s.spans[j-1].to
	}
	if j < len(s.spans) {
		to = s.spans[j].from
	}
	return s.text[from:to]
}

// namesVariable tells whether a variable stands behind a naming word.
func (s *shape) namesVariable() bool {
	for i, it := range s.items {
		if it == varying && s.naming[i] {
			return true
		}
	}
	return false
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

// hashWord is the same on every machine and in every run: keys of families are
// made of it.
func hashWord(w []byte) item {
	h := uint64(len(w)) * mixA
	for ; len(w) > 8; w = w[8:] {
		h = fold(h^binary.LittleEndian.Uint64(w), mixB)
	}
	last := uint64(0)
	for i, c := range w {
		last |= uint64(c) << (8 * i)
	}
	it := item(fold(h^last, mixB^pairMix))
	if it == varying {
		it++
	}
	return it
}
