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
	// errorsMost, slowerMost, fewerMost and risenMost are the most that is ever
	// called well: times as many errors, as long, as little business, as much of a
	// gauge.
	errorsMost = 3
	slowerMost = 1.5
	fewerMost  = 1.5
	risenMost  = 2
	// rareLeast is how many events of a rare kind the watch must expect, for its
	// being well to be asked for.
	rareLeast = 10
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

// doubt is a family that is not known to be well, and what would help.
type doubt struct {
	series string
	// requests that would settle it; 0 if none would.
	requests float64
	// unmeasured: only the live servers say it.
	unmeasured bool
	// grows: it may stop, or leak.
	grows bool
}

// doubts names the families that are not known to be well.
func (j *Judge) doubts(k *contender, r Report) []string {
	var open, hopeless, unmeasured, grows []string
	most := 0.0
	for _, d := range append(j.countDoubts(k), j.levelDoubts(k)...) {
		switch {
		case d.unmeasured:
			unmeasured = append(unmeasured, d.series)
		case d.grows:
			grows = append(grows, d.series)
		case d.requests > 0:
			open, most = append(open, d.series), max(most, d.requests)
		default:
			hopeless = append(hopeless, d.series)
		}
	}
	var all []string
	if len(unmeasured) > 0 {
		all = append(all, list(unmeasured)+" of "+j.names(k)+", which only the live servers say (a histogram counts if it has the same buckets)")
	}
	if len(open) > 0 {
		all = append(all, j.more(k, r, most)+" to see that "+list(open)+" stay as they are")
	}
	if len(grows) > 0 {
		all = append(all, "more time, to see whether "+list(grows)+" of "+j.names(k)+" stops growing")
	}
	if len(hopeless) > 0 {
		all = append(all, "another canary, or a longer history: more traffic on "+j.names(k)+" alone cannot tell whether "+list(hopeless)+" got worse")
	}
	return all
}

// more is a number of requests, and how long that takes at this rate.
func (j *Judge) more(k *contender, r Report, requests float64) string {
	words := "about " + plural(whole(roundUp(requests)), "more request")
	if watched := j.now.Sub(k.since); r.Requests > 0 && watched > 0 {
		takes := time.Duration(requests / float64(r.Requests) * float64(watched))
		words += fmt.Sprintf(" (%s at this rate)", about(takes))
	}
	return words
}

// countDoubts are families that are counted.
func (j *Judge) countDoubts(k *contender) []doubt {
	var all []doubt
	for _, f := range j.families {
		if f.ignored {
			continue
		}
		t := f.trials[k]
		switch {
		case f.class != ofParts && j.said(f) && !j.saidOf(f, k):
			all = append(all, doubt{series: f.series, unmeasured: true})
		case t != nil && t.occasions > 0:
			if d, ok := j.doubtful(t); ok {
				all = append(all, d)
			}
		case f.class != ofParts && j.said(f):
			all = append(all, doubt{series: f.series, requests: 1})
		}
	}
	return all
}

// said tells whether a live server said something of a family lately.
func (j *Judge) said(f *family) bool {
	for at, c := range j.columns {
		if j.comparable(c) && at < len(f.said) && j.now.Sub(f.said[at]) <= j.silent() {
			return true
		}
	}
	return false
}

// saidOf tells whether a server with the new version did.
func (j *Judge) saidOf(f *family, k *contender) bool {
	return slices.ContainsFunc(k.columns, func(at int) bool {
		return at < len(f.said) && j.now.Sub(f.said[at]) <= j.silent() && !f.said[at].Before(j.columns[at].upgraded(j.now).Time)
	})
}

// doubtful tells whether a family is asked to be well, and is not known to be.
func (j *Judge) doubtful(t *trial) (doubt, bool) {
	if t.f.class == ofParts && t.occasions < partLeast*t.k.requests || t.rare(j) {
		return doubt{}, false
	}
	if t.x0 > floorMost {
		return doubt{series: t.f.series}, true
	}
	ceiling := j.ceiling(t)
	evidence := max(t.plain.below(ceiling), t.harmless(ceiling), logMean([]float64{t.plain.below(ceiling), t.warm.below(ceiling)}))
	if evidence >= math.Log(healthyNeeded) {
		return doubt{}, false
	}
	return doubt{series: t.f.series, requests: j.needs(t, evidence)}, true
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
	length := max(j.settings.Least, 10*time.Minute)
	return t.expected*float64(length)/float64(watched) < rareLeast
}

