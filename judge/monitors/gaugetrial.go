package monitors

import (
	"math"
	"time"
)

// gaugeTrial is one gauge of one new version. z is the logarithm of a server's
// level minus the mean of the live servers', minus the same before the upgrade.
type gaugeTrial struct {
	g *gauge
	k *contender
	// base is each server's z before the upgrade, load that of its requests;
	// NaN where there is none.
	base, load []float64
	// variance of one minute's z, so that five minutes' mean has a fifth of it,
	// and of a server's drift.
	variance, drift float64
	// minutes of history, next the one that is weighed next.
	minutes, next int64
	tails         tails
	// x0 is the floor that was used last, leaked the most evidence of a look.
	x0, leaked float64
	looked     int

	sum, n float64 // of z
	// ages and zs are for the slope: minutes since the start.
	ages, zs []float64
	// levels in the unit of the gauge, for people.
	mine, theirs, samples float64
}

// at returns the level of a minute.
func (g *gauge) at(column int, minute int64) (level, bool) {
	if column >= len(g.levels) {
		return level{}, false
	}
	all := g.levels[column]
	for i := len(all) - 1; i >= 0 && all[i].at >= minute; i-- {
		if all[i].at == minute {
			return all[i], true
		}
	}
	return level{}, false
}

// peers is the mean logarithm of the live servers in a minute, but for one, and
// of their requests; false where fewer than one was measured.
func (g *gauge) peers(minute int64, but int) (mean, load float64, ok bool) {
	n, loads := 0.0, 0.0
	for at := range g.levels {
		l, there := g.at(at, minute)
		if !there || at == but || l.role != live || l.young {
			continue
		}
		mean += logLevel(l.mean())
		n++
		if l.requests > 0 {
			load += math.Log(l.requests / l.n)
			loads++
		}
	}
	if loads > 0 {
		load /= loads
	} else {
		load = math.NaN()
	}
	return mean / n, load, n > 0
}

// logLevel is a logarithm that is not frightened of almost nothing.
func logLevel(x float64) float64 { return math.Log(x + 1e-3) }

// difference is a server's z, without its base, and that of its load.
func (g *gauge) difference(column int, l level) (z, load float64, ok bool) {
	mean, peersLoad, ok := g.peers(l.at, column)
	if !ok {
		return 0, 0, false
	}
	load = math.NaN()
	if l.requests > 0 {
		load = math.Log(l.requests/l.n) - peersLoad
	}
	return logLevel(l.mean()) - mean, load, true
}

// tryGauge learns from before the upgrade what the servers' levels do.
func (j *Judge) tryGauge(g *gauge, k *contender) *gaugeTrial {
	before := j.minuteOf(k.since)
	t := &gaugeTrial{g: g, k: k, next: before + 1, base: make([]float64, len(j.columns)), load: make([]float64, len(j.columns))}
	var fives, halves variance
	for at := range j.columns {
		t.base[at], t.load[at] = math.NaN(), math.NaN()
		zs, loads := g.history(at, before)
		if len(zs) == 0 {
			continue
		}
		t.base[at], t.load[at] = mean(zs), mean(loads)
		t.minutes = max(t.minutes, int64(len(zs)))
		fives.within(zs, 5)
		halves.halves(zs)
	}
	// Beforehand as if ten blocks had been seen with the least noise.
	t.variance = max(5*(fives.sum+10*gaugeNoise*gaugeNoise)/(fives.n+10), gaugeNoise*gaugeNoise)
	t.drift = max(0, (halves.sum+3*gaugeNoise*gaugeNoise)/(halves.n+3))
	return t
}

// history is a live server's differences before a minute.
func (g *gauge) history(column int, before int64) (zs, loads []float64) {
	if column >= len(g.levels) {
		return nil, nil
	}
	for _, l := range g.levels[column] {
		if l.at >= before || l.role != live || l.young {
			continue
		}
		if z, load, ok := g.difference(column, l); ok {
			zs = append(zs, z)
			if !math.IsNaN(load) {
				loads = append(loads, load)
			}
		}
	}
	return zs, loads
}

// variance is a sum of squares and its degrees of freedom.
type variance struct{ sum, n float64 }

// within adds the variance of the means of so many around their mean.
func (v *variance) within(zs []float64, many int) {
	var means []float64
	for len(zs) >= many {
		means = append(means, mean(zs[:many]))
		zs = zs[many:]
	}
	if len(means) < 2 {
		return
	}
	m := mean(means)
	for _, x := range means {
		v.sum += (x - m) * (x - m)
	}
	v.n += float64(len(means) - 1)
}

// halves adds the square of the difference of both halves.
func (v *variance) halves(zs []float64) {
	if half := len(zs) / 2; half >= 3 {
		d := mean(zs[:half]) - mean(zs[half:])
		v.sum += d * d
		v.n++
	}
}

func mean(all []float64) float64 {
	if len(all) == 0 {
		return math.NaN()
	}
	return total(all) / float64(len(all))
}

