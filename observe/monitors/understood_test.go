package monitors_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"noon/demo/shop"
	"noon/fleet"
	"noon/host"
	"noon/host/ssh"
	"noon/observe/monitors"
	"noon/testbed"
)

func TestBusinessCountersAreSummedAndMissingOnesAreSaid(t *testing.T) {
	m := fleet.Monitors{Metrics: "http://{address}/metrics", Business: []string{"orders_total", "refunds", "stock", "visits_total"}}
	o, trouble := read(t, m, "# TYPE orders_total counter\norders_total{p=\"a\"} 3\norders_total{p=\"b\"} 4\n# TYPE stock gauge\nstock 5\nrefunds_total 0\n")
	if diff := cmp.Diff(map[string]float64{"orders_total": 7, "refunds": 0}, o.Counters); diff != "" {
		t.Error(diff)
	}
	has(t, trouble, "there is no business counter visits_total", "business counter stock is a gauge")
}

func TestErrorsMayHaveACounterOfTheirOwn(t *testing.T) {
	o, _ := read(t, metrics, "# TYPE shop_requests_total counter\nshop_requests_total 30\n# TYPE shop_request_errors_total counter\nshop_request_errors_total{kind=\"db\"} 2\n")
	if diff := cmp.Diff(map[string]float64{"requests": 30, "errors": 2}, o.Counters); diff != "" {
		t.Error(diff)
	}
}

// Unknown is never zero: who does not say how requests ended has not answered
// that there were no errors.
func TestWithoutAStatusThereAreNoErrors(t *testing.T) {
	body := "# TYPE http_requests_total counter\nhttp_requests_total{country=\"de\",code=\"de\"} 30\n"
	o, trouble := read(t, metrics, body)
	if diff := cmp.Diff(map[string]float64{"requests": 30}, o.Counters); diff != "" || trouble != "" {
		t.Error(diff, trouble)
	}
	problems := reader(metrics).Preflight(t.Context(), at(answers(t, "text/plain", []byte(body))))
	if len(problems) != 3 || problems[1].Fatal || problems[2].Fatal {
		t.Fatalf("%+v", problems)
	}
	has(t, problems[1].What, "web1: monitors: http_requests_total does not say how requests ended")
	has(t, problems[2].What, "no histogram")
}

func TestOfTwoFamiliesTheOneThatSaysMoreCounts(t *testing.T) {
	families := []string{
		"http_requests_total{code=\"200\"} 7\n",
		"http_request_duration_seconds_count{code=\"200\",path=\"/cart\"} 5\n",
		"http_client_requests_total{code=\"500\",path=\"/pay\"} 99\n",
		"grpc_requests_total 12\n",
		"promhttp_metric_handler_requests_total{code=\"200\"} 999\n",
	}
	for range 2 {
		o, _ := read(t, metrics, strings.Join(families, ""))
		want := map[string]float64{"requests": 5, "errors": 0, `requests{endpoint="/cart"}`: 5, `errors{endpoint="/cart"}`: 0}
		if diff := cmp.Diff(want, o.Counters); diff != "" {
			t.Error(diff)
		}
		slices.Reverse(families)
	}
}

func TestASummaryIsNoHistogramAndSpringIsToldWhatToSet(t *testing.T) {
	body := "# TYPE http_server_requests_seconds summary\nhttp_server_requests_seconds_count{status=\"200\",uri=\"/\"} 4\nhttp_server_requests_seconds_sum{status=\"200\",uri=\"/\"} 4\n"
	problems := reader(metrics).Preflight(t.Context(), at(answers(t, "text/plain", []byte(body))))
	if len(problems) != 2 || problems[1].Fatal {
		t.Fatalf("%+v", problems)
	}
	has(t, problems[1].What+problems[1].Mend, "http_server_requests_seconds is a summary", "percentiles-histogram")
}

