package monitors_test

import (
	"io"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	judgemonitors "noon/judge/monitors"
)

// goApp is an application with the real library.
func goApp(t *testing.T, options prometheus.HistogramOpts, openMetrics bool) (address string, observe func(seconds float64, code string)) {
	t.Helper()
	registry := prometheus.NewRegistry()
	options.Name = "http_request_duration_seconds"
	durations := prometheus.NewHistogramVec(options, []string{"code", "handler"})
	registry.MustRegister(durations, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	handler := promhttp.InstrumentMetricHandler(registry, promhttp.HandlerFor(registry, promhttp.HandlerOpts{EnableOpenMetrics: openMetrics}))
	return serve(t, handler.ServeHTTP), func(seconds float64, code string) { durations.WithLabelValues(code, "/cart").Observe(seconds) }
}

// below is how many of a histogram were at most so long, by its closest edge
// from above.
func below(h judgemonitors.Histogram, seconds float64) float64 {
	for i, le := range h.LE {
		if le >= seconds {
			return h.Count[i]
		}
	}
	return math.NaN()
}

func TestNativeHistogramsAreReadAtEdgesThatStay(t *testing.T) {
	app, observe := goApp(t, prometheus.HistogramOpts{NativeHistogramBucketFactor: 1.1, NativeHistogramMaxBucketNumber: 20}, true)
	r := reader(metrics)
	for range 90 {
		observe(0.010, "200")
	}
	for range 10 {
		observe(0.300, "500")
	}
	first, trouble := r.Read(t.Context(), at(app))
	h := first.Histograms["latency_seconds"]
	if len(trouble) > 0 || len(h.LE) < 50 || !math.IsInf(h.LE[len(h.LE)-1], 1) {
		t.Fatalf("%q %v", trouble, h)
	}
	if below(h, 0.008) != 0 || below(h, 0.010) != 90 || below(h, 0.2) != 90 || below(h, 0.3) != 100 {
		t.Errorf("%v", h)
	}
	if c := first.Counters; c["requests"] != 100 || c["errors"] != 10 || c[`errors{endpoint="/cart"}`] != 10 || first.Gauges["goroutines"] < 1 || first.Gauges["memory"] < 1 {
		t.Errorf("%v %v", c, first.Gauges)
	}
	// So many different times that the library makes the buckets coarser.
	for i := range 2000 {
		observe(0.00002*math.Pow(1.008, float64(i)), "200")
	}
	second, _ := r.Read(t.Context(), at(app))
	h2 := second.Histograms["latency_seconds"]
	if diff := cmp.Diff(h.LE, h2.LE); diff != "" {
		t.Fatalf("the edges changed: %s", diff)
	}
	if last := len(h2.LE) - 1; h2.Count[last] != 2100 {
		t.Errorf("%v", h2.Count[last])
	}
}

// Classic buckets are the same in all formats, and from version to version.
func TestClassicBucketsCountBeforeNativeOnes(t *testing.T) {
	for name, o := range map[string]prometheus.HistogramOpts{
		"classic": {Buckets: []float64{.1, 1}},
		"both":    {Buckets: []float64{.1, 1}, NativeHistogramBucketFactor: 1.1},
	} {
		app, observe := goApp(t, o, true)
		observe(0.05, "200")
		observe(0.5, "200")
		observe(5, "200")
		got, trouble := reader(metrics).Read(t.Context(), at(app))
		if diff := cmp.Diff([]string{"1 <= 0.1", "2 <= 1", "3 <= +Inf"}, inWords(got.Histograms["latency_seconds"])); diff != "" || len(trouble) > 0 {
			t.Errorf("%s: %s %q", name, diff, trouble)
		}
	}
}

// Who answers only one format must be read as well.
func TestEveryFormatOfTheGoLibrarySaysTheSame(t *testing.T) {
	app, observe := goApp(t, prometheus.HistogramOpts{Buckets: []float64{.1, 1}}, true)
	observe(0.05, "200")
	observe(0.5, "503")
	var all []judgemonitors.Observation
	for _, accept := range []string{"", "text/plain;version=0.0.4", "application/openmetrics-text;version=1.0.0", "application/openmetrics-text;version=0.0.1", "text/plain;version=1.0.0;escaping=allow-utf-8"} {
		proxy := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if accept != "" {
				r.Header.Set("Accept", accept)
			}
			r.URL.Scheme, r.URL.Host, r.RequestURI = "http", app, ""
			response, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				t.Error(err)
				return
			}
			defer response.Body.Close()
			kind, want := response.Header.Get("Content-Type"), strings.SplitN(accept, ";", 2)[0]
			if accept == "" {
				want = "application/vnd.google.protobuf"
			}
			if !strings.HasPrefix(kind, want) {
				t.Errorf("it answers %s, not %s", kind, want)
			}
			w.Header().Set("Content-Type", kind)
			w.Header().Set("Content-Encoding", response.Header.Get("Content-Encoding"))
			_, _ = io.Copy(w, response.Body)
		})
		o, trouble := reader(metrics).Read(t.Context(), at(proxy))
		if len(trouble) > 0 {
			t.Errorf("%s: %q", accept, trouble)
		}
		o.Gauges, o.Time = nil, time.Time{}
		all = append(all, o)
	}
	for _, o := range all[1:] {
		if diff := cmp.Diff(all[0], o); diff != "" || o.Counters["errors"] != 1 {
			t.Error(diff, o.Counters)
		}
	}
}
