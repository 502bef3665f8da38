package cli

import (
	"fmt"
	"math"
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
	line := a.monitorsOpinion(r.Opinion)
	if r.Needed > 0 {
		line += fmt.Sprintf("  evidence against it %s, %s needed", odds(r.Evidence), odds(r.Needed))
	}
	return line + fmt.Sprintf(", %s requests", thousands(r.Requests))
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
		lines = append(lines, "  "+a.tier(tierOf(f, r))+" "+fleet.Plain(oneLine(wordsOf(f))))
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

// tierOf tells what counts against the version from what people are only shown.
func tierOf(f monitors.Finding, r monitors.Report) logs.Tier {
	if r.Opinion == monitors.Worse && f.Evidence >= r.Needed {
		return logs.TierStop
	}
	return logs.TierWatch
}

// wordsOf are the words of a finding; numbers where it has none.
func wordsOf(f monitors.Finding) string {
	if f.Words != "" {
		return f.Words
	}
	return fmt.Sprintf("%s is %s: %s, %s expected", f.Series, f.Direction, figure(f.Seen), figure(f.Expected))
}

// oddsMost is how much evidence is told in full.
const oddsMost = 1e6

// odds is evidence as words have it: "260:1".
func odds(x float64) string {
	switch {
	case math.IsNaN(x) || x <= 0:
		return "0:1"
	case x >= oddsMost:
		return "over " + thousands(oddsMost) + ":1"
	case x >= 10:
		return thousands(int64(x)) + ":1"
	}
	return figure(math.Floor(x*10)/10) + ":1"
}

// thousands is a number as people read it: "1,395".
func thousands(n int64) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
