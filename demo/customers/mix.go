package customers

import (
	"maps"
	"slices"
)

// mix is which pages are loaded how often.
type mix struct {
	pages []string
	// upTo are the pages' shares of 1, added up.
	upTo []float64
}

func newMix(weights map[string]float64) mix {
	if len(weights) == 0 {
		weights = map[string]float64{"/": 1, "/cart": 1}
	}
	var m mix
	var all, sum float64
	for _, weight := range weights {
		all += weight
	}
	for _, page := range slices.Sorted(maps.Keys(weights)) {
		sum += weights[page] / all
		m.pages, m.upTo = append(m.pages, page), append(m.upTo, sum)
	}
	return m
}

// page is the one at that place between 0 and 1.
func (m mix) page(place float64) string {
	at, _ := slices.BinarySearch(m.upTo, place)
	return m.pages[min(at, len(m.pages)-1)]
}
