package judge

import (
	"fmt"
	"slices"
	"strings"

	"noon/judge/logs"
)

// Join adds what the logs say. What the logs find for certain makes a verdict
// worse; what they only show to people does not. But as long as they have not
// seen enough, or show a new error that nobody has looked at, nobody is healthy.
func (v Verdict) Join(r logs.Report) Verdict {
	if len(v.Versions) > 0 {
		v = v.Each(func(one VersionVerdict, alone Verdict) Verdict { return alone.Join(one.ofLogs(r)) })
		v.Logs = &r
		return v
	}
	v.Logs = &r
	for i := range v.Findings {
		v.Findings[i].Words += inItsLog(r, v.Findings[i].Server)
	}
	for _, f := range r.Findings {
		if f.Tier != logs.TierStop {
			continue
		}
		for _, server := range f.Servers {
			v.Findings = append(v.Findings, Finding{Server: server, Words: fmt.Sprintf("its log says %q: %s", brief(f.Template), f.Words), Family: f.Family})
		}
		v.Opinion = Worse
	}
	for _, missing := range r.Missing {
		v.Missing = append(v.Missing, "logs: "+missing)
	}
	for _, f := range r.Findings {
		if f.Tier == logs.TierWatch && newError(f) {
			v.Missing = append(v.Missing, fmt.Sprintf("somebody who looks at %q, which only the new version writes: \"noon verdict\", then promote, or \"noon caveat add %s\"", brief(f.Template), f.Family))
		}
	}
	if len(v.Missing) > 0 && v.Opinion == Healthy {
		v.Opinion = Undecided
	}
	return v
}

// newError tells a new stack trace or error from what every release brings, new,
// gone and reworded lines, and from what people know.
func newError(f logs.Finding) bool {
	known := f.Caveat != nil && !f.Caveat.Expired
	return !known && f.Kind == logs.KindNew && (f.Stack != "" || f.Level >= logs.Error)
}

// inItsLog is what a server writes that may explain what was found there: the
// first new error, or stack trace.
func inItsLog(r logs.Report, server string) string {
	for _, f := range r.Findings {
		if f.Tier != logs.TierKnown && newError(f) && slices.Contains(f.Servers, server) {
			return fmt.Sprintf("; only there the log says %q", brief(f.Template))
		}
	}
	return ""
}

// briefMost is how much of a line is repeated in a reason, in characters.
const briefMost = 90

// brief is a line as a reason repeats it: of a stack trace, what went wrong.
func brief(template string) string {
	what, _, _ := strings.Cut(template, " @ ")
	if runes := []rune(what); len(runes) > briefMost {
		return string(runes[:briefMost]) + "..."
	}
	return what
}

// Same tells whether two verdicts say the same; the number of requests and
// what is missing move all the time and do not count.
func (v Verdict) Same(w Verdict) bool {
	return v.SameOpinions(w) && slices.EqualFunc(v.Findings, w.Findings, sameFinding) && slices.Equal(v.shown(), w.shown())
}

// Beyond tells whether there is a finding that people had not accepted when
// they went on. A family of log lines, or a series of the monitors, that they
// accepted is accepted on every server.
func (v Verdict) Beyond(accepted Verdict) bool {
	return slices.ContainsFunc(v.Findings, func(f Finding) bool {
		return !accepted.has(f)
	})
}

// has tells whether the finding was there, be it only shown to people.
func (v Verdict) has(f Finding) bool {
	everywhere := f.Family != "" || f.Series != ""
	return slices.ContainsFunc(v.Findings, func(known Finding) bool {
		return known.Family == f.Family && known.Series == f.Series && (everywhere || known.Server == f.Server)
	}) || v.Logs != nil && f.Family != "" && slices.ContainsFunc(v.Logs.Findings, func(known logs.Finding) bool {
		return known.Family == f.Family
	})
}

func sameFinding(a, b Finding) bool {
	return a.Server == b.Server && a.Family == b.Family && a.Series == b.Series
}

// shown names what logs and monitors show, in an order of its own.
func (v Verdict) shown() []string {
	var all []string
	for _, r := range v.Monitors {
		for _, f := range r.Findings {
			all = append(all, fmt.Sprint(r.Version, f.Series))
		}
	}
	if v.Logs == nil {
		return all
	}
	for _, f := range v.Logs.Findings {
		all = append(all, fmt.Sprint(f.Family, f.Kind, f.Tier))
	}
	slices.Sort(all)
	return all
}
