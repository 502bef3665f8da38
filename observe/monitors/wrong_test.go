package monitors_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode"

	"noon/fleet"
	"noon/host"
	"noon/observe/monitors"
	"noon/testbed"
)

func TestMain(m *testing.M) { testbed.Main(m) }

func TestWhatIsNoMetricsIsSaid(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(w http.ResponseWriter)
		says   string
	}{
		"a page":                {func(w http.ResponseWriter) { _, _ = io.WriteString(w, "<!doctype html><p>Shop") }, "HTML"},
		"a page called text":    {func(w http.ResponseWriter) { typed(w, "text/plain", "<!doctype html>\n<p>Shop\n") }, "HTML"},
		"nothing":               {func(w http.ResponseWriter) { typed(w, "text/plain", "") }, "empty"},
		"comments":              {func(w http.ResponseWriter) { typed(w, "text/plain", "# nothing yet\n") }, "empty"},
		"not found":             {func(w http.ResponseWriter) { w.WriteHeader(404) }, "404"},
		"an error with secrets": {func(w http.ResponseWriter) { http.Error(w, "password=hunter2", 500) }, "500"},
		"a login":               {func(w http.ResponseWriter) { w.WriteHeader(401) }, "login"},
		"elsewhere": {func(w http.ResponseWriter) {
			w.Header().Set("Location", "/login?token=hunter2")
			w.WriteHeader(302)
		}, "redirection"},
		"json": {func(w http.ResponseWriter) { typed(w, "application/json", `{"requests": 1}`+"\n") }, "not as Prometheus writes it"},
		"no number": {func(w http.ResponseWriter) {
			typed(w, "text/plain", shopFirst+"http_requests_total{code=\"200\"} many\n")
		}, "line 4"},
		"labels without end":  {func(w http.ResponseWriter) { typed(w, "text/plain", shopFirst+"http_requests_total{code=\"200\" 5\n") }, "line 4"},
		"a quote without end": {func(w http.ResponseWriter) { typed(w, "text/plain", shopFirst+"http_requests_total{code=\"200} 5\n") }, "line 4"},
		"many labels": {func(w http.ResponseWriter) {
			typed(w, "text/plain", "http_requests_total{"+strings.Repeat(`a="b",`, 100)+"} 5\n")
		}, "more than 64 labels"},
		"a line without end":    {func(w http.ResponseWriter) { typed(w, "text/plain", shopFirst+strings.Repeat("a", 1<<20)) }, "longer than 64 kB"},
		"binary":                {func(w http.ResponseWriter) { typed(w, "text/plain", "\x1b[2J\x00\xff\n") }, "line 1"},
		"protobuf that is none": {func(w http.ResponseWriter) { typed(w, "application/vnd.google.protobuf", "\x05hello") }, "not protobuf"},
		"protobuf without an end": {func(w http.ResponseWriter) {
			typed(w, "application/vnd.google.protobuf", "\xff\xff\xff\xff\xff\xff\xff\xff\x7f")
		}, "ends in the middle"},
	} {
		t.Run(name, func(t *testing.T) {
			app := serve(t, func(w http.ResponseWriter, _ *http.Request) { c.answer(w) })
			r := reader(metrics)
			o, trouble := r.Read(t.Context(), at(app))
			said := strings.Join(trouble, "\n")
			empty(t, o)
			has(t, said, "GET /metrics: ", c.says)
			clean(t, said)
			for _, p := range r.Preflight(t.Context(), at(app)) {
				if p.Fatal == (c.says == "empty") || p.Mend == "" || !strings.HasPrefix(p.What, "web1: monitors: GET /metrics: ") {
					t.Errorf("%+v", p)
				}
				clean(t, p.What)
			}
		})
	}
}

func typed(w http.ResponseWriter, kind, body string) {
	w.Header().Set("Content-Type", kind)
	_, _ = io.WriteString(w, body)
}

func clean(t *testing.T, text string) {
	t.Helper()
	if strings.Contains(text, "hunter2") || strings.ContainsFunc(text, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }) {
		t.Errorf("it must not be shown: %q", text)
	}
}

func TestASecretInTheURLIsNotShown(t *testing.T) {
	o, trouble := reader(fleet.Monitors{Metrics: "http://{address}/metrics?token=hunter2"}).Read(t.Context(), at(testbed.Address(t)))
	empty(t, o)
	has(t, strings.Join(trouble, "\n"), "GET /metrics: ", "refused")
	clean(t, strings.Join(trouble, "\n"))
}

func TestNothingThatIsUnderstoodIsSaid(t *testing.T) {
	body := "# TYPE widgets gauge\nwidgets 5\n"
	o, trouble := read(t, metrics, body)
	empty(t, o)
	has(t, trouble, "nothing in it is named as noon knows it")
	problems := reader(metrics).Preflight(t.Context(), at(answers(t, "text/plain", []byte(body))))
	if len(problems) != 1 || problems[0].Fatal { // a process that was just started may say no more
		t.Fatalf("%+v", problems)
	}
	has(t, problems[0].What+problems[0].Mend, "web1: monitors: it answers, but", "docs/monitors.md")
}

