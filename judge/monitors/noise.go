package monitors

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// noise is what of a difference is none of the new version's doing, learned from
// before the upgrade.
type noise struct {
	// weights are how much higher each server's rate always is, by column.
	weights []float64
	// dispersion is the variance of counts to their mean.
	dispersion float64
	// precision of the weights before anything was counted (a), and what the
	// canaries counted, by column.
	precision float64
	counted   []float64
	// drift and restart are variances of the logarithm: of a server by itself,
	// and of its restart, learned from so many restarts.
	drift, restart float64
	restarts       float64
	// minutes of history, and what was counted then.
	minutes int64
	before  count
}

// server is what was counted of a server before the upgrade, block by block, and
// what its share of the fleet's would be.
type server struct {
	at             int
	events, mean   []float64
	counted, share float64
}

// try begins the trial of a version: from the past of all servers before its
// first upgrade comes what is expected.
func (j *Judge) try(f *family, k *contender) *trial {
	f.room(len(j.columns))
	before := j.minuteOf(k.since)
	servers, minutes := f.blocks(before)
	n := noise{
		weights: make([]float64, len(j.columns)), counted: make([]float64, len(j.columns)),
		dispersion: dispersion(servers, f.traits.dispersion), minutes: minutes,
	}
	n.precision = 1 / heterogeneity(servers, n.dispersion)
	for _, s := range servers {
		// The mean of a gamma posterior: what was counted, and as much as precision
		// says of a server like the others.
		n.weights[s.at] = (s.counted/n.dispersion + n.precision) / (s.share/n.dispersion + n.precision)
		n.counted[s.at] = s.counted
	}
	for _, p := range f.past {
		n.before.add(p.sum(math.MinInt64, before))
	}
	n.drift = drift(servers, n.dispersion, f.traits.drift)
	n.restart, n.restarts = j.restartNoise(f, before, n.dispersion)
	return &trial{f: f, k: k, noise: n}
}

// weight of a server whose past is unknown is 1.
func (n *noise) weight(at int) float64 {
	if at < len(n.weights) && n.weights[at] > 0 {
		return n.weights[at]
	}
	return 1
}

// blocks cuts the past into blocks of up to 5 minutes, at least some 6 of them.
func (f *family) blocks(before int64) (servers []server, minutes int64) {
	first := before
	for _, p := range f.past {
		if len(p.minutes) > 0 {
			first = min(first, p.minutes[0].at)
		}
	}
	if minutes = before - first; minutes <= 0 {
		return nil, 0
	}
	length := min(max(minutes/6, 1), 5)
	blocks := int((minutes + length - 1) / length)
	rate := make([]count, blocks)
	occasions := make([][]float64, len(f.past))
	for at, p := range f.past {
		s := server{at: at, events: make([]float64, blocks), mean: make([]float64, blocks)}
		occasions[at] = make([]float64, blocks)
		for _, m := range p.minutes {
			if m.at >= before {
				break
			}
			b := int((m.at - first) / length)
			s.events[b] += m.events
			occasions[at][b] += m.occasions
			rate[b].add(m.events, m.occasions)
		}
		servers = append(servers, s)
	}
	return means(servers, occasions, rate), minutes
}

// means fills in what each server would have counted at the fleet's rate, and
// leaves out those that were not there.
func means(servers []server, occasions [][]float64, rate []count) []server {
	var there []server
	for i, s := range servers {
		sum := 0.0
		for b := range rate {
			sum += occasions[i][b]
			if rate[b].occasions > 0 {
				s.mean[b] = occasions[i][b] * rate[b].events / rate[b].occasions
			}
			s.counted += s.events[b]
			s.share += s.mean[b]
		}
		if sum > 0 {
			there = append(there, s)
		}
	}
	return there
}

const (
	// dispersionBefore is what is believed of the dispersion beforehand, as much
	// as if it had been seen in so many blocks.
	dispersionBefore = 1.5
	dispersionBlocks = 10
)

// dispersion is Pearson's chi square to its degrees of freedom (McCullagh and
// Nelder, Generalized Linear Models, 4.5), over blocks of each server around its
// own mean.
func dispersion(servers []server, least float64) float64 {
	chi, freedom := 0.0, 0.0
	for _, s := range servers {
		if s.share <= 0 || s.counted <= 0 {
			continue
		}
		w := s.counted / s.share
		for b, mean := range s.mean {
			if mean *= w; mean > .5 {
				chi += (s.events[b] - mean) * (s.events[b] - mean) / mean
				freedom++
			}
		}
		freedom--
	}
	freedom = max(freedom, 0)
	return max((chi+dispersionBefore*least*dispersionBlocks)/(freedom+dispersionBlocks), least)
}

// What is believed of the differences between servers beforehand: that they
// differ by some 30 %, as if that had been seen of two servers.
const (
	differenceBefore = .1
	differencesSeen  = 2
)

// heterogeneity is the variance of the servers' weights (tau squared), by the
// method of moments, as DerSimonian and Laird do for studies. A server that counted
// little says little of it.
func heterogeneity(servers []server, dispersion float64) float64 {
	over, squares, n := 0.0, 0.0, 0.0
	for _, s := range servers {
		if s.share <= 0 {
			continue
		}
		over += (s.counted-s.share)*(s.counted-s.share) - dispersion*s.share
		squares += s.share * s.share
		n += s.share / (s.share + dispersion/differenceBefore)
	}
	seen := 0.0
	if squares > 0 {
		seen = max(0, over/squares)
	}
	if len(servers) < 2 {
		n = 0 // one differs from nobody
	}
	return (differencesSeen*differenceBefore + n*seen) / (n + differencesSeen)
}

