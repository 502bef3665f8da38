package fleet

import "slices"

// Histogram counts something in cumulative buckets: Count[i] of them were at
// most LE[i]. LE is in ascending order; Count has one more at its end, of all
// of them. The zero Histogram is unknown, which is not the same as all zero.
type Histogram struct {
	LE    []float64 `json:"le"`
	Count []int64   `json:"count"`
}

// Known tells whether anything was read.
func (h Histogram) Known() bool { return len(h.Count) > 0 }

// Plus returns the sum. It is unknown if either is, or if their bounds differ:
// nobody knows where between them a thing was.
func (h Histogram) Plus(g Histogram) Histogram {
	if !h.Known() || !g.Known() || !slices.Equal(h.LE, g.LE) || len(h.Count) != len(g.Count) {
		return Histogram{}
	}
	sum := Histogram{LE: h.LE, Count: slices.Clone(h.Count)}
	for i, n := range g.Count {
		sum.Count[i] += n
	}
	return sum
}
