package monitors

import (
	"maps"
	"math"
	"slices"
	"strings"
)

// edgesMost bounds the buckets of a histogram.
const edgesMost = 512

// enoughForEdges is how many observations tell where the quantiles are.
const enoughForEdges = 300

// A histogram is judged by the share of its observations above fixed edges, which
// are those nearest to the live version's median, p90, p99 and p99.9. Every edge
// keeps its past until they are chosen.

// lifetime notes what a histogram counted before it was watched: it tells where
// the quantiles are, if nothing else does.
func (t *taken) lifetime(name string, h Histogram) {
	if t.c.role != live {
		return
	}
	for _, f := range t.j.edgesOf(name, h.LE) {
		if under, ok := h.under(f.edge); ok {
			f.life.add(h.total()-under, h.total())
		}
	}
}

// takes tells whether a histogram is judged: those of the whole server are.
func (j *Judge) takes(name string) bool {
	return !strings.Contains(name, "{") && !j.ignores(name)
}

func (h Histogram) under(edge float64) (float64, bool) { return spread{h.LE, h.Count}.under(edge) }

// under returns how many were at most edge, if there is such an edge.
func (s spread) under(edge float64) (float64, bool) {
	i, ok := slices.BinarySearch(s.le, edge)
	if !ok {
		return 0, false
	}
	return s.count[i], true
}

// edgesOf returns a family for each edge of a histogram. The edges are those of
// the first one of a live server: another version may count in other buckets.
func (j *Judge) edgesOf(name string, le []float64) []*family {
	if all, ok := j.edges[name]; ok {
		return all
	}
	name = strings.Clone(name)
	var all []*family
	for _, edge := range le[:len(le)-1] {
		all = append(all, &family{series: name, edge: edge, trials: map[*contender]*trial{}})
	}
	j.edges[name] = all
	return all
}

// histogram brings what it counted to its edges.
func (t *taken) histogram(name string, s spread) {
	if t.j.edges[name] == nil && t.c.role != live {
		return // nobody knows yet what the live version counts
	}
	for _, f := range t.j.edgesOf(name, s.le) {
		if under, ok := s.under(f.edge); ok && !f.ignored {
			t.said(f)
			t.count(f, s.total()-under, s.total())
		}
	}
}

// choose makes the edges nearest to the live version's quantiles families that
// are judged, once it is known where these are. The others are forgotten.
func (j *Judge) choose() {
	for _, name := range slices.Sorted(maps.Keys(j.edges)) {
		all := j.edges[name]
		if len(all) == 0 || !known(all) {
			continue
		}
		var kept []*family
		left := all // each quantile has an edge of its own, above that of the one before
		for _, q := range quantiles {
			f := nearest(left, 1-q.of)
			if f == nil && q.of == rarest {
				f = tail(left, 1-q.of)
			}
			if f == nil {
				continue
			}
			left = left[slices.Index(left, f)+1:]
			f.quantile, f.traits, f.series = q.of, q.traits, name+" "+q.name
			f.ignored, f.steep = j.ignores(f.series), steepness(all, f)
			j.families, kept = append(j.families, f), append(kept, f)
		}
		if kept != nil {
			j.edges[name] = kept
		}
	}
}

// known tells whether enough was counted, and not chosen yet.
func known(all []*family) bool {
	_, total := all[0].share()
	return total >= enoughForEdges && !slices.ContainsFunc(all, func(f *family) bool { return f.quantile > 0 })
}

// share of the live version's observations that is above the edge.
func (f *family) share() (above, total float64) {
	for _, p := range f.past {
		events, occasions := p.sum(math.MinInt64, math.MaxInt64)
		above, total = above+events, total+occasions
	}
	if total < enoughForEdges {
		return above + f.life.events, total + f.life.occasions
	}
	return above, total
}

// tail returns the lowest edge above which there is less than a share, nil if
// there is none: where the live version never gets, the new one may.
func tail(all []*family, share float64) *family {
	for _, f := range all {
		if above, total := f.share(); above <= share*total {
			return f
		}
	}
	return nil
}

// factorMost is how far from a quantile an edge may be to stand for it, as a
// factor of the share above it.
const factorMost = 6

// nearest returns the edge above which there is about that share, nil if none
// comes near.
func nearest(all []*family, share float64) *family {
	var best *family
	least := math.Log(factorMost)
	for _, f := range all {
		above, total := f.share()
		if above <= 0 || above >= total {
			continue
		}
		if far := math.Abs(logOdds(above/total) - logOdds(share)); far < least {
			best, least = f, far
		}
	}
	return best
}

// steepness of the share above an edge, as the slope between its neighbours on
// logarithmic scales.
func steepness(all []*family, f *family) float64 {
	at := slices.Index(all, f)
	low, high := max(at-1, 0), min(at+1, len(all)-1)
	above, total := all[low].share()
	least, _ := all[high].share()
	if least < 5 { // too few to tell: the edge itself and what is below
		high = at
		least, _ = f.share()
	}
	if low == high || above <= 0 || least <= 0 || total <= 0 || all[low].edge <= 0 {
		return steepMost
	}
	return min(math.Log(above/least)/math.Log(all[high].edge/all[low].edge), steepMost)
}

// steepMost bounds the steepness: a normal logarithm with a deviation of .5 has it
// at p99.9.
const steepMost = 7

func logOdds(p float64) float64 { return math.Log(p / (1 - p)) }
