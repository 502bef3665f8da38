package monitors

import (
	"math"
)

const (
	// leakDoubtFirst is the number of minutes from which on growth makes doubts.
	leakDoubtFirst = 5
	// leakFloor is a growth a minute that nobody calls a leak.
	leakFloor = .002
	// leakRise is what must have come of it, as a logarithm.
	leakRise = .12
)

// leaks is the evidence that the level grows faster than the live servers'.
func (t *gaugeTrial) leaks(alpha float64) float64 {
	if t.g.grows && len(t.zs) >= t.nextLook() {
		t.looked, t.looks = len(t.zs), t.looks+1
		for t.nextLook() <= t.looked { // nobody looked for a while
			t.looks++
		}
		t.leaked = max(t.leaked, t.leak(alpha)-math.Log(lookShare(t.looks)))
	}
	return t.leaked
}

// leakLooks are the numbers of minutes after which a slope is looked at, those of
// the first half hour; later whenever half as many again have passed.
var leakLooks = [...]int{10, 15, 20, 24}

// nextLook is after how many minutes the next look is.
func (t *gaugeTrial) nextLook() int {
	if t.looks < len(leakLooks) {
		return leakLooks[t.looks]
	}
	return t.looked + t.looked/2
}

// lookShare: all looks share one budget, the first four, which come within half
// an hour, a fifth each. The n-th has 1/lookShare.
func lookShare(n int) float64 {
	if n <= len(leakLooks) {
		return 5
	}
	return math.Exp2(float64(n))
}

// growth is the slope of the level, and its variance; false while it only grows
// back to where it was.
func (t *gaugeTrial) growth() (slope, v float64, ok bool) {
	slope, spread := trend(t.ages, t.zs)
	// What a server drifts in the length of its history is noise of a slope, too.
	minutes := float64(len(t.zs))
	return slope, t.variance/spread + t.drift/(minutes*minutes), mean(t.zs[max(len(t.zs)-3, 0):]) >= leakRise
}

// growing tells whether it may leak, though that is not certain yet.
func (t *gaugeTrial) growing() bool {
	if !t.g.grows || len(t.zs) < leakDoubtFirst {
		return false
	}
	slope, v, ok := t.growth()
	return ok && slope > leakFloor+leakDoubted*math.Sqrt(v)
}

// leak looks once.
func (t *gaugeTrial) leak(alpha float64) float64 {
	slope, v, ok := t.growth()
	if t.slope = slope; !ok {
		return 0
	}
	floor := leakFloor + normal(alpha)*math.Sqrt(v)
	var each [len(slopes)]float64
	for i, d := range slopes {
		each[i] = (d*(slope-floor) - d*d/2) / v
	}
	return logMean(each[:])
}

// trend is the slope of a line, and the sum of squares of x around its mean.
func trend(xs, ys []float64) (slope, spread float64) {
	mx, my := mean(xs), mean(ys)
	sum := 0.0
	for i := range xs {
		spread += (xs[i] - mx) * (xs[i] - mx)
		sum += (xs[i] - mx) * (ys[i] - my)
	}
	if spread <= 0 {
		return 0, 1
	}
	return sum / spread, spread
}

// leakDoubted is by how many standard deviations it must seem to grow for it to
// be doubted that it is well.
const leakDoubted = 2

// slopes are the growths a minute above the floor that are weighed.
var slopes = [...]float64{.001, .002, .004, .008, .015, .03, .06}