// drift is the variance by which a server's rate differs between the halves of
// its past, without what counting alone explains.
func drift(servers []server, dispersion, before float64) float64 {
	sum, n := 0.0, 0.0
	for _, s := range servers {
		half := len(s.events) / 2
		if half == 0 {
			continue
		}
		k1, k2 := total(s.events[:half])+.5, total(s.events[half:])+.5
		m1, m2 := total(s.mean[:half])+.5, total(s.mean[half:])+.5
		if k1 < 3 || k2 < 3 {
			continue
		}
		u := math.Log(k1/m1) - math.Log(k2/m2)
		sum += u*u - dispersion*(1/k1+1/k2)
		n++
	}
	seen := 0.0
	if n > 0 {
		seen = max(0, sum/n)
	}
	return (n*seen + 3*before*before) / (n + 3)
}

// restartsBefore is how much is believed of what restarts do before any was seen,
// as if there had been so many.
const restartsBefore = 4

// around is how many minutes before and after a restart are compared.
const around = 10

// restartNoise is the variance by which a restart alone changes a server (r
// squared), learned from restarts of the live version. One that was seen through
// much noise counts for little: it counts by the square of the share that the
// variance expected beforehand has of all its variance.
func (j *Judge) restartNoise(f *family, before int64, dispersion float64) (variance, restarts float64) {
	r0 := f.traits.restart * max(f.steep, 1) / 2
	sum := 0.0
	for _, r := range j.restarts {
		if r.at >= before-2 {
			continue
		}
		if u, noise, ok := f.changedAt(r, before, dispersion); ok {
			share := r0 * r0 / (r0*r0 + noise)
			sum += share * share * (u*u - noise)
			restarts += share * share
		}
	}
	return (restartsBefore*r0*r0 + max(sum, 0)) / (restartsBefore + restarts), restarts
}

// changedAt is by how much a server's rate changed at a restart, against the
// others', and the variance of that.
func (f *family) changedAt(r restart, before int64, dispersion float64) (u, noise float64, ok bool) {
	if r.column >= len(f.past) {
		return 0, 0, false
	}
	var mine, others [2]count
	for at, p := range f.past {
		side := &others
		if at == r.column {
			side = &mine
		}
		for half, from := range []int64{r.at - around, r.at + 1} {
			side[half].add(p.sum(from, min(from+around, before)))
		}
	}
	for half := range mine {
		if mine[half].events < 5 || others[half].events < 5 || mine[half].occasions <= 0 || others[half].occasions <= 0 {
			return 0, 0, false
		}
		noise += dispersion * (1/mine[half].events + 1/others[half].events)
	}
	rate := func(c count) float64 { return math.Log(c.events / c.occasions) }
	u = rate(mine[1]) - rate(others[1]) - rate(mine[0]) + rate(others[0])
	return u, noise, true
}

// floor is the excess below which nothing counts, for a chance of a false alarm
// of alpha: what restarts do, of which little is known (Student's t), and what
// is known of the servers (normal). A server counts by its part of what was
// weighed: one that was upgraded just now takes away no doubt about the others.
//
// A restart makes all answers slower by one factor: that it is beyond the floor is
// one event for all edges of a histogram, and they need not share alpha for it.
func (t *trial) floor(alpha float64) float64 {
	if t.alpha != alpha {
		atRestart := alpha
		if t.f.class == ofLatency {
			atRestart *= float64(len(quantiles))
		}
		t.alpha, t.student, t.normal = alpha, student(t.restarts+restartsBefore, atRestart), normal(alpha)
		t.wide = student(t.restarts+restartsBefore, alpha)
	}
	if t.minutes == 0 {
		t.precision = 1 / heterogeneity(t.meanwhile(), t.dispersion)
	}
	restart, own := 0.0, 0.0
	for at, part := range parts(t.weighed) {
		restart += part * part * t.restart
		own += part * part * (t.drift + t.uncertainty(at))
	}
	for at, part := range parts(t.against) {
		own += part * part * (t.drift + t.uncertainty(at))
	}
	t.usual = math.Hypot(t.wide*math.Sqrt(restart), t.normal*math.Sqrt(own))
	return math.Hypot(t.student*math.Sqrt(restart), t.normal*math.Sqrt(own))
}

// parts of their sum.
func parts(all []float64) []float64 {
	sum := total(all)
	if sum <= 0 {
		return nil
	}
	each := make([]float64, len(all))
	for i, x := range all {
		each[i] = x / sum
	}
	return each
}

// uncertainty of a server's weight, as a variance.
func (n *noise) uncertainty(at int) float64 {
	counted := 0.0
	if at < len(n.counted) {
		counted = n.counted[at]
	}
	return 1 / (counted/n.dispersion + n.precision)
}

// student and normal are quantiles: of what exceeds them there is alpha/2.
func student(freedom, alpha float64) float64 {
	return distuv.StudentsT{Sigma: 1, Nu: freedom}.Quantile(1 - alpha/2)
}

func normal(alpha float64) float64 { return distuv.UnitNormal.Quantile(1 - alpha/2) }

func total(all []float64) float64 {
	sum := 0.0
	for _, x := range all {
		sum += x
	}
	return sum
}
