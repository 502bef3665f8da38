package fleet

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/invopop/jsonschema"
)

const (
	// queriesMost bounds the queries of one service: each is asked for every
	// server that is watched, every few seconds.
	queriesMost = 50
	// everyMost is the longest time between two readings that can be judged.
	everyMost = time.Minute
)

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
		{key: "ignore", about: `series that are not judged: memory, or errors{* for all that begin so`, to: texts{&s.to.Ignore, aPattern}, also: []string{"exclude", "skip"}},
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

// prometheusSection is a server with the API of Prometheus.
type prometheusSection struct {
	to      *Prometheus
	queries *queriesSetting
}

func (s prometheusSection) fields() []field {
	return []field{
		{key: "url", about: "where Prometheus answers, like https://prometheus.example:9090", to: text{&s.to.URL, aPrometheusURL}, required: true, also: []string{"address", "server"}},
		{key: "queries", about: `what is asked of it for each server, in PromQL: { errors: 'sum(app_errors_total{instance="{address}"})' }`, to: s.queries, required: true, also: []string{"query", "series"}},
		{key: "tenant", about: "the tenant, where there are several", to: text{&s.to.Tenant, aLokiName}, also: []string{"org", "org_id", "x_scope_orgid"}},
		{key: "user", about: "who logs in", to: text{&s.to.User, aLokiName}, also: []string{"username", "login"}},
		{key: "password", about: "the environment variable with the password: env:PROMETHEUS_PASSWORD", to: variable{&s.to.Password}},
		{key: "token", about: "the environment variable with a bearer token: env:PROMETHEUS_TOKEN", to: variable{&s.to.Token}, also: []string{"bearer", "api_key"}},
	}
}

func (s prometheusSection) check(f found) {
	if f.has("token") && f.has("user") {
		f.place("token").wrongKey("prometheus has both token and user: keep the one that it asks for")
	}
	if f.has("user") != f.has("password") {
		f.at.wrongKey("prometheus needs user and password together, or neither")
	}
}

// queriesSetting are queries by the name of what they find.
type queriesSetting struct{ to *map[string]string }

func (q *queriesSetting) read(at place) {
	entries, ok := at.entries(`a mapping of names to queries, like { errors: 'sum(app_errors_total{instance="{address}"})' }`)
	if !ok {
		return
	}
	*q.to = map[string]string{}
	if len(entries) > queriesMost {
		at.wrongKey("queries has %d queries: at most %d are asked", len(entries), queriesMost)
		return
	}
	if len(entries) == 0 {
		at.wrongKey(`queries is empty: name at least requests and errors`)
	}
	for _, e := range entries {
		if what := aSeries(e.key); what != "" && !endpointSeries.MatchString(e.key) {
			e.at.wrongKey("a query's name %s %s", Quoted(e.key), what)
			continue
		}
		var query string
		text{&query, aPromQuery}.read(e.at)
		(*q.to)[e.key] = query
	}
}

func (q *queriesSetting) schema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "object", AdditionalProperties: &jsonschema.Schema{Type: "string"}}
}

var (
	seriesForm     = regexp.MustCompile(`^[a-zA-Z_:][a-zA-Z0-9_:.]{0,199}$`)
	endpointSeries = regexp.MustCompile(`^(requests|errors)\{endpoint="[^"\\[:cntrl:]]{1,200}"\}$`)
)

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

// aPattern is a series, or the beginning of some.
func aPattern(value string) string {
	switch {
	case strings.TrimSpace(value) != value || value == "":
		return "must be the name of a series, like memory, or errors{* for all that begin so"
	case strings.Contains(strings.TrimSuffix(value, "*"), "*"):
		return "may have a * only at its end"
	case value == "*":
		return "would ignore everything: name what is not judged"
	}
	return printable(value, "")
}

func aPrometheusURL(value string) string {
	u, err := url.Parse(value)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return "must be a URL that begins with http:// or https://, like https://prometheus.example:9090"
	case u.User != nil:
		return "must have no user or password in it: write user: and password: env:PROMETHEUS_PASSWORD"
	case u.RawQuery != "" || u.Fragment != "" || strings.Contains(u.Path, "/api/v1"):
		return "must be where Prometheus' API begins, without /api/v1 and what follows"
	case u.Port() != "" && !aPort(u.Port()):
		return "must have a port from 1 to 65535"
	}
	return printable(value, "")
}

// aPromQuery is PromQL, whose own braces are no placeholders.
func aPromQuery(value string) string {
	for _, found := range queryWord.FindAllString(value, -1) {
		if what := placeholders(found, ofServer...); what != "" {
			return what
		}
	}
	switch {
	case strings.TrimSpace(value) == "":
		return "must be a query in PromQL, and is empty"
	case !named(value) && !strings.Contains(value, "{host}"):
		return `finds the same for all servers: write {server}, {address} or {host} in it, like instance="{address}"`
	}
	return printable(value, "\n\t")
}