func TestMillisecondsBecomeSeconds(t *testing.T) {
	for _, name := range []string{"http_request_duration_ms", "http_request_duration_milliseconds", "http_request_duration"} {
		o, _ := read(t, metrics, strings.ReplaceAll("# TYPE d histogram\nd_bucket{le=\"50\"} 3\nd_bucket{le=\"2000\"} 4\nd_bucket{le=\"+Inf\"} 5\n", "d_", name+"_"))
		if h := o.Histograms["latency_seconds"]; len(h.LE) != 3 || h.LE[0] != 0.05 || h.LE[1] != 2 {
			t.Errorf("%s: %v", name, h)
		}
	}
}

func TestOnlyEdgesThatAllSeriesHaveAreUsed(t *testing.T) {
	o, _ := read(t, metrics, `# TYPE http_request_duration_seconds histogram
http_request_duration_seconds_bucket{path="/a",le="0.1"} 1
http_request_duration_seconds_bucket{path="/a",le="1"} 2
http_request_duration_seconds_bucket{path="/a",le="+Inf"} 3
http_request_duration_seconds_bucket{path="/b",le="0.3"} 10
http_request_duration_seconds_bucket{path="/b",le="1.0"} 20
http_request_duration_seconds_bucket{path="/b",le="+Inf"} 30
`)
	if diff := cmp.Diff([]string{"22 <= 1", "33 <= +Inf"}, inWords(o.Histograms["latency_seconds"])); diff != "" {
		t.Error(diff)
	}
}

func TestLabelsMayHoldAnything(t *testing.T) {
	o, trouble := read(t, metrics, "# TYPE http_requests_total counter\nhttp_requests_total { path = \"/a}b\\\"c\\\\ # d\" , code=\"200\", } 4 1395066363000\n{\"http_requests_total\", path=\"/e\", code=\"500\"} 2\n\n  \t\n# HELP x y\n#\n")
	if trouble != "" || o.Counters[`requests{endpoint="/a}b\"c\\ # d"}`] != 4 || o.Counters[`errors{endpoint="/e"}`] != 2 || o.Counters["requests"] != 6 {
		t.Errorf("%s %v", trouble, o.Counters)
	}
}

func TestTheApplicationIsAskedFromItsOwnMachine(t *testing.T) {
	app := answers(t, "text/plain", []byte(shopFirst))
	for name, lines := range map[string][]string{"forwarding": nil, "no forwarding": {"AllowTcpForwarding no"}} {
		sshd := testbed.StartSSHD(t, t.TempDir(), lines...)
		h := ssh.New(sshd.Name, ssh.Settings{Home: sshd.Home})
		t.Cleanup(func() { h.Close() })
		r := monitors.New(monitors.Options{Monitors: metrics, Timeout: patience, Reach: func(fleet.Server) (host.Host, error) { return h, nil }})
		o, trouble := r.Read(t.Context(), at(app))
		if o.Counters["requests"] != 11 || len(trouble) > 0 {
			t.Errorf("%s: %v %q", name, o.Counters, trouble)
		}
	}
}

func TestTheShopOfTheDemoIsUnderstood(t *testing.T) {
	web := testbed.StartShop(t, shop.Config{Version: "v1"})
	for range 3 {
		response, err := http.Get("http://" + web.Config.Listen + "/cart")
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
	m := fleet.Monitors{Metrics: "http://{address}/metrics", Business: []string{"orders_total"}}
	o, trouble := reader(m).Read(t.Context(), at(web.Config.Listen))
	if len(trouble) > 0 || o.Counters["requests"] < 3 || o.Counters[`requests{endpoint="/cart"}`] != 3 || o.Gauges["goroutines"] == 0 {
		t.Errorf("%q %+v", trouble, o)
	}
	if _, counted := o.Counters["orders_total"]; !counted || len(o.Histograms["latency_seconds"].LE) < 10 {
		t.Errorf("%+v", o)
	}
}
