package monitors

import (
	"math"
	"slices"
	"strings"
)

// histogramsMost bounds the histograms of a server.
const histogramsMost = 50

// spread is what a histogram did between two observations.
type spread struct {
	le    []float64
	count []float64 // cumulative over le
}

func (s spread) total() float64 { return s.count[len(s.count)-1] }

func (h Histogram) total() float64 { return h.Count[len(h.Count)-1] }

// stepHistograms takes what the histograms say. One that cannot be understood is
// as good as absent.
func (t *taken) stepHistograms() {
	t.histograms = map[string]spread{}
	for name, h := range t.o.Histograms {
		if !h.sound() || !t.j.takes(name) {
			continue
		}
		before, known := t.c.histograms[name]
		if !known && len(t.c.histograms) >= histogramsMost {
			t.j.tooMany = true
			continue
		}
		t.c.remember(name, h)
		if !known {
			t.lifetime(name, h)
		} else if s, ok := h.since(before, t.changed, t.restarted); ok && !t.lost {
			t.histograms[name] = s
		}
	}
}

// remember keeps a histogram's counts, and its bounds while they are the same.
func (c *column) remember(name string, h Histogram) {
	before, known := c.histograms[name]
	if !known || !slices.Equal(before.LE, h.LE) {
		c.histograms[strings.Clone(name)] = Histogram{slices.Clone(h.LE), slices.Clone(h.Count)}
		return
	}
	c.histograms[name] = Histogram{before.LE, slices.Clone(h.Count)}
}

// sound tells whether it is a cumulative histogram up to infinity.
func (h Histogram) sound() bool {
	n := len(h.LE)
	if n == 0 || n != len(h.Count) || n > edgesMost || !math.IsInf(h.LE[n-1], 1) {
		return false
	}
	for i := range h.LE {
		if math.IsNaN(h.LE[i]) || !counts(h.Count[i]) || i > 0 && (h.LE[i] <= h.LE[i-1] || h.Count[i] < h.Count[i-1]) {
			return false
		}
	}
	return true
}

// since is what was counted since before, if that can be known.
func (h Histogram) since(before Histogram, changed, restarted bool) (spread, bool) {
	same := slices.Equal(h.LE, before.LE)
	switch {
	case restarted && (!same || h.total() < before.total()):
		return spread{h.LE, slices.Clone(h.Count)}, true
	case changed || !same || h.total() < before.total():
		return spread{}, false
	}
	s := spread{before.LE, make([]float64, len(h.Count))}
	for i := range h.Count {
		// Buckets are read one after the other: a little less is a race, not a reset.
		s.count[i] = max(h.Count[i]-before.Count[i], 0)
		if i > 0 {
			s.count[i] = max(s.count[i], s.count[i-1])
		}
	}
	return s, true
}
