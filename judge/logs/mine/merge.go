package mine

import "slices"

// enough is how many different words at one place make it a variable, by how
// many constant words are left: the fewer, the more are asked for, because
// "<*> started" says little. The first word mostly says who speaks.
func enough(left int, named, first bool) int32 {
	k := int32(4)
	switch {
	case left <= 1:
		k = 24
	case left == 2:
		k = 12
	case left == 3:
		k = 8
	case left <= 5:
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

// enoughBeside is the same where numbers were seen at that place, too: "user
// 17", then "user admin".
func enoughBeside(left int, named bool) int32 {
	switch {
	case left >= 4, named && left >= 2:
		return 1
	case left == 3:
		return 2
	case left == 2:
		return 6
	}
	return 12
}

// Evidence of three kinds is kept apart by what is added to the hash.
const (
	beside = 0x5851f42d4c957f2d // a variable beside the word becomes one with it
	both   = 0x14057b7ef767814f // two words are left out
)

// keyWithout is where evidence is kept for item i.
func (s *shape) keyWithout(i int) uint64 {
	if s.alone(i) {
		return s.hashWithout(i)
	}
	return s.hashWithout(i) ^ beside
}

// alone tells that no variable is beside item i.
func (s *shape) alone(i int) bool {
	from, to := s.around(i)
	return to-from == 1
}

// merged returns the shape that a new shape belongs to because one or two of
// its words stand where words are known to vary; Unknown if there is none.
func (m *Miner) merged(s *shape) ID {
	left := s.constants() - 1
	if left < 1 {
		return Unknown
	}
	for i, it := range s.items {
		if it == varying {
			continue
		}
		key := s.keyWithout(i)
		if made, ok := m.merging.made[key]; ok {
			return made
		}
		if s.alone(i) && enoughBeside(left, s.naming[i]) == 1 {
			if id := m.known.find(key); id != Unknown {
				m.adopt(key, id)
				return id
			}
		}
	}
	for _, p := range m.groups.pairs(s) {
		if made, ok := m.merging.made[p.key]; ok {
			return made
		}
	}
	return Unknown
}

// weigh counts the words of a new shape as evidence, and merges where it is
// enough.
func (m *Miner) weigh(s *shape, id ID) {
	before := m.groups.add(s, id)
	m.known.entries[id].before = before
	left := s.constants() - 1
	if left < 1 {
		return
	}
	for i, it := range s.items {
		if it == varying || m.groups.common(s, i) {
			continue
		}
		key := s.keyWithout(i)
		if m.merging.add(key, id) >= m.need(s, i, left) {
			m.generalise(key, s.without(i))
		}
	}
	m.weighPairs(s, id)
	if m.groups.of(s).shapes == groupCrowded {
		m.weighPairsBefore(before)
	}
	// Words that were seen where this shape has a variable.
	if seen := m.merging.seen(s.hash()); seen > 0 && seen >= enoughBeside(left+1, s.namesVariable()) {
		m.adopt(s.hash(), id)
	}
}

// need is how many words at item i make it vary.
func (m *Miner) need(s *shape, i, left int) int32 {
	need := enough(left, s.naming[i], i == 0)
	switch {
	case m.known.find(s.hashWithout(i)) == Unknown:
		return need
	case s.alone(i):
		return min(need, enoughBeside(left, s.naming[i]))
	case left >= 6:
		return 2 // ws=null, ws=Work{17}: one word more of a variable
	}
	return need
}

// weighPairs does the same for two words at once.
func (m *Miner) weighPairs(s *shape, id ID) {
	for _, p := range slices.Clone(m.groups.pairs(s)) {
		if m.merging.add(p.key, id) >= 2*enough(s.constants()-2, false, p.i == 0) {
			m.generalise(p.key, s.without(p.j).without(p.i))
		}
	}
}

// weighPairsBefore does the same for the shapes of a group that came before it
// was crowded, the latest of which is id.
func (m *Miner) weighPairsBefore(id ID) {
	for ; id >= 0; id = m.known.entries[id].before {
		var s shape
		s.readTemplate(m.known.text(id))
		m.weighPairs(&s, id)
	}
}

// generalise makes one family of the shapes at a key.
func (m *Miner) generalise(key uint64, s *shape) {
	if made := m.insert(s); made != Unknown {
		m.adopt(key, made)
	}
}

// adopt puts the shapes at a key under the one that is made of them.
func (m *Miner) adopt(key uint64, made ID) {
	for _, id := range m.merging.make(key, made) {
		m.join(id, made)
	}
}

// join makes one family of a shape and a more general one. A shape that is in
// a family already, for another of its words, brings that family with it: then
// both become part of what they have in common.
func (m *Miner) join(id, made ID) {
	from, to := m.known.root(id), m.known.root(made)
	if from == to {
		return
	}
	if from != id {
		var a, b shape
		a.readTemplate(m.known.text(from))
		b.readTemplate(m.known.text(to))
		common := align(&a, &b)
		if common.constants() == 0 {
			return
		}
		if general := m.insert(common); general != Unknown {
			m.known.under(to, general)
			made = general
		}
	}
	m.known.under(from, made)
	m.keepFixed(made, m.known.text(from))
}

// keepFixed takes "blk_" out of a family's "blk_<*>" when a line of it has
// something else there.
func (m *Miner) keepFixed(id ID, text []byte) {
	root := m.known.root(id)
	if plain, changed := withoutFixed(m.known.text(root), text); changed {
		m.known.setText(root, plain)
	}
}
