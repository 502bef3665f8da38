package logs_test

import (
	"math"
	"math/rand/v2"
	"slices"

	"noon/judge/logs/simulated"
)

// Other methods, on the same data: what the table of figures shows beside the
// judge. They are told the true traffic, which the judge must estimate.

// rival decides after every block whether to stop.
type rival interface {
	add(f *simulated.Fleet, watching bool)
	stops() (family int, ok bool)
}

// pooled compares the sums of the watch by binomial tests, with the false
// discovery rate of Benjamini and Hochberg at 5 %. It looks once, at the end.
type pooled struct {
	canary, live           []int
	canaryTraffic, traffic float64
	blocks                 int
}

func (p *pooled) add(f *simulated.Fleet, watching bool) {
	if !watching {
		return
	}
	p.blocks++
	p.canary, p.live = grown(p.canary, len(f.Counts)), grown(p.live, len(f.Counts))
	for i, row := range f.Counts {
		p.canary[i] += row[0]
		for _, n := range row[1:] {
			p.live[i] += n
		}
	}
	for s, t := range f.Traffic {
		p.traffic += t
		if s == 0 {
			p.canaryTraffic += t
		}
	}
}

func (p *pooled) stops() (int, bool) {
	if p.blocks < simulated.Watch {
		return 0, false
	}
	type test struct {
		family int
		chance float64
	}
	var tests []test
	for i := range p.canary {
		tests = append(tests, test{i, tail(p.canary[i], p.canary[i]+p.live[i], p.canaryTraffic/p.traffic)})
	}
	slices.SortFunc(tests, func(a, b test) int {
		if a.chance < b.chance {
			return -1
		}
		return 1
	})
	return tests[0].family, tests[0].chance <= 0.05/float64(len(tests))
}

// tail is the chance of k or more of n.
func tail(k, n int, p float64) float64 {
	sum := 0.0
	for i := k; i <= n; i++ {
		a, _ := math.Lgamma(float64(n + 1))
		b, _ := math.Lgamma(float64(i + 1))
		c, _ := math.Lgamma(float64(n - i + 1))
		term := math.Exp(a - b - c + float64(i)*math.Log(p) + float64(n-i)*math.Log1p(-p))
		sum += term
		if float64(i) > float64(n)*p && term < sum*1e-9 {
			break
		}
	}
	return sum
}

// ranks bets that the canary has the strict maximum of a block more often than
// chance says, or than any server does (the floor): the e-process of the
// design page.
type ranks struct {
	floor bool
	draw  *rand.Rand
	all   []ranked
	// late counts the severe families that history did not have.
	known, late int
}

type ranked struct {
	wins, blocks []float64
	evidence     [5]float64
	part         float64
}

var bets = [...]float64{0.35, 0.5, 0.7, 0.9, 0.99}

func newRanks(floor bool, seed uint64) *ranks {
	return &ranks{floor: floor, draw: rand.New(rand.NewPCG(seed, 1))}
}

func (r *ranks) add(f *simulated.Fleet, watching bool) {
	least := slices.Min(f.Traffic)
	for i, row := range f.Counts {
		if i >= len(r.all) {
			r.all = append(r.all, ranked{wins: make([]float64, len(row)), blocks: make([]float64, len(row)), evidence: [5]float64{1, 1, 1, 1, 1}})
		}
		if winner, any := r.winner(row, f.Traffic, least); any {
			r.meet(i, f, watching)
			r.all[i].add(winner, len(row), watching, r.floor)
		}
	}
}

// winner of a block, each server thinned to the least traffic; -1 is a tie.
func (r *ranks) winner(row []int, traffic []float64, least float64) (int, bool) {
	best, winner, any := 0, -1, false
	for s, n := range row {
		kept := 0
		for range n {
			if r.draw.Float64() < least/traffic[s] {
				kept++
			}
		}
		any = any || kept > 0
		switch {
		case kept > best:
			best, winner = kept, s
		case kept == best:
			winner = -1
		}
	}
	return winner, any
}

// meet gives a family its part of alpha.
func (r *ranks) meet(i int, f *simulated.Fleet, watching bool) {
	switch k := &r.all[i]; {
	case k.part != 0:
	case watching && f.SeverityOf(i) == simulated.Error:
		r.late++
		k.part = 0.5 / float64(r.late*(r.late+1))
	default:
		r.known++
		k.part = -1
	}
}

func (k *ranked) add(winner, servers int, watching, floor bool) {
	if watching {
		p := k.chance(servers, floor)
		for i, q := range bets {
			if q <= p {
				continue // it would bet that the canary wins less often
			}
			if winner == 0 {
				k.evidence[i] *= q / p
			} else {
				k.evidence[i] *= (1 - q) / (1 - p)
			}
		}
	}
	for s := range servers {
		if s == 0 && watching {
			continue
		}
		k.blocks[s]++
		if s == winner {
			k.wins[s]++
		}
	}
}

// chance is p0 of the design page.
func (k *ranked) chance(servers int, floor bool) float64 {
	even := 1 / float64(servers)
	p := even
	for s := range servers {
		if floor {
			p = max(p, (k.wins[s]+3*even)/(k.blocks[s]+3))
		}
	}
	return min(p, 0.999)
}

func (r *ranks) stops() (int, bool) {
	for i, k := range r.all {
		part := k.part
		if part < 0 {
			part = 0.5 / float64(r.known)
		}
		sum := 0.0
		for _, e := range k.evidence {
			sum += e / float64(len(bets))
		}
		if part > 0 && sum >= 1/(alpha*part) {
			return i, true
		}
	}
	return 0, false
}

func grown(counts []int, n int) []int {
	for len(counts) < n {
		counts = append(counts, 0)
	}
	return counts
}
