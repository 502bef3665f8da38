package monitors

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"noon/fleet"
	judgemonitors "noon/judge/monitors"
)

// readPrometheus asks all queries, each of which may fail by itself; answered
// tells that one was answered, with whatever.
func (r *Reader) readPrometheus(ctx context.Context, s fleet.Server, o *judgemonitors.Observation) (t trouble, answered bool) {
	p := r.options.Monitors.Prometheus
	api, err := newPrometheusAPI(p, r.client, r.options.Timeout)
	if err == nil {
		err = usable(s)
	}
	if err != nil {
		t.add("%s", err)
		return t, false
	}
	names := slices.Sorted(maps.Keys(p.Queries))
	for i, found := range api.queries(ctx, names, func(name string) string { return queryOf(p.Queries[name], s) }) {
		err := found.err
		if err == nil {
			answered = true
			err = r.put(names[i], found.results, o)
		}
		if err != nil {
			t.add("prometheus: %s: %s", names[i], err)
		}
	}
	return t, answered
}

// usable refuses names that would mean something else in a query.
func usable(s fleet.Server) error {
	if strings.ContainsAny(s.Name+s.Address+s.Host, "\"'`\\\n{}") {
		return fmt.Errorf("the server's name, host or address %s cannot stand in a query", fleet.Quoted(s.Address))
	}
	return nil
}

// queryOf replaces the placeholders of a query.
func queryOf(query string, s fleet.Server) string {
	machine := s.Host
	if machine == "" {
		machine = "local"
	}
	return strings.NewReplacer("{server}", s.Name, "{address}", s.Address, "{host}", machine).Replace(query)
}

// put writes what a query found into the observation. Requests, errors and
// business are counters, everything else a gauge; "latency" by le a histogram.
func (r *Reader) put(name string, found []result, o *judgemonitors.Observation) error {
	if len(found) == 0 {
		return fmt.Errorf(`the query finds nothing for this server: that is no number, not zero (where there may be none yet, write "... or vector(0)")`)
	}
	for _, f := range found {
		if !possible(f.value) {
			return fmt.Errorf("it is %s, which is no number that can be judged", strconv.FormatFloat(f.value, 'g', -1, 64))
		}
	}
	counts := name == "requests" || name == "errors" || slices.Contains(r.options.Monitors.Business, name)
	switch {
	case (name == "latency" || name == "latency_seconds") && found[0].labels["le"] != "":
		return putHistogram(found, o)
	case (name == "requests" || name == "errors") && found[0].labels["endpoint"] != "":
		return r.putEndpoints(name, found, o)
	case len(found) > 1:
		return fmt.Errorf("the query finds %d series: write one that finds one, like sum(...)", len(found))
	case counts || strings.HasPrefix(name, "requests{") || strings.HasPrefix(name, "errors{"):
		o.Counters[name] = found[0].value
	default:
		o.Gauges[name] = found[0].value
	}
	return nil
}

// putEndpoints writes a counter that comes by endpoint, and their sum.
func (r *Reader) putEndpoints(name string, found []result, o *judgemonitors.Observation) error {
	parts, said := map[string]*part{}, map[string]bool{}
	sum, rest := 0.0, 0.0
	for _, f := range found {
		sum += f.value
		label := f.labels["endpoint"]
		endpoint := bare(label)
		if said[label] {
			return fmt.Errorf("the query finds endpoint %s twice: write sum by (endpoint) (...)", fleet.Quoted(endpoint))
		}
		said[label] = true
		if endpoint == "" || !presentable(endpoint) {
			rest += f.value
			continue
		}
		if parts[endpoint] == nil {
			parts[endpoint] = &part{}
		}
		parts[endpoint].requests += f.value
	}
	chosen := r.endpoints.choose(parts)
	for endpoint, p := range parts {
		if !chosen[endpoint] {
			rest += p.requests
			continue
		}
		o.Counters[series(name, endpoint)] += p.requests
	}
	if rest > 0 {
		o.Counters[series(name, otherEndpoints)] += rest
	}
	o.Counters[name] = sum
	return nil
}

// putHistogram writes buckets that come by le, in seconds.
func putHistogram(found []result, o *judgemonitors.Observation) error {
	l := latency{family: "latency_seconds", edges: map[float64]*edge{}}
	for _, f := range found {
		l.take(sample{labels: []label{{"le", f.labels["le"]}}, value: f.value})
	}
	for le, e := range l.edges {
		if e.series > 1 {
			return fmt.Errorf("the query finds le=%q more than once: write sum by (le) (...)", strconv.FormatFloat(le, 'g', -1, 64))
		}
	}
	h, ok := l.histogram()
	if !ok || !math.IsInf(h.LE[len(h.LE)-1], 1) {
		return fmt.Errorf("its buckets are no histogram: they need at least one edge and +Inf, and must not fall")
	}
	o.Histograms["latency_seconds"] = h
	return nil
}
