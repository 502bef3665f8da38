package fleet

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/invopop/jsonschema"
)

// queriesMost bounds the queries of one service: each is asked for every server
// that is watched, every few seconds.
const queriesMost = 50

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

// endpointSeries is a part of a counter, as the judge calls it.
var endpointSeries = regexp.MustCompile(`^(requests|errors)\{endpoint="[^"\\[:cntrl:]]{1,200}"\}$`)

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
