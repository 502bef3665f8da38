package logs

import (
	"cmp"
	"slices"
	"time"

	"noon/judge/logs/evidence"
)

const (
	// suspicion: WATCH shows a family at this part of the evidence that STOP
	// needs.
	suspicion = 50
	// goneShare: a family is gone if it is written at most at this part of its
	// usual rate.
	goneShare = 0.1
)

// draft is a finding in the making.
type draft struct {
	Finding
	group    *group
	evidence evidence.Evidence
	// by is the template of the companion whose evidence it is, also where that
	// was seen.
	by   string
	also []string
}

// findingsMost is how many findings are looked at closely: the strongest.
const findingsMost = 200

// findings compares all families. more is how many others there would be.
func (j *Judge) findings(now time.Time) (found []*draft, more int) {
	groups := j.groups()
	suspects := j.suspects(groups, now)
	if len(suspects) > findingsMost {
		for _, s := range suspects[findingsMost:] {
			if !s.caveat {
				more++
			}
		}
		suspects = suspects[:findingsMost]
	}
	for _, s := range suspects {
		if d := j.examine(s, now); d != nil {
			found = append(found, d)
		}
	}
	found = j.reword(found, groups)
	slices.SortStableFunc(found, worse)
	found = fold(found)
	for _, d := range found {
		j.stopped[d.group.root.number] = d.Tier == TierStop
		d.Words = j.words(d)
		d.everywhere()
	}
	return found, more
}

// suspect is a family that may be a finding.
type suspect struct {
	group    *group
	evidence evidence.Evidence
	strength float64
	// caveat: nothing but an entry of the register makes it one.
	caveat bool
}

// suspects are all families that may be findings, the strongest first. Known
// caveats that canaries write are among them.
func (j *Judge) suspects(groups []*group, now time.Time) []suspect {
	var all []suspect
	for _, g := range groups {
		s := suspect{group: g, evidence: j.comparer.Evidence(g.root.number)}
		s.strength = max(g.value(s.evidence), s.evidence.Less) / s.evidence.Needed
		fresh := g.neverLive() && g.severity >= grave && !j.known[j.key(g.root)]
		switch {
		case fresh || s.strength >= 1.0/suspicion || j.stopped[g.root.number]:
			all = append(all, s)
		case g.written() && j.caveat(g, now) != nil:
			s.caveat = true
			all = append(all, s)
		}
	}
	slices.SortStableFunc(all, func(a, b suspect) int {
		return cmp.Or(cmp.Compare(b.strength, a.strength), cmp.Compare(b.group.severity, a.group.severity))
	})
	return all
}

// caveat is the known caveat that a family is, nil if it is none.
func (j *Judge) caveat(g *group, now time.Time) *KnownCaveat {
	if len(j.register.caveats) == 0 {
		return nil
	}
	keys := []string{j.key(g.root)}
	if g.root.isError {
		keys = append(keys, j.miner.Key(g.root.shape)) // as "noon logs mine" names it
	}
	return j.register.find(keys, j.template(g.root), j.canaryVersions(), now)
}

func (g *group) written() bool { return g.canary+g.canaryStarts+g.canaryLines > 0 }

// neverLive tells whether canaries write what no live server was ever seen to
// write.
func (g *group) neverLive() bool { return g.written() && g.liveLines+g.liveStarts == 0 }

// unread tells that live servers wrote it, but only in lines that could not be
// compared: how often is not known.
func (g *group) unread() bool { return g.live == 0 && g.liveLines > 0 }

// value is the evidence that counts for a family: one that says of itself that
// nothing is wrong may be written twice as often.
func (g *group) value(e evidence.Evidence) float64 {
	if g.severity == quiet {
		return e.Twice
	}
	return e.More
}

