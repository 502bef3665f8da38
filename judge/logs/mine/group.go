package mine

// groups know the shapes that have one length and one first word, and how
// often each of their words stands where. What falls together by chance is
// counted together, which does little harm.
type groups struct {
	table [1 << 13]group
	words [1 << 16]uint8
	room  []pair
}

type group struct {
	shapes int32
	// last is the latest shape + 1; entries lead to the one before.
	last ID
}

const (
	// groupCrowded is how many shapes of one group make it likely that two of
	// their words vary at once.
	groupCrowded = 8
	// groupMost is how many shapes of one group are kept apart. What else begins
	// with that word and is as long is one family, "word <*>": free text, or
	// somebody's attempt to fill the memory.
	groupMost = 500
)

func (g *groups) of(s *shape) *group { return &g.table[s.group()%uint64(len(g.table))] }

// group is the hash of the length and the first constant word.
func (s *shape) group() uint64 {
	h := uint64(len(s.items)) * mixA
	for _, it := range s.items {
		if it != varying {
			h ^= uint64(it)
			break
		}
	}
	return fold(h, mixB)
}

// word is how often a word was seen at its place in the shapes of a group.
func (g *groups) word(s *shape, i int, group uint64) *uint8 {
	return &g.words[fold(group^uint64(s.items[i]), mixA+uint64(2*i))%uint64(len(g.words))]
}

// add counts a new shape and its words, and returns the one of the group that
// came before.
func (g *groups) add(s *shape, id ID) (before ID) {
	at := g.of(s)
	before, at.last = at.last-1, id+1
	at.shapes++
	group := s.group()
	for i, it := range s.items {
		if it != varying {
			if n := g.word(s, i, group); *n < 255 {
				*n++
			}
		}
	}
	return before
}

// common tells that a word is so common at its place, in a crowded group, that
// it is no variable.
func (g *groups) common(s *shape, i int) bool {
	n := g.of(s).shapes
	return n > groupCrowded && 2*int32(*g.word(s, i, s.group())) > min(n, 255)
}

// pair is two constant items of a shape, and where evidence is kept for both.
type pair struct {
	i, j int
	key  uint64
}

const (
	// pairsLeast is how many constant words a shape of pairs has.
	pairsLeast = 5
	// pairsOf is of how many rare words pairs are made.
	pairsOf = 5
)

// pairs returns the pairs of words of a shape that may vary both: those that
// are rare at their place in a crowded group. They are valid until the next
// call.
func (g *groups) pairs(s *shape) []pair {
	g.room = g.room[:0]
	n := g.of(s).shapes
	if n < groupCrowded || s.constants() < pairsLeast {
		return nil
	}
	var rare [pairsOf]int
	found, group := 0, s.group()
	for i, it := range s.items {
		if it == varying || int32(*g.word(s, i, group)) > max(2, n/4) {
			continue
		}
		if found == pairsOf {
			return nil
		}
		rare[found] = i
		found++
	}
	for a, i := range rare[:found] {
		for _, j := range rare[a+1 : found] {
			g.room = append(g.room, pair{i, j, s.hashWithoutBoth(i, j) ^ both})
		}
	}
	return g.room
}

// first makes the shape that keeps of another only its first constant word.
func (s *shape) first() *shape {
	t := &shape{}
	for i, it := range s.items {
		if it == varying {
			continue
		}
		t.copy(s, 0, i)
		t.append(it, false, s.text[s.spans[i].from:s.spans[i].to])
		t.signs(s.signsBefore(i + 1))
		break
	}
	if len(t.items) < len(s.items) && !t.lastVaries() {
		t.append(varying, false, hole)
	}
	t.sums()
	return t
}
