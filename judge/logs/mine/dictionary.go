package mine

import "math/bits"

// entry is a shape that was seen, or that merging made.
type entry struct {
	hash   uint64
	parent ID // union-find: itself in the root of a family
	text   block
	least  ID // of a root: the smallest number in the family
	before ID // the shape of the same group that came before; Unknown if none
}

// dictionary holds shapes by their hash, their families, and their texts.
type dictionary struct {
	entries []entry
	table   []ID // open addressing; 0 is free, else the number + 1
	scatter uint64
	texts   arena
}

func newDictionary(scatter uint64) *dictionary {
	return &dictionary{table: make([]ID, 1<<10), scatter: scatter}
}

// find returns the shape of a hash, Unknown if there is none.
func (d *dictionary) find(hash uint64) ID {
	for at := d.home(hash); ; at = (at + 1) & (len(d.table) - 1) {
		switch id := d.table[at] - 1; {
		case id < 0:
			return Unknown
		case d.entries[id].hash == hash:
			return id
		}
	}
}

// home is where a hash is looked for first. It differs from run to run, so
// that nobody can write lines that collide.
func (d *dictionary) home(hash uint64) int {
	return int(hash * d.scatter >> (64 - bits.Len(uint(len(d.table)-1))))
}

// add takes a shape that is not there, a family of its own.
func (d *dictionary) add(hash uint64, text []byte) ID {
	if 4*(len(d.entries)+1) > 3*len(d.table) {
		d.grow()
	}
	id := ID(len(d.entries))
	d.entries = append(d.entries, entry{hash: hash, parent: id, least: id, before: Unknown, text: d.texts.keep(text)})
	d.put(hash, id)
	return id
}

func (d *dictionary) put(hash uint64, id ID) {
	at := d.home(hash)
	for d.table[at] != 0 {
		at = (at + 1) & (len(d.table) - 1)
	}
	d.table[at] = id + 1
}

func (d *dictionary) grow() {
	d.table = make([]ID, 2*len(d.table))
	for id := range d.entries {
		d.put(d.entries[id].hash, ID(id))
	}
}

// root of the family of a shape.
func (d *dictionary) root(id ID) ID {
	for d.entries[id].parent != id {
		// Halving the path keeps it short.
		d.entries[id].parent = d.entries[d.entries[id].parent].parent
		id = d.entries[id].parent
	}
	return id
}

// under makes the family of one shape part of the family of another, whose
// text it takes.
func (d *dictionary) under(id, general ID) {
	from, to := d.root(id), d.root(general)
	if from == to {
		return
	}
	d.entries[from].parent = to
	d.entries[to].least = min(d.entries[from].least, d.entries[to].least)
}

func (d *dictionary) setText(id ID, text []byte) { d.entries[id].text = d.texts.keep(text) }

func (d *dictionary) text(id ID) []byte { return d.texts.at(d.entries[id].text) }

// size in bytes, with what is needed to add another n.
func (d *dictionary) size(n int) int {
	size := len(d.table)*4 + cap(d.entries)*32 + d.texts.size() + n*chunkLen
	if 4*(len(d.entries)+n) > 3*len(d.table) {
		size += 2 * len(d.table) * 4
	}
	if len(d.entries)+n > cap(d.entries) {
		size += 2 * cap(d.entries) * 32
	}
	return size
}

// block is a text in an arena.
type block struct {
	chunk  uint32
	offset uint16
	length uint16
}

const chunkLen = 1 << 15

// arena keeps texts without an allocation for each.
type arena struct {
	chunks [][]byte
	last   int // how much of the last chunk is taken
}

func (a *arena) keep(text []byte) block {
	text = text[:min(len(text), chunkLen)]
	if len(a.chunks) == 0 || a.last+len(text) > chunkLen {
		a.chunks, a.last = append(a.chunks, make([]byte, chunkLen)), 0
	}
	n := len(a.chunks) - 1
	b := block{uint32(n), uint16(a.last), uint16(len(text))}
	a.last += copy(a.chunks[n][a.last:], text)
	return b
}

func (a *arena) at(b block) []byte {
	return a.chunks[b.chunk][b.offset:][:b.length]
}

func (a *arena) size() int { return len(a.chunks) * chunkLen }
