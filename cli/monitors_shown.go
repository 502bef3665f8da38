package cli

import (
	"strings"

	"noon/fleet"
	"noon/judge/logs"
	"noon/judge/monitors"
)

// monitorsVerdict is what the monitors say of each version, with its charts.
func (a *app) monitorsVerdict(all []monitors.Report) string {
	var b strings.Builder
	for _, r := range all {
		b.WriteString("\n\n" + a.monitorsText(r))
		if len(r.Charts) > 0 {
			b.WriteString("\n\n" + a.charts(r.Charts))
		}
	}
	return b.String()
}

// statusLines is how much a status shows of each version; "noon verdict" has
// all of it.
const statusLines = 3

// monitorsStatus is what the monitors say of each version, in a few lines.
func (a *app) monitorsStatus(all []monitors.Report) string {
	var b strings.Builder
	for _, r := range all {
		b.WriteString("  " + string(r.Version) + "  " + a.monitorsLine(r) + "\n")
		lines := a.monitorsLines(r)
		for _, line := range lines[:min(len(lines), statusLines)] {
			b.WriteString("  " + line + "\n")
		}
	}
	return b.String()
}

// monitorsStory are the findings of the monitors that people should look at,
// each once; those that count against a version are part of the verdict itself.
func (a *app) monitorsStory(all []monitors.Report, told told) []string {
	var lines []string
	for _, r := range all {
		for _, f := range r.Findings {
			if !r.Counts(f) && told.first(string(r.Version)+" "+string(f.Direction)+" "+f.Series) {
				lines = append(lines, a.tier(logs.TierWatch)+" "+string(r.Version)+": "+fleet.Plain(oneLine(wordsOf(f))))
			}
		}
	}
	return lines
}

// first tells whether something is to be told for the first time.
func (t told) first(key string) bool {
	if t[key] {
		return false
	}
	t[key] = true
	return true
}
