package monitors

import (
	"fmt"
	"math"
	"slices"
	"time"
)

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
