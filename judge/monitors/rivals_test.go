package monitors_test

import (
	"math"
	"slices"
)

// Other methods, on the same data: what the tables of figures show beside the
// judge. They look once a minute, at metrics of whole servers.

// rival decides after so many minutes of the watch whether the canary is worse.
type rival interface {
	worse(m *minutes, passed, all int) bool
}

// level at which a rank test or a t-test says "worse", shared by the metrics:
// without sharing it, the homogeneous world alone has a third of false alarms.
const level = 0.05 / float64(metricCount)

// ranks is the test of Mann and Whitney for each metric, the canary's minutes
// against all of the live servers, as Kayenta has it.
type ranks struct{ peeking bool }

func (r ranks) worse(m *minutes, passed, all int) bool {
	if passed < all && (!r.peeking || passed < skipped+4) {
		return false
	}
	for k := range metricCount {
		canary, live := m.values(k, true, skipped, passed), m.values(k, false, skipped, passed)
		if k.down() {
			canary, live = live, canary
		}
		if rankSum(canary, live) < level {
			return true
		}
	}
	return false
}

// rankSum is the chance that a is so much more than b: Mann-Whitney with the
// normal distribution, corrected for ties.
func rankSum(a, b []float64) float64 {
	na, nb := float64(len(a)), float64(len(b))
	if na == 0 || nb == 0 {
		return 1
	}
	slices.Sort(a)
	all := slices.Concat(a, b)
	slices.Sort(all)
	n, sum, ties := na+nb, 0.0, 0.0
	for i, j := 0, 0; i < len(all); i = j {
		for j = i; j < len(all) && all[j] == all[i]; j++ {
		}
		t := float64(j - i)
		ties += t*t*t - t
		from, _ := slices.BinarySearch(a, all[i])
		until := from
		for ; until < len(a) && a[until] == all[i]; until++ {
		}
		sum += float64(until-from) * (float64(i+j+1) / 2)
	}
	u := sum - na*(na+1)/2
	variance := na * nb / 12 * (n + 1 - ties/(n*(n-1)))
	if variance <= 0 {
		return 1
	}
	return above((u - na*nb/2 - 0.5) / math.Sqrt(variance))
}

// above is the chance of more than z.
func above(z float64) float64 { return math.Erfc(z/math.Sqrt2) / 2 }

// thresholds are limits that somebody wrote down who knows the fleet, as Flagger
// and Argo Rollouts want it: five checks in a row that fail.
type thresholds struct {
	errors, p99 float64
	failed      int
}

// newThresholds of a fleet with this share of errors: twice as many and 1 % at
// least are too many, and half as much again as the usual 99th percentile.
func newThresholds(errors float64) *thresholds {
	return &thresholds{errors: max(0.01, 2*errors), p99: 0.7}
}

func (t *thresholds) worse(m *minutes, passed, _ int) bool {
	if passed <= skipped {
		return false
	}
	bad := false
	for _, v := range m.values(errorRate, true, passed-1, passed) {
		bad = bad || v > t.errors
	}
	for _, v := range m.values(p99, true, passed-1, passed) {
		bad = bad || v > t.p99
	}
	t.failed++
	if !bad {
		t.failed = 0
	}
	return t.failed >= 5
}

// mostHistory that the t-test looks at, in minutes.
const mostHistory = 60

// changes is Welch's t-test of the canary's difference to the live servers after
// the upgrade against that before, at the end.
type changes struct{}

func (changes) worse(m *minutes, passed, all int) bool {
	if passed < all {
		return false
	}
	for k := range metricCount {
		before, after := m.differences(k, -mostHistory, 0), m.differences(k, skipped, passed)
		if k.down() {
			before, after = after, before
		}
		if welch(after, before) < level {
			return true
		}
	}
	return false
}

// welch is the chance that the mean of a is so much above that of b.
func welch(a, b []float64) float64 {
	if len(a) < 3 || len(b) < 3 {
		return 1
	}
	na, nb := float64(len(a)), float64(len(b))
	va, vb := variance(a)/na, variance(b)/nb
	if va+vb == 0 {
		return 1
	}
	t := (mean(a) - mean(b)) / math.Sqrt(va+vb)
	df := (va + vb) * (va + vb) / (va*va/(na-1) + vb*vb/(nb-1))
	// Wallace, 1959: Student's t as a normal deviate.
	z := (8*df + 1) / (8*df + 3) * math.Sqrt(df*math.Log1p(t*t/df))
	return above(math.Copysign(z, t))
}

func variance(values []float64) float64 {
	m, sum := mean(values), 0.0
	for _, v := range values {
		sum += (v - m) * (v - m)
	}
	return sum / float64(len(values)-1)
}
