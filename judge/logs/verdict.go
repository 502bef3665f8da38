package logs

import (
	"fmt"
	"time"
)

// Report says what the lines so far tell. Lines that were written shortly
// before now wait for those of other servers; a zero now waits for none: it is
// for logs that are complete.
func (j *Judge) Report(now time.Time) Report {
	if j.watch.Elapsed {
		j.elapsed()
	} else {
		j.close(now)
	}
	r := Report{Service: j.watch.Service, Findings: []Finding{}, UnknownLines: j.unknown + j.noRoom}
	j.countLines(&r)
	found, more := j.findings(now)
	for _, d := range found {
		r.Findings = append(r.Findings, d.Finding)
	}
	r.Missing = j.missing(now)
	if more > 0 {
		r.Missing = append(r.Missing, fmt.Sprintf("%s that may be findings were too many to look at", plural(more, "more family")))
	}
	r.Notes = j.register.notes(now)
	r.Verdict = opinion(r)
	return r
}

func (j *Judge) countLines(r *Report) {
	for _, c := range j.columns {
		if c.live {
			r.LiveLines += c.lines - c.lost
		} else {
			r.CanaryLines += c.lines - c.lost
		}
	}
	r.MissedLines = j.missedBefore
	for _, m := range j.missed {
		r.MissedLines += m.lines
	}
}

// opinion is Undecided where too little was seen, unless something stands
// against the version all the same: what a canary does not write, or writes in
// other words, may only be the little that was seen of it.
func opinion(r Report) Opinion {
	best := Clean
	for _, f := range r.Findings {
		switch {
		case f.Tier == TierStop:
			return Stop
		case f.Tier == TierWatch && (f.Kind == KindNew || f.Kind == KindRate || len(r.Missing) == 0):
			best = LookAt
		}
	}
	if best == Clean && len(r.Missing) > 0 {
		return Undecided
	}
	return best
}
