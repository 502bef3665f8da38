package monitors

import (
	"context"
	"fmt"
	"strings"
	"time"

	"noon/fleet"
	judgemonitors "noon/judge/monitors"
)

// Preflight looks whether the server's monitors can be read, and are understood.
func (r *Reader) Preflight(ctx context.Context, s fleet.Server) []fleet.Problem {
	_, problems := r.Examine(ctx, s)
	return problems
}

// Examine says what is understood of the server's monitors, "requests and errors
// by 12 endpoints, latency, memory", and what is wrong. Where noon.yaml names no
// monitor there is neither.
func (r *Reader) Examine(ctx context.Context, s fleet.Server) (words string, problems []fleet.Problem) {
	m := r.options.Monitors
	o := judgemonitors.Observation{Time: time.Now(), Counters: map[string]float64{}, Histograms: map[string]judgemonitors.Histogram{}, Gauges: map[string]float64{}}
	switch {
	case m.Metrics != "":
		u := r.readMetrics(ctx, s, &o)
		words, problems = u.String(), u.problems()
	case m.Prometheus != nil:
		t := r.readPrometheus(ctx, s, &o)
		words, problems = asked(o), prometheusProblems(t, o)
	}
	for i := range problems {
		problems[i].What = s.Name + ": monitors: " + problems[i].What
	}
	return words, problems
}

// metricsMend is said where the application's metrics cannot be read.
const metricsMend = `correct "monitors: metrics:" in noon.yaml, or remove it: the load balancer's counters are judged all the same`

// problems are what keeps a canary from being judged well.
func (u understood) problems() []fleet.Problem {
	var all []fleet.Problem
	nothing := u.String() == "nothing"
	for _, sentence := range u.trouble {
		all = append(all, fleet.Problem{Fatal: nothing, What: sentence, Mend: metricsMend})
	}
	switch {
	case nothing && len(all) == 0:
		all = append(all, fleet.Problem{Fatal: true, What: "it answers, but nothing in it is named as noon knows it", Mend: `name counters in "monitors: business:", or see docs/monitors.md for the names that are understood`})
	case nothing:
	case u.requests == "":
		all = append(all, fleet.Problem{What: "no counter of requests is understood in it (" + u.String() + " are): it may come with the first request", Mend: "see docs/monitors.md for the names that are; the load balancer counts requests all the same"})
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

// asked says what Prometheus answered.
func asked(o judgemonitors.Observation) string {
	words := []string{}
	for _, found := range []struct {
		n    int
		what string
	}{{len(o.Counters), "counters"}, {len(o.Histograms), "histograms"}, {len(o.Gauges), "gauges"}} {
		if found.n > 0 {
			words = append(words, fmt.Sprintf("%d %s", found.n, found.what))
		}
	}
	if len(words) == 0 {
		return "nothing"
	}
	return strings.Join(words, ", ")
}

// prometheusProblems are fatal where nothing at all was answered.
func prometheusProblems(t trouble, o judgemonitors.Observation) []fleet.Problem {
	var all []fleet.Problem
	for _, sentence := range t {
		all = append(all, fleet.Problem{Fatal: asked(o) == "nothing", What: sentence, Mend: `see "monitors: prometheus:" in noon.yaml`})
	}
	return all
}
