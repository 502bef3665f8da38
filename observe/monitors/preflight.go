package monitors

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"noon/fleet"
	judgemonitors "noon/judge/monitors"
)

// Preflight looks whether the server's monitors can be read, and says what is
// understood of them: "requests and errors by 12 endpoints, latency, memory". Where
// noon.yaml names no monitor there is nothing to say.
func (r *Reader) Preflight(ctx context.Context, s fleet.Server) []fleet.Problem {
	m, o := r.options.Monitors, observation(s)
	var all []fleet.Problem
	switch {
	case slices.Contains(m.Ignore, "*"): // nobody judges them
	case m.Metrics != "":
		u := r.readMetrics(ctx, s, &o)
		all = said(m.Metrics, u.String(), u.problems(), s)
	case m.Prometheus != nil:
		t, answered := r.readPrometheus(ctx, s, &o)
		all = said(m.Prometheus.URL, asked(o), prometheusProblems(t, answered), s)
	}
	for i := range all {
		all[i].What = s.Name + ": monitors: " + all[i].What
	}
	return all
}

// said puts what is understood before the problems.
func said(url, understood string, problems []fleet.Problem, s fleet.Server) []fleet.Problem {
	if understood == nothing {
		return problems
	}
	where := strings.SplitN(filled(url, s), "?", 2)[0] // the rest may be a secret
	return append([]fleet.Problem{{What: where + ": " + understood}}, problems...)
}

// metricsMend is said where the application's metrics cannot be read.
const metricsMend = `correct "monitors: metrics:" in noon.yaml (docs/monitors.md has the names that are understood), or remove it: the load balancer's counters are judged all the same`

// problems are what keeps a canary from being judged well.
func (u understood) problems() []fleet.Problem {
	var all []fleet.Problem
	blind := u.String() == nothing
	for _, sentence := range u.trouble {
		all = append(all, fleet.Problem{Fatal: blind && u.unread, What: sentence, Mend: metricsMend})
	}
	switch {
	case blind:
	case u.requests == "":
		all = append(all, fleet.Problem{What: "no counter of requests is understood in it: it may come with the first request", Mend: "see docs/monitors.md for the names that are; the load balancer counts requests all the same"})
	case u.errors == "":
		all = append(all, fleet.Problem{What: u.requests + " does not say how requests ended", Mend: "give it a label like code or status; the load balancer counts errors all the same"})
	}
	if u.requests != "" && u.latency == "" {
		all = append(all, u.withoutLatency())
	}
	return all
}

func (u understood) withoutLatency() fleet.Problem {
	if len(u.summaries) == 0 {
		return fleet.Problem{What: "there is no histogram of how long answers take", Mend: "add one, like http_request_duration_seconds; the load balancer measures times all the same"}
	}
	return fleet.Problem{
		What: u.summaries[0] + " is a summary, which has no buckets: how long answers take is not known of it",
		Mend: "make it a histogram (Spring Boot: management.metrics.distribution.percentiles-histogram.http.server.requests=true)",
	}
}

// asked says what Prometheus answered, by the names of the queries.
func asked(o judgemonitors.Observation) string {
	names := slices.Concat(slices.Collect(maps.Keys(o.Counters)), slices.Collect(maps.Keys(o.Histograms)), slices.Collect(maps.Keys(o.Gauges)))
	if len(names) == 0 {
		return nothing
	}
	slices.Sort(names)
	if more := len(names) - namedMost; more > 0 {
		return strings.Join(names[:namedMost], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(names, ", ")
}

// namedMost is how many series are named.
const namedMost = 20

// prometheusProblems are fatal where no query was answered at all.
func prometheusProblems(t trouble, answered bool) []fleet.Problem {
	var all []fleet.Problem
	for _, sentence := range t {
		all = append(all, fleet.Problem{Fatal: !answered, What: sentence, Mend: `see "monitors: prometheus:" in noon.yaml`})
	}
	return all
}
