package mine

import "math/bits"

// evidence is kept for every shape with one constant word left out: how many
// different words were seen there. When they are many, the word varies and all
// those shapes are one family.
type evidence struct {
	key  uint64
	head int32 // the chain of shapes in links; -1 ends it
	made ID    // the shape with a variable there, once the words are many; else Unknown
	seen int32 // how many shapes; 0 is a free place of the table
}

// link is one shape in the chain of an evidence.
type link struct {
	shape ID
	next  int32
}

// evidences is a table of them, by open addressing.
type evidences struct {
	table   []evidence
	used    int
	links   []link
	scatter uint64
}

func newEvidences(scatter uint64) *evidences {
	return &evidences{table: make([]evidence, 1<<10), scatter: scatter}
}

// made returns the shape that was made at a key, Unknown if there is none.
func (e *evidences) made(key uint64) ID {
	if ev := &e.table[e.place(key)]; ev.seen > 0 {
		return ev.made
	}
	return Unknown
}

// seen returns how many shapes were seen at a key at which none is made yet.
func (e *evidences) seen(key uint64) int32 {
	if ev := &e.table[e.place(key)]; ev.made == Unknown {
		return ev.seen
	}
	return 0
}

// add notes one more shape at a key and returns how many there are now; 0 if a
// shape is made there already.
func (e *evidences) add(key uint64, id ID) int32 {
	ev := e.of(key)
	ev.seen++
	e.links = append(e.links, link{id, ev.head})
	ev.head = int32(len(e.links) - 1)
	if ev.made != Unknown {
		return 0
	}
	return ev.seen
}

// of finds the evidence of a key, a new one if there is none.
func (e *evidences) of(key uint64) *evidence {
	if 4*(e.used+1) > 3*len(e.table) {
		e.grow()
	}
	ev := &e.table[e.place(key)]
	if ev.seen == 0 {
		*ev = evidence{key: key, head: -1, made: Unknown}
		e.used++
	}
	return ev
}

// make notes the shape that was made at a key, and returns those that were
// seen there.
func (e *evidences) make(key uint64, id ID) (all []ID) {
	ev := e.of(key)
	ev.made, ev.seen = id, max(ev.seen, 1)
	for at := ev.head; at >= 0; at = e.links[at].next {
		all = append(all, e.links[at].shape)
	}
	return all
}

func (e *evidences) place(key uint64) int {
	at := int(key * e.scatter >> (64 - bits.Len(uint(len(e.table)-1))))
	for e.table[at].seen != 0 && e.table[at].key != key {
		at = (at + 1) & (len(e.table) - 1)
	}
	return at
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

// size in bytes, with what growing throws away.
func (e *evidences) size() int { return 2 * (len(e.table)*24 + cap(e.links)*8) }
