package mine

// step is the base of the polynomial that hashes items: it lets the hash of a
// shape with some items changed be told without reading the others again.
const step = 0x9fb21c651e98df25

// pairMix is one more odd number without a pattern.
const pairMix = 0xa0761d6478bd642f

// powers of step. A shape has at most wordsMost constant words and a variable
// between any two; one that was restored may have as many words as that, and
// then variables between them.
var powers = func() (p [4*wordsMost + 4]uint64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * step
	}
	return p
}()

// sum is the hash of some items in a row, and how many they are.
type sum struct {
	hash uint64
	n    int
}

// then appends items from..to of a shape.
func (h sum) then(s *shape, from, to int) sum {
	n := to - from
	return sum{h.hash*powers[n] + s.before[to] - s.before[from]*powers[n], h.n + n}
}

// hole appends a variable.
func (h sum) hole() sum { return sum{h.hash*step + uint64(varying), h.n + 1} }

func (h sum) done() uint64 { return fold(h.hash^pairMix, mixB^uint64(h.n)) }

// sums makes ready what the hashes are told from.
func (s *shape) sums() {
	s.before = append(s.before[:0], 0)
	for i, it := range s.items {
		s.before = append(s.before, s.before[i]*step+uint64(it))
	}
}

// hash of the shape.
func (s *shape) hash() uint64 { return sum{}.then(s, 0, len(s.items)).done() }

// hashWithout is the hash of the shape that has a variable in place of item i,
// one with the variables beside it.
func (s *shape) hashWithout(i int) uint64 {
	from, to := s.around(i)
	return sum{}.then(s, 0, from).hole().then(s, to, len(s.items)).done()
}

// hashWithoutBoth is the same for two items, i before j.
func (s *shape) hashWithoutBoth(i, j int) uint64 {
	from, to := s.around(i)
	from2, to2 := s.around(j)
	h := sum{}.then(s, 0, from).hole()
	if from2 > to {
		h = h.then(s, to, from2).hole()
	}
	return h.then(s, to2, len(s.items)).done()
}

// around returns which items become one variable when item i does.
func (s *shape) around(i int) (from, to int) {
	from, to = i, i+1
	if from > 0 && s.items[from-1] == varying {
		from--
	}
	if to < len(s.items) && s.items[to] == varying {
		to++
	}
	return from, to
}