func TestMonitorsThatNobodyJudgesRefuseNothing(t *testing.T) {
	r := reader(fleet.Monitors{Metrics: "http://{address}/metrics", Ignore: []string{"*"}})
	if problems := r.Preflight(t.Context(), at(testbed.Address(t))); len(problems) > 0 {
		t.Errorf("%+v", problems)
	}
}

func TestAMachineThatCannotBeReachedIsTrouble(t *testing.T) {
	r := monitors.New(monitors.Options{Monitors: metrics, Reach: func(fleet.Server) (host.Host, error) { return nil, errors.New("no such machine: web1\x1b") }})
	o, trouble := r.Read(t.Context(), at("10.0.0.1:80"))
	empty(t, o)
	has(t, strings.Join(trouble, "\n"), "GET /metrics: no such machine: web1?")
}

func TestNumbersThatCannotBeAreMissing(t *testing.T) {
	for _, value := range []string{"NaN", "+Inf", "-Inf", "-1", "1e999"} {
		o, trouble := read(t, fleet.Monitors{Metrics: "http://{address}/metrics", Business: []string{"orders_total", "refunds"}}, `# TYPE http_requests_total counter
http_requests_total{code="200"} 5
http_requests_total{code="500"} `+value+`
# TYPE orders_total counter
orders_total{payment="card"} `+value+`
# TYPE refunds_total counter
refunds_total 3
# TYPE process_resident_memory_bytes gauge
process_resident_memory_bytes `+value+`
# TYPE process_open_fds gauge
process_open_fds 12
# TYPE process_cpu_seconds_total counter
process_cpu_seconds_total `+value+`
# TYPE request_duration_seconds histogram
request_duration_seconds_bucket{le="1"} 3
request_duration_seconds_bucket{le="+Inf"} `+value+`
`)
		if len(o.Counters) != 1 || o.Counters["refunds"] != 3 || len(o.Histograms) != 0 || len(o.Gauges) != 1 || o.Gauges["open_files"] != 12 {
			t.Errorf("%s: %+v", value, o)
		}
		has(t, trouble, "http_requests_total has a number that no counter has", "business counter orders_total is not a number", "process_resident_memory_bytes is not a number", "process_cpu_seconds_total is not", "request_duration_seconds is no histogram")
	}
}

func TestHistogramsThatAreNoneAreMissing(t *testing.T) {
	for name, buckets := range map[string]string{
		"falls":         "d{le=\"1\"} 5\nd{le=\"2\"} 4\nd{le=\"+Inf\"} 6\n",
		"no end":        "d{le=\"1\"} 5\nd{le=\"2\"} 6\n",
		"one edge":      "d{le=\"+Inf\"} 6\n",
		"edge of words": "d{le=\"much\"} 5\nd{le=\"+Inf\"} 6\n",
		"no edge":       "d 5\n",
		"half an end":   "d{p=\"a\",le=\"1\"} 5\nd{p=\"b\",le=\"1\"} 5\nd{p=\"a\",le=\"+Inf\"} 6\n",
	} {
		o, trouble := read(t, metrics, "# TYPE request_duration_seconds histogram\n"+strings.ReplaceAll(buckets, "d", "request_duration_seconds_bucket"))
		if len(o.Histograms) > 0 {
			t.Errorf("%s: %v", name, o.Histograms)
		}
		has(t, trouble, "request_duration_seconds is no histogram that can be read")
	}
}

func TestAnAnswerThatEndsInTheMiddleLosesWhatIsNotWhole(t *testing.T) {
	for name, c := range map[string]struct{ kind, body string }{
		"text":        {"text/plain", shopFirst + "# TYPE orders_total counter\norders_total{a=\"b\"} 1\norders_total{a=\"c\"} 12"},
		"of others":   {"text/plain", shopFirst + "# TYPE widgets gauge\nwidgets 1\nwidgets{a=\"c\"} 12"},
		"OpenMetrics": {"application/openmetrics-text; version=1.0.0", shopFirst + "# TYPE orders counter\norders_total{a=\"b\"} 1\n"},
	} {
		r := reader(fleet.Monitors{Metrics: "http://{address}/metrics", Business: []string{"orders"}})
		o, trouble := r.Read(t.Context(), at(answers(t, c.kind, []byte(c.body))))
		if _, half := o.Counters["orders"]; half || o.Counters["requests"] != 11 {
			t.Errorf("%s: %v", name, o.Counters)
		}
		has(t, strings.Join(trouble, "\n"), "ends in the middle", "no business counter orders")
	}
}

// Exporters should not do that, but a part of a sum is worse than none.
func TestAFamilyInTwoPlacesIsSummed(t *testing.T) {
	o, trouble := read(t, metrics, shopFirst+"# TYPE widgets gauge\nwidgets 1\nhttp_requests_total{code=\"200\"} 100\n")
	if o.Counters["requests"] != 111 || trouble != "" {
		t.Error(o.Counters, trouble)
	}
}
