package receipt

import (
	"fmt"
	"strings"

	"noon/fleet"
	"noon/judge/logs"
)

const (
	// foundMost bounds the findings on a receipt; "noon verdict" has more.
	foundMost = 10
	// traceMost and lineMost bound what is shown of a stack trace.
	traceMost, lineMost = 8, 160
)

// Found is one finding of the logs, as a receipt shows it.
type Found struct {
	Tier, Family, Since, Template, Words string
	// Acts tells that it counted against the version.
	Acts bool
	// Trace are the first lines of its stack trace, or its first sample.
	Trace []string
}

func (r Receipt) found() []Found {
	if r.Verdict == nil || r.Verdict.Logs == nil {
		return nil
	}
	var all []Found
	for _, f := range r.Verdict.Logs.Findings[:min(len(r.Verdict.Logs.Findings), foundMost)] {
		all = append(all, foundOf(f))
	}
	return all
}

func foundOf(f logs.Finding) Found {
	found := Found{Tier: strings.ToUpper(string(f.Tier)), Family: f.Family, Template: line(f.Template), Words: f.Words, Acts: f.Tier == logs.TierStop}
	if !f.First.IsZero() {
		found.Since = clock(f.First)
	}
	if f.Caveat != nil {
		found.Words += "; known caveat: " + f.Caveat.Why
	}
	switch {
	case f.Tier == logs.TierKnown:
	case f.Stack != "":
		found.Trace = trace(f.Stack)
	case len(f.Samples) > 0:
		found.Trace = trace(f.Samples[0])
	}
	return found
}

func trace(text string) []string {
	var lines []string
	for each := range strings.Lines(text) {
		if each = line(each); each != "" && len(lines) < traceMost {
			lines = append(lines, each)
		}
	}
	return lines
}

// line is what others wrote, on one line of bounded length.
func line(text string) string {
	runes := []rune(fleet.Plain(strings.Join(strings.Fields(text), " ")))
	if len(runes) > lineMost {
		return string(runes[:lineMost]) + "..."
	}
	return string(runes)
}

func (r Receipt) foundText(b *strings.Builder) {
	found := r.found()
	if len(found) == 0 {
		return
	}
	fmt.Fprintf(b, "\n  found in the logs\n")
	for _, f := range found {
		fmt.Fprintf(b, "    %s  %-5s %s  %s\n      %s\n", f.Since, f.Tier, f.Family, f.Template, f.Words)
		for _, text := range f.Trace {
			fmt.Fprintf(b, "      | %s\n", text)
		}
	}
}
