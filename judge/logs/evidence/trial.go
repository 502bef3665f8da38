package evidence

import (
	"math"
	"slices"
)

// Lasting differences w are looked for between -3 and +3, one server writing
// twenty times as much as another.
const (
	lastingLow  = zero - 12
	lastingHigh = zero + 12
	lasting     = lastingHigh - lastingLow + 1
)

// past is what is held to be likely of one family on one canary before the
// watching: P(w, k | history). It sums to 1.
type past [shapeCount][lasting]float64

const (
	// quietFloor is a ratio of 2.1: a line that says of itself that nothing is
	// wrong may be written twice now, and nobody is at fault.
	quietFloor = 3
	// highest and lowest change that is looked for: 245 times, and a 20th.
	highest, lowest = 22, -12
)

// Evidence are e-values: of the family being written more often on the
// canaries, more than twice as often, and less often. Needed is how large they
// must be so that luck reaches it in no more than alpha of all watches.
type Evidence struct {
	More, Twice, Less float64
	Needed            float64
	// Written is how often the canaries wrote the family while they were
	// watched, Predicted how often they would have at the live servers' rate.
	Written, Predicted float64
}

// trial follows one family on one canary.
type trial struct {
	past  *past
	watch *filter
	// waiting are blocks in which only others wrote the family: most families
	// that live servers write rarely are never worth a filter.
	waiting []waiting
	// capital is what was won before the watch was begun anew, as logarithms.
	capital, now won
	stale        bool
}

type waiting struct {
	block int
	share share
}

// waitingMost is how many blocks wait before they get a filter all the same.
const waitingMost = 64

// won are logarithms of e-values.
type won struct{ more, twice, less float64 }

// mostEvidence keeps e-values numbers that can be written down.
const mostEvidence = 300 * math.Ln10

func (w won) values() (more, twice, less float64) {
	return math.Exp(min(w.more, mostEvidence)), math.Exp(min(w.twice, mostEvidence)), math.Exp(min(w.less, mostEvidence))
}

func (t *trial) add(block int, sh share, s *surfaces) {
	t.stale = true
	if t.watch == nil {
		t.waiting = append(t.waiting, waiting{block, sh})
		if sh.canary == 0 && len(t.waiting) < waitingMost {
			return
		}
		t.stopWaiting(s)
		return
	}
	t.watch.add(block, s.of(sh))
}

func (t *trial) stopWaiting(s *surfaces) {
	if t.watch == nil && len(t.waiting) > 0 {
		t.watch = newFilter(t.waiting[0].block)
		for _, w := range t.waiting {
			t.watch.add(w.block, s.of(w.share))
		}
		t.waiting = nil
	}
}

// value returns the e-values so far, as logarithms.
func (t *trial) value(s *surfaces) won {
	if !t.stale {
		return t.now
	}
	t.stale = false
	t.stopWaiting(s)
	changes := t.changes()
	t.now = won{
		more:  t.capital.more + risen(&changes),
		twice: t.capital.twice + risenAbove(&changes, quietFloor),
		less:  t.capital.less + fallen(&changes),
	}
	return t.now
}

// changes is M(d) of the package's comment for d from lowest to highest, up to
// a common factor. It is never 0, so that ratios stay numbers.
func (t *trial) changes() (m [highest - lowest + 1]float64) {
	for d := range m {
		m[d] = 1e-250
	}
	for k := range t.past {
		var likelihood [points]float64
		for p := range likelihood {
			likelihood[p] = t.watch.at(k, p)
		}
		for w, weight := range t.past[k] {
			if weight < 1e-12 {
				continue
			}
			for d := range m {
				p := min(max(lastingLow+w+lowest+d, 0), points-1)
				m[d] += weight * likelihood[p]
			}
		}
	}
	return m
}

// restart is how much a restart changes a family's rate without anybody being
// at fault: the standard deviation of the log ratio.
const restart = 0.1

// restarts are the chances of a change d by the restart alone, relative to
// that of none; falls count as none.
var restarts = func() (r [highest - lowest + 1]float64) {
	for i := range r {
		z := float64(max(i+lowest, 0)) * gridStep / restart
		r[i] = math.Exp(-z * z / 2)
	}
	return r
}()

// risen is the logarithm of the e-value of a rise against what a restart
// explains: the best explanation, each at the price of its chance.
func risen(m *[highest - lowest + 1]float64) float64 {
	null := 0.0
	for i, v := range m {
		null = max(null, restarts[i]*v)
	}
	return math.Log(rises(m, 1)) - math.Log(null)
}

// risenAbove is the same against every change up to the floor, at no price.
func risenAbove(m *[highest - lowest + 1]float64, floor int) float64 {
	return math.Log(rises(m, floor)) - math.Log(slices.Max(m[:floor-lowest+1]))
}

// rises is the mean of M over changes above the floor. Small rises get more of
// the weight: large ones need less help.
func rises(m *[highest - lowest + 1]float64, floor int) float64 {
	sum, weights := 0.0, 0.0
	for d := floor + 1; d <= highest; d++ {
		weight := 1 / float64(d+2)
		weights += weight
		sum += weight * m[d-lowest]
	}
	return sum / weights
}

// fallen is the logarithm of the e-value of a fall to a fifth or less, against
// a fall to two thirds and more.
func fallen(m *[highest - lowest + 1]float64) float64 {
	fall := 0.0
	const fifth = -6
	for d := lowest; d <= fifth; d++ {
		fall += m[d-lowest] / (fifth - lowest + 1)
	}
	return math.Log(fall) - math.Log(slices.Max(m[-2-lowest:]))
}
