package evidence

import (
	"cmp"
	"slices"
)

// Traffic estimates exposures from the counts themselves, for when nobody
// tells how many requests each server got: the median, over the families that
// are written steadily, of a server's count relative to the mean of all
// servers (the size factors of Anders and Huber, DESeq, 2010). A family that
// the new version writes more often moves a median little.
type Traffic struct {
	near, far rolling
	scratch   []float64
}

const (
	// nearBlocks are looked at where lines are many, farBlocks where they are
	// few.
	nearBlocks, farBlocks = 3, 24
	// steadyMost is how many of the most frequent families are looked at,
	// steadyLeast how many are needed, each with steadyMean lines a server.
	steadyMost, steadyLeast, steadyMean = 24, 5, 5.0
	// inertia is how many lines a server is credited with where lines are too
	// few for medians.
	inertia = 20.0
)

// NewTraffic returns an estimator that has seen nothing.
func NewTraffic() *Traffic {
	return &Traffic{near: rolling{most: nearBlocks}, far: rolling{most: farBlocks}}
}

// Exposures of all columns in a block that has just been counted. present
// tells which columns could write at all in it.
func (t *Traffic) Exposures(counts []Count, present []bool) []float64 {
	t.near.add(counts, present)
	t.far.add(counts, present)
	e := make([]float64, len(present))
	if !t.medians(&t.near, present, e) && !t.medians(&t.far, present, e) {
		t.totals(present, e)
	}
	return e
}

// medians fills e, or tells that there are too few lines.
func (t *Traffic) medians(r *rolling, present []bool, e []float64) bool {
	steady := r.steady(present)
	if len(steady) < steadyLeast {
		return false
	}
	for col := range e {
		if !present[col] {
			continue
		}
		t.scratch = t.scratch[:0]
		for _, f := range steady {
			t.scratch = append(t.scratch, r.of(f.family, col)/f.mean)
		}
		e[col] = median(t.scratch)
	}
	return true
}

// totals compares the numbers of all lines, drawn towards equality.
func (t *Traffic) totals(present []bool, e []float64) {
	sums, all, n := make([]float64, len(e)), 0.0, 0.0
	for f := range t.far.sums {
		for col := range e {
			sums[col] += t.far.of(f, col)
		}
	}
	for col, sum := range sums {
		if present[col] {
			all += sum
			n++
		}
	}
	for col, sum := range sums {
		if present[col] {
			e[col] = (sum + inertia) / (all/n + inertia)
		}
	}
}

func median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}

// rolling adds up the last blocks by family and column.
type rolling struct {
	most   int
	blocks []counted
	sums   [][]int32
	// present is how many of the blocks a column was present in.
	present []int
	found   []steady
}

type counted struct {
	counts  []Count
	present []bool
}

type steady struct {
	family int
	mean   float64
}

func (r *rolling) add(counts []Count, present []bool) {
	b := counted{counts, slices.Clone(present)}
	r.blocks = append(r.blocks, b)
	r.apply(b, 1)
	if len(r.blocks) > r.most {
		r.apply(r.blocks[0], -1)
		r.blocks = r.blocks[1:]
	}
}

func (r *rolling) apply(b counted, sign int) {
	for col, p := range b.present {
		for col >= len(r.present) {
			r.present = append(r.present, 0)
		}
		if p {
			r.present[col] += sign
		}
	}
	for _, n := range b.counts {
		for int(n.Family) >= len(r.sums) {
			r.sums = append(r.sums, nil)
		}
		for int(n.Column) >= len(r.sums[n.Family]) {
			r.sums[n.Family] = append(r.sums[n.Family], 0)
		}
		r.sums[n.Family][n.Column] += int32(sign) * n.N
	}
}

// of is the mean of a column over the blocks that it was present in, times the
// number of blocks.
func (r *rolling) of(family, column int) float64 {
	if column >= len(r.sums[family]) || r.present[column] == 0 {
		return 0
	}
	return float64(r.sums[family][column]) * float64(len(r.blocks)) / float64(r.present[column])
}

// steady returns the most frequent families with their mean over the columns
// that are present.
func (r *rolling) steady(present []bool) []steady {
	columns := 0
	for _, p := range present {
		if p {
			columns++
		}
	}
	r.found = r.found[:0]
	for f := range r.sums {
		sum := 0.0
		for col := range r.sums[f] {
			if col < len(present) && present[col] {
				sum += r.of(f, col)
			}
		}
		if mean := sum / float64(columns); mean >= steadyMean {
			r.found = append(r.found, steady{f, mean})
		}
	}
	slices.SortFunc(r.found, func(a, b steady) int {
		return cmp.Or(cmp.Compare(b.mean, a.mean), cmp.Compare(a.family, b.family))
	})
	return r.found[:min(len(r.found), steadyMost)]
}
