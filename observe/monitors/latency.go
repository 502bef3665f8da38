package monitors

import (
	"math"
	"slices"
	"strconv"

	judgemonitors "noon/judge/monitors"
)

// edgesMost is how many different edges one histogram may have: the judge takes
// no more than 512.
const edgesMost = 500

// latency is a histogram that may be of how long answers took, summed over its
// labels. Where its series have different edges, those count that all have.
type latency struct {
	family string
	rank   int
	edges  map[float64]*edge
	broken bool
}

// edge is what is at or below an edge, and how many series have the edge.
type edge struct {
	count  float64
	series int
}

func (l *latency) take(s sample) {
	le, err := strconv.ParseFloat(s.label("le"), 64)
	if err != nil || math.IsNaN(le) || !possible(s.value) {
		l.broken = true
		return
	}
	e := l.edges[le]
	if e == nil {
		if len(l.edges) >= edgesMost {
			l.broken = true
			return
		}
		e = &edge{}
		l.edges[le] = e
	}
	e.count += s.value
	e.series++
}

// histogram returns it in seconds, false if it is none that can be judged.
func (l *latency) histogram() (judgemonitors.Histogram, bool) {
	all := l.edges[math.Inf(1)]
	if l.broken || all == nil {
		return judgemonitors.Histogram{}, false
	}
	var h judgemonitors.Histogram
	for le, e := range l.edges {
		if e.series > all.series {
			return judgemonitors.Histogram{}, false // a series without its last edge
		}
		if e.series == all.series {
			h.LE = append(h.LE, le)
		}
	}
	slices.Sort(h.LE)
	for _, le := range h.LE {
		h.Count = append(h.Count, l.edges[le].count)
	}
	if len(h.LE) < 2 || !slices.IsSorted(h.Count) {
		return judgemonitors.Histogram{}, false
	}
	scale := l.scale(h.LE[len(h.LE)-2])
	for i := range h.LE {
		h.LE[i] *= scale
	}
	return h, true
}

// scale makes seconds of the edges.
func (l *latency) scale(largest float64) float64 {
	for _, u := range units {
		if u.ending.MatchString(l.family) {
			return u.scale
		}
	}
	if largest >= millisecondsFrom {
		return 1e-3
	}
	return 1
}

// better tells which of two histograms is rather that of the requests.
func (l *latency) better(than *latency, requests string) bool {
	switch {
	case than == nil:
		return true
	case (l.family == requests) != (than.family == requests):
		return l.family == requests
	case l.rank != than.rank:
		return l.rank < than.rank
	}
	return l.family < than.family
}
