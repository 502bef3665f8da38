package monitors

import (
	"cmp"
	"math"
	"slices"
	"time"

	"noon/fleet"
)

const (
	// alpha is the chance of a false alarm of one watch.
	alpha = .01
	// shownFrom is the part of the needed evidence from which a finding is shown.
	shownFrom = 5
	// partsShare: a part of the work is one of many, of which some are rare.
	partsShare = 20
	// healthyNeeded is the evidence that a family is well.
	healthyNeeded = 20
	// floorMost is the floor beyond which nothing can be judged.
	floorMost = 3
	// silentAfter is how long a canary that is not measured is believed.
	silentAfter = time.Minute
)

// term is one of the things whose evidence is added up.
type term struct {
	// evidence is a logarithm.
	evidence float64
	// suspects are what findings are made of, each with its share of evidence.
	suspects []suspect
}

type suspect struct {
	evidence float64
	finding  func() Finding
	series   string
}

// Report says what is known of a new version now.
func (j *Judge) Report(v fleet.Version) Report {
	k := j.contender(v)
	r := Report{Time: j.now, Version: v, Opinion: Undecided, Needed: 2 / alpha * float64(max(len(j.contenders), 1)), Findings: []Finding{}}
	if k == nil {
		r.Missing = []string{"no server runs " + fleet.Quoted(string(v)) + " yet"}
		return r
	}
	r.Requests = whole(k.requests)
	terms := j.terms(k, alpha/float64(max(len(j.contenders), 1)))
	evidence := j.accuse(k, terms, &r)
	r.Evidence = ratio(evidence)
	r.Notes, r.Where = j.notes(k), j.where(k)
	r.Charts = j.chartsOf(k)
	if k.worse {
		r.Opinion = Worse
		r.Evidence = ratio(k.worst)
		return r
	}
	r.Waiting = j.waiting(k)
	if r.Missing = j.missing(k, terms, r); len(r.Missing)+len(r.Waiting) == 0 {
		r.Opinion = Healthy
	}
	return r
}

// ratio is a logarithm as the likelihood ratio that people read; beyond a
// million nothing changes.
func ratio(log float64) float64 {
	if log >= math.Log(evidenceMost) {
		return evidenceMost
	}
	return math.Exp(log)
}

const evidenceMost = 1e6

// terms are all that is judged of a version, each with its share of the budget.
func (j *Judge) terms(k *contender, alpha float64) []term {
	judged, parts := j.judged(k)
	gauges := j.judgedGauges(k)
	each := shares(census(judged, parts, gauges))
	var terms []term
	for _, t := range judged {
		share := each[t.f.class]
		terms = append(terms, j.one(t, alpha*share).with(share))
	}
	if len(parts) > 0 {
		share := each[ofParts]
		terms = append(terms, j.several(parts, alpha*share/partsShare).with(share))
	}
	for _, g := range gauges {
		for _, t := range j.level(g, alpha*each[ofGauges]) {
			terms = append(terms, t.with(each[ofGauges]))
		}
	}
	return terms
}

// judged are the families that a version was compared in, and those of a part of
// the work.
func (j *Judge) judged(k *contender) (whole, parts []*trial) {
	for _, f := range j.families {
		t := f.trials[k]
		switch {
		case t == nil || t.occasions == 0:
		case f.class == ofParts:
			parts = append(parts, t)
		default:
			whole = append(whole, t)
		}
	}
	return whole, parts
}

// census counts what there is of each class: all parts are one, and what may
// leak is two.
func census(whole, parts []*trial, gauges []*gaugeTrial) (many [classes]int) {
	for _, t := range whole {
		many[t.f.class]++
	}
	many[ofParts] = min(len(parts), 1)
	for _, g := range gauges {
		many[ofGauges]++
		if g.g.grows {
			many[ofGauges]++
		}
	}
	return many
}

// with gives all its evidence a share of the whole.
func (t term) with(share float64) term {
	t.evidence += math.Log(share)
	for i := range t.suspects {
		t.suspects[i].evidence += math.Log(share)
	}
	return t
}

