package cli

import (
	"fmt"
	"math"
	"strings"
	"time"

	"noon/fleet"
	"noon/judge/logs"
)

// sampleShown is how many characters of a line are shown in a terminal; JSON
// has all that was kept.
const sampleShown = 300

// findingsShown bounds the findings on a terminal.
const findingsShown = 20

// stackShown is how many lines of a stack trace are shown.
const stackShown = 12

// logsText is what the judge of logs says, for people.
func (a *app) logsText(r logs.Report) string {
	var b strings.Builder
	fmt.Fprintf(&b, "logs: %s  %d lines of the new version, %d of the live one", a.opinion(r.Verdict), r.CanaryLines, r.LiveLines)
	if r.UnknownLines > 0 {
		fmt.Fprintf(&b, ", %d that could not be compared", r.UnknownLines)
	}
	b.WriteByte('\n')
	for _, missing := range r.Missing {
		fmt.Fprintf(&b, "  missing: %s\n", fleet.Plain(missing))
	}
	for _, note := range r.Notes {
		fmt.Fprintf(&b, "  %s %s\n", a.paint.unclear("!"), fleet.Plain(note))
	}
	for _, f := range r.Findings[:min(len(r.Findings), findingsShown)] {
		b.WriteByte('\n')
		a.findingText(&b, f)
	}
	if more := len(r.Findings) - findingsShown; more > 0 {
		fmt.Fprintf(&b, "\nand %d more findings; --output json has all of them\n", more)
	}
	return strings.TrimRight(b.String(), "\n")
}

func (a *app) opinion(o logs.Opinion) string {
	switch o {
	case logs.Stop:
		return a.paint.bad(string(o))
	case logs.Clean:
		return a.paint.good(string(o))
	}
	return a.paint.unclear(string(o))
}

func (a *app) tier(t logs.Tier) string {
	switch t {
	case logs.TierStop:
		return a.paint.bad("STOP ")
	case logs.TierWatch:
		return a.paint.unclear("WATCH")
	}
	return a.paint.faint("known")
}

// findingText is one finding: what it is, why, and what was written.
func (a *app) findingText(b *strings.Builder, f logs.Finding) {
	fmt.Fprintf(b, "%s %s  %s%s%s\n", a.tier(f.Tier), f.Family, kindWords(f), level(f), a.paint.faint(since(f)))
	fmt.Fprintf(b, "  %s\n", a.paint.strong(shortened(f.Template)))
	fmt.Fprintf(b, "  %s\n", fleet.Plain(f.Words))
	if f.Caveat != nil {
		fmt.Fprintf(b, "  known caveat: %s\n", fleet.Plain(caveatWords(*f.Caveat)))
	}
	if counts := countWords(f.Counts); counts != "" {
		fmt.Fprintf(b, "  %s\n", a.paint.faint(counts))
	}
	for _, w := range f.With {
		fmt.Fprintf(b, "  with it: %s\n", shortened(w.Template))
	}
	if f.Tier == logs.TierKnown {
		return
	}
	if f.Stack != "" {
		for _, line := range stackLines(f.Stack) {
			fmt.Fprintf(b, "  : %s\n", line)
		}
		return
	}
	for _, sample := range f.Samples {
		fmt.Fprintf(b, "  | %s\n", shortened(strings.SplitN(sample, "\n", 2)[0]))
	}
}

func kindWords(f logs.Finding) string {
	if f.Tier == logs.TierKnown {
		return "no more often than elsewhere"
	}
	switch f.Kind {
	case logs.KindNew:
		return "only the new version writes this"
	case logs.KindRate:
		return "the new version writes this more often"
	case logs.KindGone:
		return "the new version no longer writes this"
	case logs.KindReworded:
		return "reworded? it was " + fleet.Quoted(f.Was)
	}
	return string(f.Kind)
}

func level(f logs.Finding) string {
	if f.Level == logs.Unsaid {
		return ""
	}
	return "  " + f.Level.String()
}

func since(f logs.Finding) string {
	if f.First.IsZero() {
		return ""
	}
	return "  since " + f.First.Local().Format(time.TimeOnly)
}

func caveatWords(c logs.KnownCaveat) string {
	words := c.Why
	for _, more := range []string{c.Ticket, c.Owner} {
		if more != "" {
			words += ", " + more
		}
	}
	if c.Expired {
		words += " (EXPIRED: look again)"
	}
	return words
}

func countWords(counts []logs.ServerCount) string {
	var all []string
	for _, c := range counts {
		all = append(all, fmt.Sprintf("%s %s %d", c.Server, c.Version, c.Episodes))
	}
	return fleet.Plain(strings.Join(all, "   "))
}

// shortened is what others wrote, on one line of bounded length.
func shortened(text string) string {
	runes := []rune(strings.Join(strings.Fields(fleet.Plain(text)), " "))
	if len(runes) > sampleShown {
		return string(runes[:sampleShown]) + "..."
	}
	return string(runes)
}

// stackLines are the first lines of a stack trace, with their indentation.
func stackLines(stack string) []string {
	var lines []string
	for line := range strings.Lines(stack) {
		text := strings.TrimRight(strings.ReplaceAll(line, "\t", "    "), " \n")
		if text == "" {
			continue
		}
		if len(lines) == stackShown {
			return append(lines, "...")
		}
		lines = append(lines, fleet.Plain(text[:min(len(text), sampleShown)]))
	}
	return lines
}

// finite is a number that JSON can hold.
func finite(x float64) float64 {
	if math.IsNaN(x) {
		return 0
	}
	return math.Max(-math.MaxFloat64, math.Min(x, math.MaxFloat64))
}
