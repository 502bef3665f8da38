package fleet

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// everyMost is the longest time between two readings that can be judged.
const everyMost = time.Minute

// monitorsSection is where it is measured how well a server serves.
type monitorsSection struct {
	to         *Monitors
	prometheus *Prometheus
	queries    *queriesSetting
	in         found
}

func newMonitorsSection(to *Monitors) *monitorsSection {
	p := &Prometheus{}
	return &monitorsSection{to: to, prometheus: p, queries: &queriesSetting{to: &p.Queries}}
}

func (s *monitorsSection) fields() []field {
	return []field{
		{key: "metrics", about: "where the application answers with its metrics, like http://{address}/metrics (Prometheus or OpenMetrics)", to: text{&s.to.Metrics, aURL}, also: []string{"url", "endpoint", "openmetrics", "scrape"}},
		{key: "prometheus", about: "queries to Prometheus, from the controller's machine", to: in(prometheusSection{s.prometheus, s.queries}), also: []string{"prom", "promql", "thanos", "mimir"}},
		{key: "business", about: "counters that must not fall, like orders_total", to: texts{&s.to.Business, aBusinessCounter}, also: []string{"counters", "kpis"}},
		{key: "ignore", about: `series that are not judged: memory, errors{* for all that begin so, or * for all`, to: texts{&s.to.Ignore, aPattern}, also: []string{"exclude", "skip"}},
		{key: "history", about: "how long before the upgrade is compared with", to: duration{&s.to.History, 0}, also: []string{"past", "before", "since"}},
		{key: "every", about: "the time between two readings", to: duration{&s.to.Every, 100 * time.Millisecond}, also: []string{"interval", "period"}},
	}
}

func (s *monitorsSection) check(f found) {
	s.in = f
	if f.has("prometheus") {
		s.to.Prometheus = s.prometheus
	}
	if f.has("prometheus") && f.has("metrics") {
		f.place("prometheus").wrongKey("monitors has both metrics and prometheus: keep the one whose numbers are to count")
	}
	if f.has("business") && !f.has("prometheus") && !f.has("metrics") {
		f.place("business").wrongKey("monitors.business needs metrics or prometheus: the load balancer does not count %s", strings.Join(s.to.Business, " and "))
	}
	if f.has("every") && s.to.Every > everyMost {
		f.place("every").wrong("monitors.every must be at most %s: between two readings nobody sees that the canary is worse", durationText(everyMost))
	}
	if f.has("prometheus") && f.has("business") {
		s.checkBusiness(f.place("business"))
	}
}

// checkBusiness wants a query for every business counter.
func (s *monitorsSection) checkBusiness(at place) {
	names := slices.Sorted(maps.Keys(s.prometheus.Queries))
	if len(names) == 0 {
		return // which is wrong enough
	}
	for _, item := range itemsOf(at) {
		name, ok := item.text()
		if !ok || !slices.Contains(s.to.Business, name) || slices.Contains(names, name) {
			continue
		}
		if meant, ok := nearest(names, name); ok {
			item.wrong("business counter %s has no query: did you mean %s?", Quoted(name), Quoted(meant))
			continue
		}
		item.wrong("business counter %s has no query: add it to monitors.prometheus.queries", Quoted(name))
	}
}

func itemsOf(at place) []place {
	items, _ := at.items()
	return items
}

var seriesForm = regexp.MustCompile(`^[a-zA-Z_:][a-zA-Z0-9_:.]{0,199}$`)

// aSeries is the form of names of counters.
func aSeries(value string) string {
	if seriesForm.MatchString(value) {
		return ""
	}
	return "must be the name of a series: letters, digits and _ : ., like orders_total"
}

// aBusinessCounter is a series that is not judged already, as something else.
func aBusinessCounter(value string) string {
	if value == "requests" || value == "errors" {
		return "is judged anyway: business counters are what customers achieve, like orders_total"
	}
	return aSeries(value)
}

// aPattern is a series, or the beginning of some; "*" is all of them.
func aPattern(value string) string {
	switch {
	case strings.TrimSpace(value) != value || value == "":
		return "must be the name of a series, like memory, or errors{* for all that begin so"
	case strings.Contains(strings.TrimSuffix(value, "*"), "*"):
		return "may have a * only at its end"
	}
	return printable(value, "")
}