func (j *Judge) judgedGauges(k *contender) []*gaugeTrial {
	var all []*gaugeTrial
	for _, g := range j.order {
		if t := g.trials[k]; t != nil && t.judged() && t.n > 0 {
			all = append(all, t)
		}
	}
	return all
}

// one is a family by itself.
func (j *Judge) one(t *trial, alpha float64) term {
	t.x0 = t.floor(alpha)
	e := math.Inf(-1)
	if t.x0 <= floorMost {
		e = t.evidence(t.x0)
	}
	return term{e, []suspect{{e, func() Finding { return j.countFinding(t) }, t.f.series}}}
}

// several are the parts of the work: the mean of their evidence.
func (j *Judge) several(parts []*trial, alpha float64) term {
	var all term
	logs := make([]float64, len(parts))
	for i, t := range parts {
		one := j.one(t, alpha)
		logs[i] = one.evidence
		one.suspects[0].evidence -= math.Log(float64(len(parts)))
		all.suspects = append(all.suspects, one.suspects...)
	}
	all.evidence = logMean(logs)
	return all
}

// level is a gauge, and whether it leaks.
func (j *Judge) level(t *gaugeTrial, alpha float64) []term {
	t.x0 = t.floor(alpha)
	e := t.above(t.x0)
	all := []term{{e, []suspect{{e, func() Finding { return j.levelFinding(t) }, t.g.series}}}}
	if t.g.grows {
		e := t.leaks(alpha)
		all = append(all, term{e, []suspect{{e, func() Finding { return j.leakFinding(t) }, t.g.series + " growth"}}})
	}
	return all
}

// running are the servers of a version that run it now.
func (j *Judge) running(k *contender) []int {
	var all []int
	for _, at := range k.columns {
		if c := j.columns[at]; c.role == canary && c.of == k {
			all = append(all, at)
		}
	}
	return all
}

// comparable tells whether a server runs the live version and was measured
// lately.
func (j *Judge) comparable(c *column) bool {
	return c.role == live && j.now.Sub(c.seen) <= j.silent()
}

// silent is how long a server that is not measured is believed.
func (j *Judge) silent() time.Duration { return max(silentAfter, 3*j.pace) }

// liveNow is how many servers there are to compare with.
func (j *Judge) liveNow() int {
	n := 0
	for _, c := range j.columns {
		if j.comparable(c) {
			n++
		}
	}
	return n
}

// accuse adds up the evidence, and fills in the findings.
func (j *Judge) accuse(k *contender, terms []term, r *Report) float64 {
	if len(terms) == 0 {
		return 0
	}
	logs := make([]float64, len(terms))
	var all []suspect
	for i, t := range terms {
		if logs[i] = t.evidence; math.IsNaN(t.evidence) {
			logs[i] = math.Inf(-1) // it says nothing
		}
		all = append(all, t.suspects...)
	}
	evidence := logSum(logs)
	k.worst = max(k.worst, evidence)
	k.worse = k.worse || k.worst >= math.Log(r.Needed)
	slices.SortStableFunc(all, func(a, b suspect) int { return cmp.Compare(b.evidence, a.evidence) })
	for i, s := range all {
		if known, shown := k.shows(s, r.Needed, i == 0); shown {
			r.Findings = append(r.Findings, s.said(known, r.Needed))
		}
	}
	return evidence
}

// shows tells whether a suspect is shown, and with which evidence: one that is
// strong, or was when the version became worse; then at least the first one.
func (k *contender) shows(s suspect, needed float64, first bool) (evidence float64, shown bool) {
	strong := s.evidence >= math.Log(needed/shownFrom)
	if strong && k.worse {
		k.accused[s.series] = max(k.accused[s.series], s.evidence)
	}
	known, accused := k.accused[s.series]
	if accused {
		return max(known, s.evidence), true
	}
	return s.evidence, strong || k.worse && first && len(k.accused) == 0
}

// said is the finding with its evidence, a logarithm.
func (s suspect) said(evidence, needed float64) Finding {
	f := s.finding()
	f.Evidence = ratio(evidence)
	f.Words += " Evidence " + odds(f.Evidence) + " (" + odds(needed) + " needed)."
	return f
}
