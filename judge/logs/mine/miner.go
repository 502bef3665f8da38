package mine

import (
	"bytes"
	"fmt"
	"hash/maphash"
	"math/bits"
	"strings"
)

// ID is the number of a shape or of a family. Shapes are numbered from 0 as
// they come; a family has the smallest number of its shapes.
type ID int32

// Unknown is the number of lines for whose shape there is no room. They belong
// to no family, so nothing can be said of them: they are never "clean".
const Unknown ID = -1

// Options of a miner.
type Options struct {
	// Memory is the most bytes that the miner ever holds; 0 is 40 MB, less
	// than 1 MB is 1 MB.
	Memory int
	// Redact takes secrets out of a line before any word of it is kept; nil
	// for none. It is called only for lines not like any seen before, and may
	// change and return its argument, which is a copy.
	Redact func([]byte) []byte
}

const (
	memoryDefault = 40 << 20
	memoryLeast   = 1 << 20
	// textMost is how much of a line is read.
	textMost = 2 << 10
)

// Miner makes shapes and families of lines. It is not safe for concurrent use.
type Miner struct {
	options Options
	cache   cache
	words   *dictionary
	merging *evidences
	unknown int64
	full    bool

	spare    window
	text     []byte
	found    []word
	shape    shape
	garbages [garbageSizes]ID
}

// New makes a miner that knows nothing.
func New(o Options) *Miner {
	if o.Memory == 0 {
		o.Memory = memoryDefault
	}
	o.Memory = max(o.Memory, memoryLeast)
	var seed maphash.Hash
	scatter := seed.Sum64() | 1
	m := &Miner{options: o, cache: newCache(), words: newDictionary(scatter), merging: newEvidences(scatter)}
	for i := range m.garbages {
		m.garbages[i] = Unknown
	}
	return m
}

// Add returns the shape of a line's text, Unknown if there is no room for it.
// The text is not kept. A line like one seen before costs no allocation.
func (m *Miner) Add(text []byte) ID {
	if len(text) > textMost {
		text = text[:textMost]
	}
	h, control := glance(text, &m.spare)
	if control && bytes.IndexByte(text, escape) >= 0 {
		m.text = withoutEscapes(m.text[:0], text)
		text = m.text
		h, _ = glance(text, &m.spare)
	}
	if id, ok := m.cache.get(h); ok {
		return id
	}
	id := m.learn(text)
	if id == Unknown {
		m.unknown++
		return Unknown
	}
	m.cache.put(h, id)
	return id
}

// learn reads a line that does not look like one of before.
func (m *Miner) learn(text []byte) ID {
	if garbage(text) {
		return m.garbage(len(text))
	}
	if m.options.Redact != nil {
		text = m.options.Redact(append([]byte(nil), text...))
	}
	m.found = words(m.found, text)
	m.shape.read(text, m.found)
	return m.insert(&m.shape)
}

// insert returns the number of a shape, known or new.
func (m *Miner) insert(s *shape) ID {
	h := s.hash()
	if id := m.words.find(h); id != Unknown {
		return id
	}
	if !m.room(len(s.text)) {
		return Unknown
	}
	id := m.words.add(h, s.text)
	m.merge(s, id)
	return id
}

// room tells whether one more shape may be kept. Once there is none there is
// none for ever: a new family never takes the place of an old one.
func (m *Miner) room(text int) bool {
	if !m.full && m.size()+text+wordsMost*64 > m.options.Memory {
		m.full = true
	}
	return !m.full
}

func (m *Miner) size() int { return m.cache.size() + m.words.size() + m.merging.size() }

// merge puts a new shape under the shape of its family, if one of its words is
// at a place that is known to vary, and otherwise counts its words as evidence.
func (m *Miner) merge(s *shape, id ID) {
	left := s.constants() - 1
	if left < 1 {
		return
	}
	for i, it := range s.items {
		if it == varying {
			continue
		}
		if made := m.merging.peek(s.hashWithout(i)); made != Unknown && made != id {
			m.words.under(id, made)
			return
		}
	}
	for i, it := range s.items {
		if it == varying {
			continue
		}
		key := s.hashWithout(i)
		ev := m.merging.of(key)
		m.merging.add(ev, id)
		need := enough(left, s.naming[i], i == 0)
		if ev.made == Unknown && ev.seen >= need {
			m.generalise(s, i, key)
		}
	}
}

// generalise makes item i of a shape a variable, for all shapes that differ
// only there.
func (m *Miner) generalise(s *shape, i int, key uint64) {
	made := m.insert(s.without(i))
	if made == Unknown {
		return
	}
	ev := m.merging.of(key)
	ev.made = made
	for at := ev.head; at >= 0; at = m.merging.links[at].next {
		m.words.under(m.merging.links[at].shape, made)
	}
}

// garbageSizes is how many families of garbage there are, by length.
const garbageSizes = 12

// garbage returns the shape of what is no text: by its length only.
func (m *Miner) garbage(n int) ID {
	i := min(bits.Len(uint(n)), garbageSizes-1)
	if m.garbages[i] == Unknown && m.room(64) {
		text := fmt.Sprintf("[no text: less than %d bytes]", 1<<i)
		m.garbages[i] = m.words.add(uint64(hashWord([]byte(text))), []byte(text))
	}
	return m.garbages[i]
}

// Family returns the family of a shape as of now: families merge when more is
// seen of them. It is the smallest number of its shapes.
func (m *Miner) Family(shape ID) ID {
	if shape < 0 || int(shape) >= len(m.words.entries) {
		return Unknown
	}
	return m.words.entries[m.words.root(shape)].least
}

// Template returns a family for people: "connection to <*> lost after <*>".
// It can be printed and is at most TemplateMost bytes long.
func (m *Miner) Template(family ID) string {
	if family < 0 || int(family) >= len(m.words.entries) {
		return "[no room]"
	}
	text := m.words.text(m.words.root(family))
	if len(text) > TemplateMost {
		text = text[:TemplateMost]
		return strings.ToValidUTF8(string(text), "") + "…"
	}
	return string(text)
}

// TemplateMost is how long a template may be, in bytes.
const TemplateMost = 512

// Key names a family by its template: 8 hexadecimal digits, the same in every
// run and on every machine.
func (m *Miner) Key(family ID) string {
	if family < 0 || int(family) >= len(m.words.entries) {
		return "00000000"
	}
	h := m.words.entries[m.words.root(family)].hash
	return fmt.Sprintf("%08x", uint32(h>>32)^uint32(h))
}

// Len is the number of shapes.
func (m *Miner) Len() int { return len(m.words.entries) }

// Unknown is the number of lines that had no room.
func (m *Miner) Unknown() int64 { return m.unknown }