// examine says what is to be found of one family, nil for nothing.
func (j *Judge) examine(s suspect, now time.Time) *draft {
	g, d := s.group, j.draft(s, now)
	switch {
	case g.neverLive() && !j.known[d.Family]:
		return j.examineNew(d)
	case g.canary > 0 && j.rises(d):
		d.Kind = KindRate
		return d
	case j.falls(d):
		d.Kind, d.Tier, d.Evidence, d.First = KindGone, TierWatch, d.evidence.Less, g.lastLive
		return d
	case d.Caveat != nil && g.canary > 0:
		d.Kind, d.Tier = KindRate, TierKnown
		return d
	}
	return nil
}

func (j *Judge) draft(s suspect, now time.Time) *draft {
	g := s.group
	d := &draft{group: g, evidence: s.evidence, Finding: Finding{
		Family: j.key(g.root), Template: j.template(g.root), Level: g.level, Canary: g.canary, Live: g.live,
		First: g.first, Samples: g.samples, Stack: g.stack,
		Caveat: j.caveat(g, now),
	}}
	d.Evidence, d.Needed = g.value(d.evidence), d.evidence.Needed
	for i, c := range j.columns {
		if n := g.counts[i]; n.lines+g.starts[i] > 0 || !c.live {
			d.Counts = append(d.Counts, ServerCount{c.server, c.version, n.episodes, n.lines + g.starts[i]})
			if !c.live && (n.lines+g.starts[i] > 0 || !g.written()) {
				d.Servers = append(d.Servers, c.server)
			}
		}
	}
	slices.SortStableFunc(d.Counts, func(a, b ServerCount) int {
		return cmp.Or(cmp.Compare(j.age(a), j.age(b)), cmp.Compare(a.Server, b.Server))
	})
	slices.Sort(d.Servers)
	return d
}

// age sorts canaries first.
func (j *Judge) age(c ServerCount) int {
	if c.Version == j.watch.Live {
		return 1
	}
	return 0
}

// examineNew judges a family that the live version was never seen to write.
func (j *Judge) examineNew(d *draft) *draft {
	g := d.group
	d.Kind = KindNew
	switch {
	case d.excused() && d.Evidence < j.comparer.NeededOfKnown():
		d.Tier = TierKnown
	case d.excused():
		d.Tier = TierWatch
	case g.severity > quiet && (d.Evidence >= d.Needed || j.stopped[g.root.number]):
		d.Tier = TierStop
	case g.severity >= grave || d.Evidence >= d.Needed/suspicion:
		d.Tier = TierWatch
	default:
		return nil
	}
	return d
}

// excused tells that people live with it, and need not have looked again.
func (d *draft) excused() bool { return d.Caveat != nil && !d.Caveat.Expired }

// rises judges a family that both versions write.
func (j *Judge) rises(d *draft) bool {
	if d.Level == Trace || d.Level == Debug {
		return false
	}
	switch {
	case (d.Evidence >= d.Needed || j.stopped[d.group.root.number]) && !d.group.unread():
		d.Tier = TierStop
	case d.Evidence >= d.Needed/suspicion:
		d.Tier = TierWatch
	}
	return d.Tier != ""
}

func (j *Judge) falls(d *draft) bool {
	e := d.evidence
	return e.Predicted >= 5 && e.Written <= goneShare*e.Predicted && e.Less >= j.comparer.NeededOfKnown()/suspicion
}

// worse sorts findings: what acts, what was never seen, what tells most.
func worse(a, b *draft) int {
	return cmp.Or(
		cmp.Compare(rank(a.Tier), rank(b.Tier)),
		cmp.Compare(informative(b), informative(a)),
		cmp.Compare(b.Evidence/b.Needed, a.Evidence/a.Needed),
		cmp.Compare(b.Canary, a.Canary),
		cmp.Compare(a.group.root.number, b.group.root.number),
	)
}

func rank(t Tier) int { return slices.Index([]Tier{TierStop, TierWatch, TierKnown}, t) }

// informative is how much a family tells people: a stack trace most.
func informative(d *draft) int {
	if d.Stack != "" {
		return int(severe) + 1
	}
	if d.Kind == KindGone {
		return -1
	}
	return int(d.group.severity)
}
