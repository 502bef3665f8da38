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
	// servers that have a history.
	servers int
	// x0 is the floor that was used last, leaked the most evidence of a look.
	x0, leaked float64
	// looked is how many minutes there were at the last look for a leak, looks how
	// many there were.
	looked, looks int

	n float64 // of zs, also of those that are kept no more
	// weight of each server in the zs, by column.
	weight []float64
	// ages and zs are for the slope: minutes since the start.
	ages, zs []float64
	// levels in the unit of the gauge, for people.
	mine, theirs, samples float64
	// now and nowExpected are those of the last minute, slope the growth that was
	// found a minute.
	now, nowExpected, slope float64
	// against is how often each live server was compared with, by column.
	against []float64
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
		mean += g.log(l)
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

// log of a level that is not frightened of almost nothing.
func (g *gauge) log(l level) float64 { return math.Log(l.mean() + g.small) }

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
	return g.log(l) - mean, load, true
}

// tryGauge learns from before the upgrade what the servers' levels do.
func (j *Judge) tryGauge(g *gauge, k *contender) *gaugeTrial {
	before := j.minuteOf(k.since)
	g.learnSmall(before)
	t := &gaugeTrial{g: g, weight: make([]float64, columnsMost), against: make([]float64, columnsMost), k: k, next: before + 1, base: make([]float64, len(j.columns)), load: make([]float64, len(j.columns))}
	var fives, halves variance
	for at := range j.columns {
		t.base[at], t.load[at] = math.NaN(), math.NaN()
		zs, loads := g.history(at, before)
		if len(zs) == 0 {
			continue
		}
		t.base[at], t.load[at] = mean(zs), mean(loads)
		t.minutes = max(t.minutes, int64(len(zs)))
		t.servers++
		fives.within(zs, 5)
		halves.halves(zs)
	}
	// Beforehand as if ten blocks had been seen with the least noise.
	t.variance = max(5*(fives.sum+10*gaugeNoise*gaugeNoise)/(fives.n+10), gaugeNoise*gaugeNoise)
	t.drift = max(0, (halves.sum+3*gaugeNoise*gaugeNoise)/(halves.n+3))
	return t
}

// learnSmall takes a twentieth of what is usual for small, where the name of a
// gauge does not tell; 1 of what is always 0.
func (g *gauge) learnSmall(before int64) {
	if g.small > 0 {
		return
	}
	sum, n := 0.0, 0.0
	for _, all := range g.levels {
		for _, l := range all {
			if l.at < before && l.role == live {
				sum, n = sum+l.mean(), n+1
			}
		}
	}
	if g.small = 1; sum > 0 {
		g.small = sum / n / 20
	}
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
	sum, age := 0.0, 0.0
	var those []int
	for _, column := range t.k.columns {
		l, since, ok := t.settled(j, column, at)
		if !ok {
			continue
		}
		if z, ok := t.z(column, l); ok {
			sum, age, those = sum+z, age+since.Minutes(), append(those, column)
			t.tell(column, l)
		}
	}
	n := float64(len(those))
	if n == 0 {
		return
	}
	for _, column := range those {
		t.weight[column] += 1 / n
	}
	t.n++
	t.ages, t.zs = append(t.ages, age/n), append(t.zs, sum/n)
	if len(t.ages) > pastMost {
		t.ages, t.zs = t.ages[1:], t.zs[1:]
	}
}

// settled returns the level of a server with the new version in a minute, and
// its age, if it is as it will be, and was measured before the upgrade, too.
func (t *gaugeTrial) settled(j *Judge, column int, at int64) (level, time.Duration, bool) {
	l, ok := t.g.at(column, at)
	if !ok || l.role != canary || l.of != t.k || column >= len(t.base) || math.IsNaN(t.base[column]) {
		return level{}, 0, false
	}
	since := j.columns[column].age(j.began.Add(time.Duration(at) * time.Minute))
	return l, since, since >= t.g.settles && !l.young
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
	if !t.g.keeps && !math.IsNaN(load) && !math.IsNaN(t.load[column]) {
		z = min(z, z-(load-t.load[column]))
	}
	return z, true
}

// tell keeps what people are told: what it is, and what it would be without the
// difference.
func (t *gaugeTrial) tell(column int, l level) {
	z, _ := t.z(column, l)
	t.now, t.nowExpected = l.mean(), max((l.mean()+t.g.small)/math.Exp(z)-t.g.small, 0)
	t.samples++
	t.mine += t.now
	t.theirs += t.nowExpected
	for at := range t.g.levels {
		if other, ok := t.g.at(at, l.at); ok && other.role == live && !other.young {
			t.against[at]++
		}
	}
}

// floor is the rise of the level below which nothing counts.
func (t *gaugeTrial) floor(alpha float64) float64 {
	own := (t.drift + t.variance/float64(max(t.minutes, 1))) * t.varied()
	restart := student(restartsBefore, alpha) * gaugeRestart / 2 * math.Sqrt(squares(t.weight))
	return math.Hypot(restart, normal(alpha)*math.Sqrt(own))
}

// varied is the variance of what is compared now to that of the past: there one
// server was compared with all others, which vary, too.
func (t *gaugeTrial) varied() float64 {
	return (squares(t.weight) + squares(t.against)) / (1 + 1/float64(max(t.servers-1, 1)))
}

// squares is the sum of the squares of the parts: 1/n of n equal ones.
func squares(all []float64) float64 {
	sum := 0.0
	for _, part := range parts(all) {
		sum += part * part
	}
	return sum
}

// gaugeRises above the floor that are weighed.
var gaugeRises = [...]float64{.05, .1, .2, .35, .5, .75, 1, 1.5, 2}

// spikeMost is by how many standard deviations of a minute one minute speaks at
// the most: a job that runs once a day is no new level.
const spikeMost = 3

// above is the evidence that the level rose by more than floor: a likelihood
// ratio of normal means.
func (t *gaugeTrial) above(floor float64) float64 { return t.ratio(1, floor) }

// below is the evidence that it rose by less than ceiling.
func (t *gaugeTrial) below(ceiling float64) float64 { return t.ratio(-1, ceiling) }

// ratio of the likelihood of being beyond from, in the direction of sign, to that
// of being there.
func (t *gaugeTrial) ratio(sign, from float64) float64 {
	v := t.variance * max(t.varied(), 1)
	beyond, most := 0.0, spikeMost*math.Sqrt(v)
	for _, z := range t.zs {
		beyond += min(sign*(z-from), most)
	}
	var each [len(gaugeRises)]float64
	for i, d := range gaugeRises {
		each[i] = (d*beyond - float64(len(t.zs))*d*d/2) / v
	}
	return logMean(each[:])
}
