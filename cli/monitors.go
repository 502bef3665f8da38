package cli

import (
	"fmt"
	"strings"

	"noon/fleet"
	"noon/judge/logs"
	"noon/judge/monitors"
)

// monitorsShown bounds the findings on a terminal.
const monitorsShown = 10

// monitorsText is what the judge of monitors says of one version, for people.
func (a *app) monitorsText(r monitors.Report) string {
	lines := append([]string{fmt.Sprintf("monitors: %s %s", r.Version, a.monitorsLine(r))}, a.monitorsLines(r)...)
	return strings.Join(lines, "\n")
}

// monitorsLine is the opinion, with how much there is for it.
func (a *app) monitorsLine(r monitors.Report) string {
	return a.monitorsOpinion(r.Opinion) + "  " + r.Standing()
}

func (a *app) monitorsOpinion(o monitors.Opinion) string {
	switch o {
	case monitors.Worse:
		return a.paint.bad(string(o))
	case monitors.Healthy:
		return a.paint.good(string(o))
	}
	return a.paint.unclear(string(monitors.Undecided))
}

// monitorsLines are the findings, what is missing, and the notes.
func (a *app) monitorsLines(r monitors.Report) []string {
	var lines []string
	for _, f := range r.Findings[:min(len(r.Findings), monitorsShown)] {
		tier := logs.TierWatch
		if r.Counts(f) {
			tier = logs.TierStop
		}
		lines = append(lines, "  "+a.tier(tier)+" "+fleet.Plain(oneLine(wordsOf(f))))
	}
	if more := len(r.Findings) - monitorsShown; more > 0 {
		lines = append(lines, fmt.Sprintf("  and %d more; --output json has all of them", more))
	}
	if r.Opinion != monitors.Worse {
		for _, missing := range r.Missing {
			lines = append(lines, "  missing: "+fleet.Plain(oneLine(missing)))
		}
	}
	for _, note := range r.Notes {
		lines = append(lines, "  "+a.paint.unclear("!")+" "+fleet.Plain(oneLine(note)))
	}
	return lines
}

// wordsOf are the words of a finding; numbers where it has none.
func wordsOf(f monitors.Finding) string {
	if f.Words != "" {
		return f.Words
	}
	return fmt.Sprintf("%s is %s: %s, %s expected", f.Series, f.Direction, monitors.Point(f.Seen), monitors.Point(f.Expected))
}
