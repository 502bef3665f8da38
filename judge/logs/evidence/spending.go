package evidence

// spending shares alpha out: half of it to severe families that are met for
// the first time while watching, a quarter to others that are met then, in the
// order in which any server writes them, and a quarter evenly to those that
// were known before.
type spending struct {
	known           int
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

// part is that of a family with a budget of its own, or of a known one.
func (s *spending) part(budget float64) float64 {
	if budget > 0 {
		return budget
	}
	return 0.25 / float64(max(s.known, 1))
}