// judged tells whether there is enough of a past.
func (t *gaugeTrial) judged() bool { return t.minutes >= gaugePast }

// weigh adds one minute.
func (t *gaugeTrial) weigh(j *Judge, at int64) {
	if !t.judged() {
		return
	}
	sum, n, age := 0.0, 0.0, 0.0
	for _, column := range t.k.columns {
		l, ok := t.g.at(column, at)
		if !ok || l.role != canary || l.of != t.k || column >= len(t.base) || math.IsNaN(t.base[column]) {
			continue
		}
		since := j.columns[column].age(j.began.Add(time.Duration(at) * time.Minute))
		if since < t.g.settles || l.young {
			continue
		}
		if z, ok := t.z(column, l); ok {
			sum, n, age = sum+z, n+1, age+since.Minutes()
			t.tell(column, l)
		}
	}
	if n == 0 {
		return
	}
	t.sum += sum / n
	t.n++
	t.ages, t.zs = append(t.ages, age/n), append(t.zs, sum/n)
	if len(t.ages) > pastMost {
		t.ages, t.zs = t.ages[1:], t.zs[1:]
	}
}

// z is by how much a server's level rose against the live ones' since before.
// Where its load rose, too, it must have risen beyond that; but memory, which is
// not given back.
func (t *gaugeTrial) z(column int, l level) (float64, bool) {
	raw, load, ok := t.g.difference(column, l)
	if !ok {
		return 0, false
	}
	z := raw - t.base[column]
	if g := t.g; !g.keeps && !math.IsNaN(load) && !math.IsNaN(t.load[column]) {
		z = min(z, z-(load-t.load[column]))
	}
	return z, true
}

// tell keeps the means that people are told: what it is, and what it would be
// without the difference.
func (t *gaugeTrial) tell(column int, l level) {
	z, _ := t.z(column, l)
	t.samples++
	t.mine += l.mean()
	t.theirs += l.mean() / math.Exp(z)
}

// floor is the rise of the level below which nothing counts.
func (t *gaugeTrial) floor(servers int, alpha float64) float64 {
	many := float64(max(servers, 1))
	own := (t.drift + t.variance/float64(max(t.minutes, 1))) / many
	far := t.tails.at(alpha, restartsBefore)
	return math.Hypot(far.student*gaugeRestart/2/math.Sqrt(many), far.normal*math.Sqrt(own))
}

// steps are the rises above the floor that are weighed.
var steps = [...]float64{.05, .1, .2, .35, .5, .75, 1, 1.5, 2}

// above is the evidence that the level rose by more than floor: a likelihood
// ratio of normal means.
func (t *gaugeTrial) above(floor float64) float64 {
	var each [len(steps)]float64
	for i, d := range steps {
		each[i] = (d*(t.sum-t.n*floor) - t.n*d*d/2) / t.noise()
	}
	return logMean(each[:])
}

// below is the evidence that it rose by less than ceiling.
func (t *gaugeTrial) below(ceiling float64) float64 {
	var each [len(steps)]float64
	for i, d := range steps {
		each[i] = (-d*(t.sum-t.n*ceiling) - t.n*d*d/2) / t.noise()
	}
	return logMean(each[:])
}

func (t *gaugeTrial) noise() float64 { return t.variance }

const (
	// leakFirst is the number of minutes after which a slope is looked at first;
	// then when half as many again have passed. Each look is one of few: a slope
	// that is looked at all the time is found in noise.
	leakFirst = 10
	// leakFloor is a growth a minute that nobody calls a leak.
	leakFloor = .002
	// leakRise is what must have come of it, as a logarithm.
	leakRise = .05
)

// leaks is the evidence that the level grows faster than the live servers'.
func (t *gaugeTrial) leaks(alpha float64) float64 {
	next := max(leakFirst, t.looked+t.looked/2)
	if t.g.grows && len(t.zs) >= next {
		t.looked = len(t.zs)
		t.leaked = max(t.leaked, t.leak(alpha))
	}
	return t.leaked
}

// leak looks once.
func (t *gaugeTrial) leak(alpha float64) float64 {
	slope, spread := trend(t.ages, t.zs)
	if mean(t.zs[len(t.zs)-3:]) < leakRise {
		return 0 // it only grows back to where it was
	}
	// What a server drifts in the length of its history is noise of a slope, too.
	minutes := float64(len(t.zs))
	v := t.variance/spread + t.drift/(minutes*minutes)
	floor := leakFloor + t.tails.at(alpha, restartsBefore).normal*math.Sqrt(v)
	var each [len(slopes)]float64
	for i, d := range slopes {
		each[i] = (d*(slope-floor) - d*d/2) / v
	}
	return logMean(each[:])
}

// slopes are the growths a minute above the floor that are weighed.
var slopes = [...]float64{.001, .002, .004, .008, .015, .03, .06}

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
