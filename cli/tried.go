package cli

import (
	"fmt"
	"strings"

	"noon/fleet"
	"noon/judge"
	"noon/rollout"
)

// triedText shows several versions side by side: whose canary is where, and
// what is known of each.
func (a *app) triedText(b *strings.Builder, tried []rollout.Tried) {
	var rows [][]string
	for _, t := range tried {
		rows = append(rows, []string{a.triedSign(t), string(t.Version), "on " + strings.Join(t.Servers, ", "), oneLine(fleet.Plain(t.Words()))})
	}
	for _, line := range table(rows) {
		fmt.Fprintf(b, "  %s\n", line)
	}
}

func (a *app) triedSign(t rollout.Tried) string {
	switch {
	case t.Out != "" || t.Verdict.Opinion == "worse":
		return a.paint.bad("x")
	case t.Chosen:
		return a.paint.good("*")
	case t.Verdict.Opinion == "healthy":
		return a.paint.good("o")
	}
	return a.paint.unclear("?")
}

// newNote tells of a server that was upgraded whose canary it is.
func newNote(t rollout.Turn, s rollout.State) string {
	switch {
	case t.Place == rollout.Unchosen:
		return "gets " + string(t.To)
	case len(s.Tried) > 0 && s.Version == "":
		return "canary of " + string(t.To)
	}
	return "new"
}

// canariesText is how a rollout begins: with one canary, or with those of
// several versions.
func canariesText(s rollout.State) string {
	if len(s.Tried) == 0 {
		return fmt.Sprintf("%d canary first", s.Plan.Canaries)
	}
	var all []string
	for _, t := range s.Tried {
		all = append(all, fmt.Sprintf("%s on %s", t.Version, strings.Join(t.Servers, ", ")))
	}
	return "first " + strings.Join(all, "; ")
}

// watched is what is compared with the live servers.
func watched(s rollout.State) string {
	if c := s.Candidates(); len(s.Tried) > 0 {
		return c.Words()
	}
	return "the canary"
}

// goesOn says which of several versions are left.
func goesOn(s rollout.State) string {
	if c := s.Candidates(); len(c) > 1 {
		return c.Words() + " go on"
	}
	return s.Candidates().Words() + " goes on"
}

// promoted tells of a promotion; one that came too late changed nothing.
func (a *app) promoted(e rollout.Event, after rollout.State) string {
	switch {
	case len(after.Tried) == 0:
		return a.paint.good("promoted") + by(e)
	case after.Version != e.Version:
		return a.paint.unclear("promoted "+string(e.Version)+" too late") + by(e)
	}
	return a.paint.good("promoted "+string(e.Version)) + by(e)
}

// canariesRun is how far a rollout has come that has several versions and has
// not chosen one.
func canariesRun(s rollout.State) string {
	runs := map[fleet.Version]int{}
	for _, t := range s.Turns {
		if t.Place == rollout.Upgraded {
			runs[t.To]++
		}
	}
	var all []string
	for _, v := range s.Candidates() {
		all = append(all, fmt.Sprintf("%d run %s", runs[v], v))
	}
	return fmt.Sprintf("of %d servers %s", len(s.Turns), strings.Join(all, ", "))
}

// verdicts is a verdict on several versions, a line for each.
func (a *app) verdicts(v judge.Verdict) string {
	lines := []string{"verdict:"}
	for _, one := range v.Versions {
		lines = append(lines, on(string(one.Version), one.Servers)+": "+a.verdictOn(one))
	}
	return strings.Join(lines, "\n           ")
}

// verdictOn is the verdict on one of several versions, in a line.
func (a *app) verdictOn(one judge.VersionVerdict) string {
	words := oneLine(fleet.Plain(rollout.Tried{Verdict: one}.Words()))
	switch one.Opinion {
	case judge.Worse:
		return a.paint.bad(words)
	case judge.Healthy:
		return a.paint.good(words)
	}
	return a.paint.unclear(words)
}

// on is a version with the servers that run it, if any does.
func on(version string, servers []string) string {
	if len(servers) == 0 {
		return version
	}
	return version + " on " + strings.Join(servers, ", ")
}

// goal is what the servers shall get.
func (last lastVerdict) goal() string {
	var all fleet.Versions
	for _, t := range last.Tried {
		all = append(all, t.Version)
	}
	if last.Version != "" {
		return string(last.Version)
	}
	return all.String()
}

// verdictOf is the last verdict; of several versions each has its line below.
func (a *app) verdictOf(last lastVerdict) string {
	if len(last.Versions) > 0 {
		return "side by side:"
	}
	return a.verdict(last.Verdict)
}

// triedBelow are the lines of several versions, "" where there is one.
func (a *app) triedBelow(tried []rollout.Tried) string {
	if len(tried) == 0 {
		return ""
	}
	var rows strings.Builder
	a.triedText(&rows, tried)
	return "\n" + strings.TrimRight(rows.String(), "\n")
}
