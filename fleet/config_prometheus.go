package fleet

import (
	"regexp"

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

var prometheus = api{name: "Prometheus", path: "/api/v1", example: "https://prometheus.example:9090", language: "PromQL", all: "the same for all servers", selector: `instance="{address}"`}

func (s prometheusSection) fields() []field {
	return append([]field{
		{key: "url", about: "where Prometheus answers, like " + prometheus.example, to: text{&s.to.URL, prometheus.url}, required: true, also: []string{"address", "server"}},
		{key: "queries", about: `what is asked of it for each server, in PromQL: { errors: 'sum(app_errors_total{instance="{address}"})' }`, to: s.queries, required: true, also: []string{"query", "series"}},
	}, loginFields(&s.to.Login, "prometheus")...)
}

func (s prometheusSection) check(f found) { checkLogin(f, "prometheus") }

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
		text{&query, prometheus.query}.read(e.at)
		(*q.to)[e.key] = query
	}
}

func (q *queriesSetting) schema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "object", AdditionalProperties: &jsonschema.Schema{Type: "string"}}
}

// endpointSeries is a part of a counter, as the judge calls it.
var endpointSeries = regexp.MustCompile(`^(requests|errors)\{endpoint="[^"\\[:cntrl:]]{1,200}"\}$`)
