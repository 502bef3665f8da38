package mine

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"
)

// What is saved: the magic; the number of shapes, and of each the number of
// the shape above it in its family, and its template; the number of places
// that are known to vary, and of each its key and the shape that was made
// there. Numbers are unsigned varints, templates have their length before
// them, keys are 8 bytes, big-endian. All else is made anew of that.

const magic = "noon mine 1\n"

// AppendTo appends all that the miner has learned, at most as many bytes as it
// may hold in memory. Numbers of shapes stay the same when it is restored.
func (m *Miner) AppendTo(b []byte) []byte {
	b = append(b, magic...)
	b = binary.AppendUvarint(b, uint64(len(m.known.entries)))
	for id := range m.known.entries {
		text := m.known.text(ID(id))
		b = binary.AppendUvarint(b, uint64(m.known.entries[id].parent))
		b = append(binary.AppendUvarint(b, uint64(len(text))), text...)
	}
	b = binary.AppendUvarint(b, uint64(len(m.merging.made)))
	for _, key := range slices.Sorted(maps.Keys(m.merging.made)) {
		b = binary.AppendUvarint(binary.BigEndian.AppendUint64(b, key), uint64(m.merging.made[key]))
	}
	return b
}

// Restore makes a miner of what AppendTo wrote. What is damaged or does not
// fit in its memory is an error; start anew then.
func Restore(o Options, saved []byte) (*Miner, error) {
	m := New(o)
	r := reader{rest: saved}
	if string(r.bytes(len(magic))) != magic {
		return nil, errors.New("not a dictionary of log families, or of a later noon")
	}
	parents := m.restoreShapes(&r)
	m.restoreMade(&r)
	if r.err == nil && len(r.rest) > 0 {
		r.fail("%d bytes too many", len(r.rest))
	}
	if r.err == nil {
		r.err = m.restoreFamilies(parents)
	}
	if r.err != nil {
		return nil, fmt.Errorf("dictionary of log families: %w", r.err)
	}
	return m, nil
}

func (m *Miner) restoreShapes(r *reader) (parents []ID) {
	n := r.number(len(r.rest))
	for i := 0; i < n && r.err == nil; i++ {
		parents = append(parents, ID(r.number(n-1)))
		text := r.bytes(r.number(spelledMost))
		s := &shape{}
		s.readTemplate(text)
		switch {
		case r.err != nil:
		case !utf8.Valid(text), m.known.find(s.hash()) != Unknown:
			r.fail("shape %d is damaged or there twice", i)
		case !m.room(len(text)):
			r.fail("more than %d bytes of memory", m.options.Memory)
		default:
			m.known.add(s.hash(), text)
		}
	}
	return parents
}

func (m *Miner) restoreMade(r *reader) {
	n := r.number(len(r.rest))
	for i := 0; i < n && r.err == nil; i++ {
		key := r.bytes(8)
		id := r.number(len(m.known.entries) - 1)
		if r.err == nil && !m.room(0) {
			r.fail("more than %d bytes of memory", m.options.Memory)
		}
		if r.err == nil {
			m.merging.make(binary.BigEndian.Uint64(key), ID(id))
		}
	}
}

// restoreFamilies joins the shapes and weighs their words again.
func (m *Miner) restoreFamilies(parents []ID) error {
	for id, parent := range parents {
		m.known.under(ID(id), parent)
	}
	for id := range parents {
		if !m.room(0) {
			return fmt.Errorf("more than %d bytes of memory", m.options.Memory)
		}
		s := &shape{}
		s.readTemplate(m.known.text(ID(id)))
		m.weigh(s, ID(id))
	}
	return nil
}

// spelledMost is how long the text of a shape may be.
const spelledMost = wordsMost * (wordMost + 2*signsMost)

// reader takes saved bytes apart. After its first error it gives zeros.
type reader struct {
	rest []byte
	err  error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
}

func (r *reader) bytes(n int) []byte {
	if r.err != nil || n > len(r.rest) {
		r.fail("it ends too early")
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

// number reads a number from 0 to most.
func (r *reader) number(most int) int {
	n, size := binary.Uvarint(r.rest)
	if r.err == nil && (size <= 0 || n > uint64(max(most, 0))) {
		r.fail("a number is damaged")
	}
	if r.err != nil {
		return 0
	}
	r.rest = r.rest[size:]
	return int(n)
}
