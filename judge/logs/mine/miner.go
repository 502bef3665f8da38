package mine

import (
	"bytes"
	"fmt"
	"hash/maphash"
	"strings"
	"unsafe"
)

// ID is the number of a shape or of a family. Shapes are numbered from 0 as
// they come; a family has the smallest number of its shapes.
type ID int32

// Unknown is the number of lines for whose shape there is no room. They belong
// to no family, so nothing can be said of them: they are never "clean".
const Unknown ID = -1

// Options of a miner.
type Options struct {
	// Memory is the most bytes that the miner ever holds; 0 is 30 MB, less
	// than 2 MB is 2 MB. Go's garbage collector lets a program have twice as
	// much.
	Memory int
	// Redact takes secrets out of a line before any word of it is kept, and what
	// else is not to be mined of it; nil for none. It is called only for lines
	// not like any seen before, and may change and return its argument, which is
	// a copy. What it returns may depend on the words of a line and on where its
	// numbers stand, not on what the numbers are.
	Redact func([]byte) []byte
}

const (
	memoryDefault = 30 << 20
	memoryLeast   = 2 << 20
)

// TextMost is how much of a line is read, in bytes: the rest does not count.
const TextMost = 2 << 10

// Miner makes shapes and families of lines. It is not safe for concurrent use.
type Miner struct {
	options Options
	cache   cache
	known   *dictionary
	merging *evidences
	groups  groups
	unknown int64
	full    bool

	// What is used again for every line.
	glance glance
	text   []byte
	found  []word
	shape  shape
}

// New makes a miner that knows nothing.
func New(o Options) *Miner {
	if o.Memory == 0 {
		o.Memory = memoryDefault
	}
	o.Memory = max(o.Memory, memoryLeast)
	var seed maphash.Hash
	scatter := seed.Sum64() | 1
	return &Miner{options: o, cache: newCache(), known: newDictionary(scatter), merging: newEvidences(scatter)}
}

// Add returns the shape of a line's text, Unknown if there is no room for it.
// The text is not kept. A line like one seen before costs no allocation.
func (m *Miner) Add(text []byte) ID {
	if len(text) > TextMost {
		text = text[:TextMost]
	}
	h := m.glance.at(text)
	if m.glance.control && bytes.IndexByte(text, escape) >= 0 {
		m.text = withoutEscapes(m.text[:0], text)
		text = m.text
		h = m.glance.at(text)
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
	if m.glance.odd && garbage(text) {
		return m.garbage()
	}
	if m.options.Redact != nil {
		text = m.options.Redact(append([]byte(nil), text...))
		text = text[:min(len(text), TextMost)]
	}
	m.found = words(m.found, text)
	m.shape.read(text, m.found)
	s := &m.shape
	id := m.lookUp(s)
	if id == Unknown && m.groups.of(s).shapes >= groupMost {
		s = s.first()
		id = m.lookUp(s)
	}
	if id == Unknown {
		id = m.add(s)
	}
	if id != Unknown {
		m.keepFixed(id, s.text)
	}
	return id
}

// insert returns the number of a shape: its own, or that of the one it belongs
// to.
func (m *Miner) insert(s *shape) ID {
	if id := m.lookUp(s); id != Unknown {
		return id
	}
	return m.add(s)
}

func (m *Miner) lookUp(s *shape) ID {
	if id := m.known.find(s.hash()); id != Unknown {
		return id
	}
	return m.merged(s)
}

func (m *Miner) add(s *shape) ID {
	if !m.room(len(s.text)) {
		return Unknown
	}
	id := m.known.add(s.hash(), s.text)
	m.weigh(s, id)
	return id
}

// room tells whether one more shape may be kept. Once there is none there is
// none for ever: a new family never takes the place of an old one.
func (m *Miner) room(text int) bool {
	if !m.full && m.size(1)+2*text > m.options.Memory {
		m.full = true
	}
	return !m.full
}

// evidencesMost is how much evidence one shape may be.
const evidencesMost = 2 * (wordsMost + pairsOf*pairsOf)

// size is how many bytes the miner has, with what n more shapes need.
func (m *Miner) size(n int) int {
	return int(unsafe.Sizeof(*m)) + len(m.cache.slots)*16 + m.known.size(n) + m.merging.size(n*evidencesMost)
}

// Family returns the family of a shape as of now: families merge when more is
// seen of them. It is the smallest number of its shapes.
func (m *Miner) Family(shape ID) ID {
	if shape < 0 || int(shape) >= len(m.known.entries) {
		return Unknown
	}
	return m.known.entries[m.known.root(shape)].least
}

// Template returns a family for people: "connection to <*> lost after <*>".
// It can be printed and is at most TemplateMost bytes long.
func (m *Miner) Template(family ID) string {
	if family < 0 || int(family) >= len(m.known.entries) {
		return "[no room]"
	}
	text := m.known.text(m.known.root(family))
	if len(text) == 0 {
		return "[no words]"
	}
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
	if family < 0 || int(family) >= len(m.known.entries) {
		return "00000000"
	}
	h := m.known.entries[m.known.root(family)].hash
	return fmt.Sprintf("%08x", uint32(h>>32)^uint32(h))
}

// Len is the number of shapes.
func (m *Miner) Len() int { return len(m.known.entries) }

// Unknown is the number of lines that had no room.
func (m *Miner) Unknown() int64 { return m.unknown }
