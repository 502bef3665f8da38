package monitors

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"noon/fleet"
)

const (
	// stillHealthy is how much worse than the floor is of no interest.
	stillHealthy = 1.25
	// errorsMost, addedMost, slowerMost, fewerMost and risenMost are the most that
	// is ever called well: times as many errors, or so much more of all requests;
	// times as long, as little business, as much of a gauge.
	errorsMost = 3
	addedMost  = .1
	slowerMost = 1.5
	fewerMost  = 2
	risenMost  = 2
	// rareLeast is how many events of a rare kind the watch must expect, for its
	// being well to be asked for.
	rareLeast = 10
	// leastUsual is how long a watch is where nobody says.
	leastUsual = 10 * time.Minute
	// levelLeast is the shortest watch in which a gauge is asked to be well: it
	// is compared minute by minute.
	levelLeast = 5 * time.Minute
	// partLeast is the least share of the requests of a part that is asked to be
	// well by itself.
	partLeast = .1
)

// missing says what keeps a version that is not worse from being healthy.
func (j *Judge) missing(k *contender, terms []term, r Report) []string {
	all := j.unseen(k)
	if len(all) == 0 && len(terms) == 0 {
		return []string{"nothing of the new version could be compared yet"}
	}
	for _, f := range r.Findings {
		all = append(all, fmt.Sprintf("%s to be cleared up: the evidence against it is %s, and at %s it is worse", human(f.Series), odds(f.Evidence), odds(r.Needed)))
	}
	return append(all, j.doubts(k, r)...)
}

// waiting says what the policy still demands.
func (j *Judge) waiting(k *contender) []string {
	var all []string
	if left := j.settings.Least - j.now.Sub(k.since); left > 0 {
		all = append(all, left.Round(time.Second).String()+" more of watching")
	}
	if more := j.settings.Requests - whole(k.requests); more > 0 {
		all = append(all, plural(more, "more request"))
	}
	return all
}

// unseen says what is not measured.
func (j *Judge) unseen(k *contender) []string {
	switch {
	case len(k.columns) == 0:
		return []string{"no server runs " + fleet.Quoted(string(k.version)) + " any more"}
	case j.clockWentBack(k):
		return []string{fmt.Sprintf("the clock went back: what is measured of %s counts again from %s on", j.names(k), j.now.UTC().Format("15:04:05 MST on 2 Jan 2006"))}
	case k.seen.IsZero():
		return []string{"nothing of " + j.names(k) + " was measured since its upgrade"}
	case j.now.Sub(k.seen) > j.silent():
		return []string{fmt.Sprintf("nothing of %s was measured for %s", j.names(k), j.now.Sub(k.seen).Round(time.Second))}
	case j.liveNow() == 0:
		return []string{"no server with the live version is left to compare with"}
	case k.requests == 0 && j.counted():
		return []string{j.names(k) + " has answered no request since its upgrade"}
	case !k.compared.IsZero() && j.now.Sub(k.compared) > j.silent():
		return []string{fmt.Sprintf("%s and the live servers were not measured at the same time for %s", j.names(k), j.now.Sub(k.compared).Round(time.Second))}
	}
	return nil
}

// passedMost is how many observations in a row may be too old to count.
const passedMost = 2

func (j *Judge) clockWentBack(k *contender) bool {
	return slices.ContainsFunc(k.columns, func(at int) bool { return j.columns[at].passed > passedMost })
}

// counted tells whether requests are counted at all.
func (j *Judge) counted() bool { s := j.known[requests]; return s != nil && s.onLive }

func (j *Judge) names(k *contender) string {
	running := j.running(k)
	if len(running) == 0 {
		running = k.columns
	}
	var all []string
	for _, at := range running {
		all = append(all, clean(j.columns[at].name))
	}
	slices.Sort(all)
	if len(all) > 3 {
		return fmt.Sprintf("%s and %d more", all[0], len(all)-1)
	}
	return strings.Join(all, ", ")
}

// rare tells whether the watch will not see enough of it, by the live rate.
func (t *trial) rare(j *Judge) bool {
	if t.f.quantile <= .99 {
		return false
	}
	watched := j.now.Sub(t.k.since)
	if watched <= 0 {
		return true
	}
	length := j.settings.Least
	if length <= 0 {
		length = leastUsual
	}
	return t.expected*float64(length)/float64(watched) < rareLeast
}

// ceiling is the excess up to which a family is well.
func (j *Judge) ceiling(t *trial) float64 {
	return max(min(t.usual+math.Log(stillHealthy), t.most()), j.limit(t))
}

// most is the excess beyond which nothing is called well, however little is known
// of what restarts do.
func (t *trial) most() float64 {
	switch {
	case t.f.quantile > 0:
		return t.shifted(slowerMost)
	case t.f.down:
		return math.Log(fewerMost)
	}
	return min(math.Log(errorsMost), math.Log1p(addedMost/max(t.rate(), 1e-4)))
}

// limit is what the policy still calls healthy, as an excess.
func (j *Judge) limit(t *trial) float64 {
	limit := j.settings.Limits.Errors
	switch {
	case t.f.quantile > 0:
		return t.shifted(j.settings.Limits.Latency.Ratio)
	case t.f.down:
		return 0
	}
	x := 0.0
	if limit.Ratio > 1 {
		x = math.Log(limit.Ratio)
	}
	if rate := t.rate(); limit.Points > 0 {
		x = max(x, math.Log1p(limit.Points/100/max(rate, 1e-4)))
	}
	return x
}

// shifted is by how much more requests exceed the edge where all take ratio times
// as long: near the edge their share falls with a power of the time.
func (t *trial) shifted(ratio float64) float64 {
	if ratio <= 1 {
		return 0
	}
	return max(t.f.steep, 1) * math.Log(ratio)
}

// rate of the live servers meanwhile.
func (t *trial) rate() float64 {
	if t.peers.occasions > 0 {
		return t.peers.events / t.peers.occasions
	}
	return 0
}

// knownBy is how many times as many events of the live servers as of the new
// version make theirs a known rate.
const knownBy = 5

// harmless is the evidence that the rate is below one that nobody calls worse,
// times what the ceiling allows: also where nobody has any events to compare. It
// is the likelihood ratio of Poisson counts.
func (t *trial) harmless(ceiling float64) float64 {
	if t.f.down || t.f.harmless == 0 {
		return math.Inf(-1)
	}
	most := t.f.harmless * t.occasions
	if t.peers.events >= knownBy*max(t.seen, t.expected) {
		most = max(most, t.expected)
	}
	most *= math.Exp(ceiling) / t.dispersion
	seen := t.seen / t.dispersion
	var each [len(excesses)]float64
	for i, x := range excesses {
		each[i] = -seen*x + most*(1-math.Exp(-x))
	}
	return logMean(each[:])
}
