package monitors

import (
	"math"
	"slices"
	"strings"
)

const (
	// briefFindings, briefLines and briefCharts bound what is kept of a report,
	// briefWords each of its sentences in bytes.
	briefFindings = 20
	briefLines    = 10
	briefCharts   = 6
	briefWords    = 600
	// briefPoints is about how many points of a chart are kept: more than a
	// terminal is wide are not seen.
	briefPoints = 60
)

// Brief is the report short enough to be kept each time: the worst findings,
// and charts of few points. It holds only numbers that JSON can hold.
func (r Report) Brief() Report {
	r = r.Finite()
	r.Findings = r.Findings[:min(len(r.Findings), briefFindings)]
	for i := range r.Findings {
		f := &r.Findings[i]
		f.Series, f.Words = briefText(f.Series), briefText(f.Words)
	}
	r.Missing, r.Notes = briefTexts(r.Missing), briefTexts(r.Notes)
	var charts []Chart
	for _, c := range r.Charts[:min(len(r.Charts), briefCharts)] {
		charts = append(charts, c.Brief())
	}
	r.Charts = charts
	return r
}

// Finite is the report with numbers that JSON can hold: what is more is the
// most that there is.
func (r Report) Finite() Report {
	r.Findings = slices.Clone(r.Findings)
	if r.Findings == nil {
		r.Findings = []Finding{}
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		f.Ratio, f.Expected, f.Seen, f.Evidence = finiteNumber(f.Ratio), finiteNumber(f.Expected), finiteNumber(f.Seen), finiteNumber(f.Evidence)
	}
	r.Evidence, r.Needed = finiteNumber(r.Evidence), finiteNumber(r.Needed)
	return r
}

// finiteNumber is the number that JSON holds in place of x.
func finiteNumber(x float64) float64 {
	if math.IsNaN(x) {
		return 0
	}
	return math.Max(-math.MaxFloat64, math.Min(x, math.MaxFloat64))
}

func briefTexts(all []string) []string {
	all = slices.Clone(all[:min(len(all), briefLines)])
	for i := range all {
		all[i] = briefText(all[i])
	}
	return all
}

func briefText(text string) string {
	if len(text) <= briefWords {
		return text
	}
	return strings.ToValidUTF8(text[:briefWords], "") + "..."
}
