package evidence

// spending shares alpha out: half of it to severe families that are met for
// the first time while watching, a quarter to others that are met then, in the
// order in which any server writes them, and a quarter to those that were
// known before, by how much their history tells.
type spending struct {
	known           float64 // the sum of their weights
	severe, ordinal int
}

// late is the part of the next family that is met: 1/(n (n+1)) of its stream,
// which sums to 1 however many come.
func (s *spending) late(severe bool) float64 {
	if severe {
		s.severe++
		return 0.5 * inTurn(s.severe)
	}
	s.ordinal++
	return 0.25 * inTurn(s.ordinal)
}

func inTurn(n int) float64 { return 1 / (float64(n) * float64(n+1)) }

// part is that of a family with a budget of its own, or of a known one with
// this weight.
func (s *spending) part(budget, weight float64) float64 {
	if budget > 0 {
		return budget
	}
	return 0.25 * weight / max(s.known, 1)
}

const (
	// weightLeast is the weight of a known family without a history to speak
	// of: only a great rise of it can be told from luck anyway.
	weightLeast = 0.1
	// wellKnown episodes have the full weight.
	wellKnown = 40
)

// weigh gives known families their weights by what all servers together wrote.
func (c *Comparer) weigh() {
	sums := make([]int, len(c.families))
	for _, b := range c.history.blocks {
		for _, n := range b.Counts {
			sums[n.Family] += int(n.N)
		}
	}
	c.spending.known = 0
	for i := range c.families {
		if f := &c.families[i]; f.seen && f.budget == 0 {
			f.weight = min(max(float64(sums[i])/wellKnown, weightLeast), 1)
			c.spending.known += f.weight
		}
	}
}