// ceiling is the excess up to which a family is well.
func (j *Judge) ceiling(t *trial) float64 {
	return max(min(t.x0+math.Log(stillHealthy), t.most()), j.limit(t))
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
	return math.Log(errorsMost)
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

// needs is how many more requests would settle a doubt, at the pace of the
// evidence so far; 0 if none would.
func (j *Judge) needs(t *trial, evidence float64) float64 {
	if t.occasions < 50 || t.expected < 2 {
		return max(t.k.requests, 100)
	}
	if t.f.warm && j.now.Sub(t.k.since) < 2*coldFor {
		return max(t.k.requests, 1) // it is still warming up
	}
	if evidence > .2 {
		return max(t.k.requests, 1) * (math.Log(healthyNeeded)/evidence - 1)
	}
	if over := t.seen / t.expected; t.expected > 5 && over > math.Exp(t.x0) {
		return 0 // in between: neither within the floor nor clearly beyond it
	}
	return max(t.k.requests, 1)
}

// levelDoubts are gauges.
func (j *Judge) levelDoubts(k *contender) []doubt {
	if j.settings.Least < levelLeast {
		return nil
	}
	var all []doubt
	for _, g := range j.order {
		if !j.measuredGauge(g, k) && j.measuredLive(g) {
			all = append(all, doubt{series: g.series, unmeasured: true})
		}
	}
	for _, t := range j.judgedGauges(k) {
		if t.x0 > floorMost {
			all = append(all, doubt{series: t.g.series})
		} else if e := t.below(min(t.x0+math.Log(stillHealthy), math.Log(risenMost))); e < math.Log(healthyNeeded) {
			all = append(all, doubt{series: t.g.series, requests: max(k.requests/max(t.n, 1), 1)})
		}
		if t.growing() {
			all = append(all, doubt{series: t.g.series, grows: true})
		}
	}
	return all
}

// notes are what people should know of the judging.
func (j *Judge) notes(k *contender) []string {
	var all []string
	if history := k.since.Sub(j.began); history < time.Minute {
		all = append(all, "there is no history from before the upgrade: small differences cannot be told from those between servers")
	}
	all = append(all, j.unjudged()...)
	var without, young []string
	for _, g := range j.order {
		switch t := g.trials[k]; {
		case t == nil:
		case !t.judged():
			without = append(without, g.series)
		case t.n == 0:
			young = append(young, g.series)
		}
	}
	if len(without) > 0 {
		all = append(all, fmt.Sprintf("cannot judge %s: that takes %d minutes of history from before the upgrade", list(without), gaugePast))
	}
	if len(young) > 0 {
		all = append(all, "cannot judge "+list(young)+" yet: after a start it takes some minutes until they are as they will be")
	}
	if j.tooMany {
		all = append(all, fmt.Sprintf("there are more series than the %d that are judged", familiesMost))
	}
	return all
}

// unjudged says what no live server measures at all: nobody would see that it
// got worse.
func (j *Judge) unjudged() []string {
	errors := slices.ContainsFunc(j.families, func(f *family) bool { return f.class == ofErrors || f.class == ofParts })
	latency := slices.ContainsFunc(j.families, func(f *family) bool { return f.class == ofLatency }) || len(j.edges) > 0 ||
		slices.ContainsFunc(j.order, func(g *gauge) bool {
			return strings.HasSuffix(g.series, "time") || strings.HasSuffix(g.series, "seconds")
		})
	var all []string
	if !errors {
		all = append(all, "errors are not measured: nobody would see that there are more of them")
	}
	if !latency {
		all = append(all, "how long answers take is not measured: nobody would see that they are slower")
	}
	return all
}
