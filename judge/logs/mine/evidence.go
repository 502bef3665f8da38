package mine

import "math/bits"

// evidence is kept for every shape with one constant word left out: how many
// different words were seen there. When they are many, the word varies and all
// those shapes are one family.
type evidence struct {
	key  uint64
	head int32 // the chain of shapes in links; -1 ends it
	made ID    // the shape with a variable there, once the words are many; else Unknown
	seen int32
}

// link is one shape in the chain of an evidence.
type link struct {
	shape ID
	next  int32
}

// evidences is a table of them: open addressing, seen == 0 is free.
type evidences struct {
	table   []evidence
	used    int
	links   []link
	scatter uint64
}

func newEvidences(scatter uint64) *evidences {
	return &evidences{table: make([]evidence, 1<<10), scatter: scatter}
}

// of finds the evidence of a key; it has seen 0 if it is new.
func (e *evidences) of(key uint64) *evidence {
	if 4*(e.used+1) > 3*len(e.table) {
		e.grow()
	}
	at := e.place(key)
	ev := &e.table[at]
	if ev.seen == 0 {
		*ev = evidence{key: key, head: -1, made: Unknown}
	}
	return ev
}

// peek returns the shape that was made at a key, Unknown if there is none.
func (e *evidences) peek(key uint64) ID {
	if ev := &e.table[e.place(key)]; ev.seen > 0 {
		return ev.made
	}
	return Unknown
}

func (e *evidences) place(key uint64) int {
	at := int(key * e.scatter >> (64 - bits.Len(uint(len(e.table)-1))))
	for e.table[at].seen != 0 && e.table[at].key != key {
		at = (at + 1) & (len(e.table) - 1)
	}
	return at
}

// add one more shape to the evidence.
func (e *evidences) add(ev *evidence, id ID) {
	if ev.seen == 0 {
		e.used++
	}
	ev.seen++
	e.links = append(e.links, link{id, ev.head})
	ev.head = int32(len(e.links) - 1)
}

func (e *evidences) grow() {
	old := e.table
	e.table = make([]evidence, 2*len(old))
	for _, ev := range old {
		if ev.seen > 0 {
			e.table[e.place(ev.key)] = ev
		}
	}
}

func (e *evidences) size() int { return 2 * (len(e.table)*24 + cap(e.links)*8) }

// enough is how many different words at one place make it a variable, by how
// many constant words are left: the fewer, the more are asked for, because
// "<*> started" says little.
func enough(constants int, named, first bool) int32 {
	k := int32(4)
	switch {
	case constants <= 1:
		k = 24
	case constants == 2:
		k = 12
	case constants == 3:
		k = 8
	case constants <= 5:
		k = 6
	}
	switch {
	case named:
		k = max(3, k/2)
	case first:
		k += k / 2
	}
	return k
}
