package mine

// groups counts the shapes that have one length and one first word. They are
// counted together with others by chance, which does little harm.
type groups [1 << 13]group

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

func (g *groups) of(s *shape) *group {
	h := uint64(len(s.items)) * mixA
	for _, it := range s.items {
		if it != varying {
			h ^= uint64(it)
			break
		}
	}
	return &g[fold(h, mixB)&uint64(len(g)-1)]
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
		break
	}
	if len(t.items) < len(s.items) && !t.lastVaries() {
		t.signs([]byte(" "))
		t.append(varying, false, hole)
	}
	t.sums()
	return t
}
