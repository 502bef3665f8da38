package monitors

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

const (
	// stillHealthy is how much worse than the floor is of no interest.
	stillHealthy = 1.25
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
		all = append(all, fmt.Sprintf("%s to be cleared up: the evidence is %s, and %s is worse", f.Series, odds(f.Evidence), odds(r.Needed)))
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
		return []string{"no server runs " + string(k.version) + " any more"}
	case k.seen.IsZero():
		return []string{"nothing of " + j.names(k) + " was measured since its upgrade"}
	case j.now.Sub(k.seen) > silentAfter:
		return []string{fmt.Sprintf("nothing of %s was measured for %s", j.names(k), j.now.Sub(k.seen).Round(time.Second))}
	case j.liveNow() == 0:
		return []string{"no server with the live version is left to compare with"}
	case k.requests == 0 && j.counted():
		return []string{j.names(k) + " has answered no request since its upgrade"}
	case !k.compared.IsZero() && j.now.Sub(k.compared) > silentAfter:
		return []string{fmt.Sprintf("%s and the live servers were not measured at the same time for %s", j.names(k), j.now.Sub(k.compared).Round(time.Second))}
	}
	return nil
}

// counted tells whether requests are counted at all.
func (j *Judge) counted() bool { _, ok := j.index[requests]; return ok }

func (j *Judge) names(k *contender) string {
	running := j.running(k)
	if len(running) == 0 {
		running = k.columns
	}
	var all []string
	for _, at := range running {
		all = append(all, j.columns[at].name)
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
}

// doubts names the families that are not known to be well.
func (j *Judge) doubts(k *contender, r Report) []string {
	var open, hopeless []string
	most := 0.0
	for _, d := range append(j.countDoubts(k), j.levelDoubts(k)...) {
		if d.requests > 0 {
			open, most = append(open, d.series), max(most, d.requests)
		} else {
			hopeless = append(hopeless, d.series)
		}
	}
	var all []string
	if len(open) > 0 {
		all = append(all, j.more(k, r, most)+" to see that "+list(open)+" stay as they are")
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
		if t == nil || t.occasions == 0 {
			if j.lacks(f) {
				all = append(all, doubt{f.series, 1})
			}
			continue
		}
		if d, ok := j.doubtful(t); ok {
			all = append(all, d)
		}
	}
	return all
}

// lacks tells whether the live servers say something that the new version does
// not, of the server as a whole.
func (j *Judge) lacks(f *family) bool {
	if f.class == ofParts || f.class == ofLatency {
		return false
	}
	for at, c := range j.columns {
		if c.role == live && at < len(f.past) && len(f.past[at].minutes) > 0 {
			if last := f.past[at].minutes; last[len(last)-1].at >= j.minuteOf(j.now)-1 {
				return true
			}
		}
	}
	return false
}

// doubtful tells whether a family is asked to be well, and is not known to be.
func (j *Judge) doubtful(t *trial) (doubt, bool) {
	if t.f.class == ofParts && t.occasions < partLeast*t.k.requests || t.rare(j) {
		return doubt{}, false
	}
	if t.x0 > floorMost {
		return doubt{t.f.series, 0}, true
	}
	ceiling := j.ceiling(t)
	evidence := max(t.plain.below(ceiling), t.harmless(ceiling), logMean([]float64{t.plain.below(ceiling), t.warm.below(ceiling)}))
	if evidence >= math.Log(healthyNeeded) {
		return doubt{}, false
	}
	return doubt{t.f.series, j.needs(t, evidence)}, true
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
	return max(t.x0+math.Log(stillHealthy), j.limit(t))
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
// as long: their share at edge/ratio, on the line between the neighbouring edges.
func (t *trial) shifted(ratio float64) float64 {
	if ratio <= 1 {
		return 0
	}
	// A tail falls about with the square of the time (log-normal and heavier ones
	// fall faster or slower): the share above rises with ratio squared.
	return 2 * math.Log(ratio)
}

// rate of the live servers meanwhile, or before.
func (t *trial) rate() float64 {
	if t.peers.occasions > 0 {
		return t.peers.events / t.peers.occasions
	}
	return 0
}

// harmless is the evidence that the rate is below one that nobody calls worse,
// the live servers' or the harmless one, times what the ceiling allows: also
// where nobody has any events to compare.
func (t *trial) harmless(ceiling float64) float64 {
	if t.f.down || t.f.harmless == 0 {
		return math.Inf(-1)
	}
	most := max(t.rate(), t.f.harmless) * math.Exp(ceiling) * t.occasions / t.dispersion
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
	for _, t := range j.judgedGauges(k) {
		if t.x0 > floorMost {
			all = append(all, doubt{t.g.series, 0})
		} else if e := t.below(t.x0 + math.Log(stillHealthy)); e < math.Log(healthyNeeded) {
			all = append(all, doubt{t.g.series, max(k.requests/max(t.n, 1), 1)})
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
	var young []string
	for _, g := range j.order {
		if t := g.trials[k]; t != nil && (!t.judged() || t.n == 0) {
			young = append(young, g.series)
		}
	}
	if len(young) > 0 {
		all = append(all, "cannot judge "+list(young)+" yet: it takes 3 minutes of history, and some minutes after the start")
	}
	if j.tooMany {
		all = append(all, fmt.Sprintf("there are more series than the %d that are judged", familiesMost))
	}
	return all
}
