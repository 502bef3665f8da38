package mine

import "math/bits"

// evidences counts, for shapes with a constant word left out, how many
// different words were seen there. When they are many, the word varies and all
// those shapes are one family.
type evidences struct {
	table   []evidence // open addressing
	used    int
	links   []link
	scatter uint64
	// made has the shapes that were made where the words were many.
	made map[uint64]ID
}

// evidence is what was seen at one key. Most see one shape only.
type evidence struct {
	key uint64
	// at is the shape if seen is 1, and else the chain of them in links.
	at   int32
	seen int32 // 0 is a free place of the table
}

// link is one shape in the chain of an evidence.
type link struct {
	shape ID
	next  int32 // -1 ends it
}

func newEvidences(scatter uint64) *evidences {
	return &evidences{table: make([]evidence, 1<<10), scatter: scatter, made: map[uint64]ID{}}
}

// add notes one more shape at a key and returns how many there are now; 0 if a
// shape is made there already.
func (e *evidences) add(key uint64, id ID) int32 {
	if _, made := e.made[key]; made {
		return 0
	}
	if e.crowded() {
		e.grow()
	}
	ev := &e.table[e.place(key)]
	switch ev.seen {
	case 0:
		*ev = evidence{key: key, at: int32(id)}
		e.used++
	case 1:
		ev.at = e.link(ID(ev.at), -1)
		fallthrough
	default:
		ev.at = e.link(id, ev.at)
	}
	ev.seen++
	return ev.seen
}

func (e *evidences) link(id ID, next int32) int32 {
	e.links = append(e.links, link{id, next})
	return int32(len(e.links) - 1)
}

// seen returns how many shapes were seen at a key at which none is made yet.
func (e *evidences) seen(key uint64) int32 {
	if _, made := e.made[key]; made {
		return 0
	}
	return e.table[e.place(key)].seen
}

// make notes the shape that was made at a key, and returns those that were
// seen there before.
func (e *evidences) make(key uint64, id ID) (all []ID) {
	if _, made := e.made[key]; made {
		return nil
	}
	e.made[key] = id
	ev := &e.table[e.place(key)]
	if ev.seen == 1 {
		return []ID{ID(ev.at)}
	}
	for at, n := ev.at, ev.seen; n > 0; n-- {
		all = append(all, e.links[at].shape)
		at = e.links[at].next
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

// crowded tells that the table must grow before anything is added.
func (e *evidences) crowded() bool { return 4*(e.used+1) > 3*len(e.table) }

func (e *evidences) grow() {
	old := e.table
	e.table = make([]evidence, 2*len(old))
	for _, ev := range old {
		if ev.seen > 0 {
			e.table[e.place(ev.key)] = ev
		}
	}
}

// size in bytes, with what is needed to add another n.
func (e *evidences) size(n int) int {
	size := len(e.table)*16 + cap(e.links)*8 + len(e.made)*64
	if 4*(e.used+n) > 3*len(e.table) {
		size += 2 * len(e.table) * 16
	}
	if len(e.links)+n > cap(e.links) {
		size += 2 * cap(e.links) * 8
	}
	return size
}
