package receipt

import (
	"fmt"
	"strings"

	"noon/fleet"
	"noon/judge/monitors"
)

// Judged is what the monitors said of one version last, as a receipt shows it.
type Judged struct {
	Version, Opinion, Standing string
	// Tone and Sign are those of the opinion.
	Tone, Sign string
	Lines      []JudgedLine
	Charts     []drawnChart
}

// JudgedLine is a finding, or what was missing, or a note.
type JudgedLine struct {
	// Tier is STOP or WATCH; "" is no finding.
	Tier, Words string
	// Acts tells that it counted against the version.
	Acts bool
}

func (r Receipt) judged() []Judged {
	if r.Verdict == nil {
		return nil
	}
	var all []Judged
	for _, report := range r.Verdict.Monitors {
		j := Judged{Version: line(string(report.Version)), Opinion: line(string(report.Opinion)), Standing: report.Standing(), Lines: linesOf(report)}
		j.Tone, j.Sign = opinionTone(report.Opinion)
		for _, c := range report.Charts {
			if c.Drawable() {
				j.Charts = append(j.Charts, drawChart(c))
			}
		}
		all = append(all, j)
	}
	return all
}

func linesOf(r monitors.Report) []JudgedLine {
	var lines []JudgedLine
	for _, f := range r.Findings[:min(len(r.Findings), foundMost)] {
		each := JudgedLine{Tier: "WATCH", Words: words(f.Words), Acts: r.Counts(f)}
		if each.Acts {
			each.Tier = "STOP"
		}
		lines = append(lines, each)
	}
	if r.Opinion != monitors.Worse {
		for _, missing := range r.Missing {
			lines = append(lines, JudgedLine{Words: "missing: " + words(missing)})
		}
	}
	for _, note := range r.Notes {
		lines = append(lines, JudgedLine{Words: words(note)})
	}
	return lines
}

// words are sentences of the judge, on one line.
func words(text string) string { return fleet.Plain(strings.Join(strings.Fields(text), " ")) }

// opinionTone is a colour with its sign, as that of an outcome.
func opinionTone(o monitors.Opinion) (class, sign string) {
	switch o {
	case monitors.Healthy:
		return "good", "\u2713"
	case monitors.Worse:
		return "bad", "\u2715"
	}
	return "unclear", "?"
}

func (r Receipt) judgedText(b *strings.Builder) {
	all := r.judged()
	if len(all) == 0 {
		return
	}
	fmt.Fprintf(b, "\n  judged by the monitors\n")
	for _, j := range all {
		fmt.Fprintf(b, "    %s  %s  %s\n", j.Version, j.Opinion, j.Standing)
		for _, each := range j.Lines {
			fmt.Fprintf(b, "      %s\n", strings.TrimSpace(fmt.Sprintf("%-5s %s", each.Tier, each.Words)))
		}
	}
}
