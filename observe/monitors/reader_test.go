package monitors_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"noon/fleet"
	"noon/host"
	"noon/host/local"
	judgemonitors "noon/judge/monitors"
	"noon/observe/monitors"
)

func number(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

// reader reads from this machine.
func reader(m fleet.Monitors) *monitors.Reader {
	return monitors.New(monitors.Options{Monitors: m, Timeout: patience, Reach: func(fleet.Server) (host.Host, error) { return local.New(), nil }})
}

var metrics = fleet.Monitors{Metrics: "http://{address}/metrics"}

func at(address string) fleet.Server { return fleet.Server{Name: "web1", Address: address} }

// serve answers HTTP, and returns the address.
func serve(t *testing.T, answer http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(answer)
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://")
}

// read reads an application that answers with a body.
func read(t *testing.T, m fleet.Monitors, body string) (judgemonitors.Observation, string) {
	t.Helper()
	o, trouble := reader(m).Read(t.Context(), at(answers(t, "text/plain; version=0.0.4", []byte(body))))
	return o, strings.Join(trouble, "\n")
}

func has(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, word := range words {
		if !strings.Contains(text, word) {
			t.Errorf("%q is missing in: %s", word, text)
		}
	}
}

func empty(t *testing.T, o judgemonitors.Observation) {
	t.Helper()
	if len(o.Counters)+len(o.Gauges)+len(o.Histograms) > 0 {
		t.Errorf("numbers that nobody measured: %+v", o)
	}
}

func TestWithoutMonitorsNothingIsAskedAndNothingIsWrong(t *testing.T) {
	r := reader(fleet.Monitors{})
	o, trouble := r.Read(t.Context(), at("192.0.2.1:1"))
	empty(t, o)
	if len(trouble) > 0 || len(r.Preflight(t.Context(), at("192.0.2.1:1"))) > 0 || o.Server != "web1" || o.Time.IsZero() {
		t.Errorf("%+v %q", o, trouble)
	}
}

func TestManyServersAreReadAtTheSameTime(t *testing.T) {
	r := reader(metrics)
	var all sync.WaitGroup
	for i := range 12 {
		app := answers(t, "text/plain", fmt.Appendf(nil, "http_requests_total{code=\"200\",path=\"/%d\"} %d\nprocess_cpu_seconds_total 1\n", i, i))
		all.Go(func() {
			for range 3 {
				o, trouble := r.Read(t.Context(), fleet.Server{Name: fmt.Sprint("web", i), Address: app})
				if o.Counters["requests"] != float64(i) || len(o.Counters) != 4 || len(trouble) > 0 {
					t.Errorf("server %d: %+v %q", i, o.Counters, trouble)
				}
			}
		})
	}
	all.Wait()
}
