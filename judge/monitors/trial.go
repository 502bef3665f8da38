package monitors

import (
	"math"
	"time"
)

const (
	// coldFor is how long after a start latency is not compared, but for what no
	// cold start explains.
	coldFor = 2 * time.Minute
	// coldBy is what a cold start may add to a logarithm, and coldEnds how fast
	// it ends.
	coldBy = 1.6
	// coldSlower is the logarithm of how much longer everything takes then, by
	// which a tail rises with its steepness.
	coldSlower = .7
	coldEnds   = 60 * time.Second
)

// trial is one family of one new version.
type trial struct {
	f *family
	k *contender
	noise
	// all weighs everything, and what a cold start explains excuses; warm only
	// what came after; plain everything, and excuses nothing.
	all, warm, plain ladder
	// seen and expected are events of the new version, over all occasions.
	seen, expected, occasions float64
	// peers are what the live servers did meanwhile.
	peers count
	// share and peersShare are the occasions of both sides with the servers'
	// weights.
	share, peersShare float64
	// each of the peers, by column.
	each []count
	// weighed is how much each server was expected to count, by column: those of
	// the new version, and the live ones.
	weighed, against []float64
	// pending is what waits for the other side to be measured.
	pending []count
	waiting int
	// x0 is the floor that was used last.
	x0 float64
	// student and normal are quantiles for alpha.
	alpha, student, normal float64
	// usual is the floor of an edge by itself, with wide for student: what is below
	// it is no reason to doubt that a version is well.
	usual, wide float64
}

// weigh judges the counts of a tick that is over.
func (j *Judge) weigh(now time.Time) {
	j.choose()
	for _, f := range j.families {
		f.room(len(j.columns))
		for _, k := range j.contenders {
			j.weighFamily(f, k, now)
		}
		clear(f.now)
	}
	j.weighGauges(now)
}

// weighFamily adds the tick to the trial of one version.
func (j *Judge) weighFamily(f *family, k *contender, now time.Time) {
	if f.ignored || !j.measured(f, k) && f.trials[k] == nil {
		return
	}
	t := f.trials[k]
	if t == nil {
		t = j.try(f, k)
		f.trials[k] = t
	}
	t.collect(j, k)
	switch canaries, peers := t.sides(j, k); {
	case canaries && peers:
		t.weigh(j, now)
	case t.waiting < waitingMost:
		t.waiting++
		return
	}
	t.waiting = 0
	clear(t.pending)
}

// waitingMost is how many ticks counts of one side wait for the other.
const waitingMost = 12

func (j *Judge) measured(f *family, k *contender) bool {
	for _, at := range k.columns {
		if f.now[at].seen && f.now[at].of == k {
			return true
		}
	}
	return false
}

// collect adds what was just counted to what waits.
func (t *trial) collect(j *Judge, k *contender) {
	for len(t.pending) < len(j.columns) {
		t.pending = append(t.pending, count{})
		t.weighed, t.against, t.each = append(t.weighed, 0), append(t.against, 0), append(t.each, count{})
	}
	for at := range j.columns {
		if n := t.f.now[at]; n.seen && (n.of == nil || n.of == k) {
			t.pending[at].addOf(n.of, n.events, n.occasions)
		}
	}
}

// sides tells whether a canary was measured, and at least half of the live
// servers.
func (t *trial) sides(j *Judge, k *contender) (canaries, peers bool) {
	have, all := 0, 0
	for at, n := range t.pending {
		switch {
		case n.seen && n.of == k:
			canaries = true
		case n.seen:
			have++
			all++
		case j.comparable(j.columns[at]):
			all++
		}
	}
	return canaries, have > 0 && 2*have >= all
}

// weigh adds the counts that wait to the evidence.
func (t *trial) weigh(j *Judge, now time.Time) {
	var mine, late, lateShare, share, coldShare float64
	var peers, peersShare float64
	for at, c := range j.columns {
		n := t.pending[at]
		if !n.seen {
			continue
		}
		if n.of == nil {
			peers += n.events
			peersShare += n.occasions * t.weight(at)
			t.peers.add(n.events, n.occasions)
			t.against[at] += n.occasions * t.weight(at)
			t.each[at].add(n.events, n.occasions)
			continue
		}
		due, age := n.occasions*t.weight(at), c.age(now)
		mine += n.events
		share += due
		t.weighed[at] += due
		coldShare += due * t.cold(age)
		if age >= coldFor {
			late += n.events
			lateShare += due
		}
		t.occasions += n.occasions
	}
	t.seen += mine
	if peersShare <= 0 {
		return
	}
	t.expected += share * peers / peersShare
	t.share += share
	t.peersShare += peersShare
	t.k.compared = now
	sign := t.sign()
	t.plain.add(sign, mine, share, peers, peersShare, t.dispersion)
	t.all.add(sign, mine, coldShare, peers, peersShare, t.dispersion)
	if t.f.warm {
		t.warm.add(sign, late, lateShare, peers, peersShare, t.dispersion)
	}
}

// meanwhile is what the live servers counted since the upgrade, and what each
// would have at their common rate: how they differ, where there is no past.
func (t *trial) meanwhile() []server {
	var all []server
	for at, c := range t.each {
		if c.occasions > 0 && t.peers.occasions > 0 {
			all = append(all, server{at: at, counted: c.events, share: c.occasions * t.peers.events / t.peers.occasions})
		}
	}
	return all
}

func (t *trial) sign() float64 {
	if t.f.down {
		return -1
	}
	return 1
}

// cold is the factor that a cold start may explain. It makes slow; that it makes
// errors is no excuse.
func (t *trial) cold(age time.Duration) float64 {
	if !t.f.warm {
		return 1
	}
	by := max(coldBy, coldSlower*t.f.steep)
	return math.Exp(by * math.Exp(-age.Seconds()/coldEnds.Seconds()))
}

// evidence that the version is worse, as a logarithm: what both kinds say.
func (t *trial) evidence(floor float64) float64 {
	found := t.all.above(floor)
	if t.f.warm {
		found = logMean([]float64{found, t.warm.above(floor)})
	}
	return min(found, t.steadily(floor))
}

// remembered is how many events of the past are believed beside those of now.
const remembered = 10

// steadily is the evidence against the live servers' rate, of now and, as far as
// it says as much as some events, of before: where they have few events, chance
// may leave them with none for a while, and that is no evidence against others. A
// likelihood ratio of Poisson counts.
func (t *trial) steadily(floor float64) float64 {
	if t.expected <= 0 && t.peersShare <= 0 {
		return math.Inf(-1)
	}
	past := min(t.before.events, remembered)
	occasions := t.before.occasions
	if t.before.events > remembered {
		occasions *= remembered / t.before.events
	}
	due := t.share * (t.peers.events + past) / (t.peersShare + occasions)
	sign := t.sign()
	var each [len(excesses)]float64
	for i, x := range excesses {
		each[i] = (t.seen*sign*x - due*(math.Exp(sign*(floor+x))-math.Exp(sign*floor))) / t.dispersion
	}
	return logMean(each[:])
}
