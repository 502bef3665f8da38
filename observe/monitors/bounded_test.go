package monitors_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/encoding/protodelim"

	"noon/fleet"
	"noon/host"
	"noon/host/local"
	"noon/observe/monitors"
)

const shopFirst = `# TYPE http_requests_total counter
http_requests_total{code="200"} 10
http_requests_total{code="500"} 1
`

// heapDuring returns how much memory was taken at the most while something was
// done, beyond what there was, in bytes.
func heapDuring(t *testing.T, do func()) uint64 {
	t.Helper()
	if testing.Short() {
		t.Skip("memory is measured without -short")
	}
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	done, most := make(chan struct{}), make(chan uint64)
	go func() {
		var peak uint64
		for {
			runtime.ReadMemStats(&now)
			peak = max(peak, now.HeapInuse)
			select {
			case <-done:
				most <- peak
				return
			case <-time.After(2 * time.Millisecond):
			}
		}
	}()
	do()
	close(done)
	return max(<-most, before.HeapInuse) - before.HeapInuse
}

const heapMost = 64 << 20

func TestAHundredMegabytesAreCutOffAndSaid(t *testing.T) {
	app := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, shopFirst+"# TYPE orders_total counter\n")
		line := strings.Repeat("x", 900)
		for i := range 100 << 10 {
			if _, err := fmt.Fprintf(w, "orders_total{customer=\"%d-%s\"} 1\n", i, line); err != nil {
				return
			}
		}
	})
	r := reader(fleet.Monitors{Metrics: "http://{address}/metrics", Business: []string{"orders_total"}})
	taken := heapDuring(t, func() {
		o, trouble := r.Read(t.Context(), at(app))
		has(t, strings.Join(trouble, "\n"), "longer than 16 MB", "no business counter orders_total")
		if o.Counters["requests"] != 11 || o.Counters["errors"] != 1 {
			t.Errorf("what came before is whole, and is %v", o.Counters)
		}
		if _, half := o.Counters["orders_total"]; half {
			t.Error("half a counter is no number")
		}
	})
	if taken > heapMost {
		t.Errorf("it took %d MB", taken>>20)
	}
}

func TestAMillionSeriesTakeLittleMemory(t *testing.T) {
	app := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, shopFirst+"# TYPE http_request_duration_seconds histogram\n")
		for i := range 1_000_000 {
			if _, err := fmt.Fprintf(w, "http_request_duration_seconds_count{code=\"200\",path=\"/user/%d\"} 1\n", i); err != nil {
				return
			}
		}
	})
	taken := heapDuring(t, func() {
		o, trouble := reader(metrics).Read(t.Context(), at(app))
		has(t, strings.Join(trouble, "\n"), "longer than 16 MB")
		if o.Counters["requests"] != 11 || len(o.Counters) != 2 {
			t.Errorf("%d counters, requests %v", len(o.Counters), o.Counters["requests"])
		}
	})
	if taken > heapMost {
		t.Errorf("it took %d MB", taken>>20)
	}
}

func TestNamesThatExplodeAreLeftOut(t *testing.T) {
	var body strings.Builder
	body.WriteString(shopFirst)
	for i := range 100_000 {
		fmt.Fprintf(&body, "app_requests_%d_total 1\n", i)
	}
	o, trouble := read(t, metrics, body.String())
	has(t, trouble, "more than 5000 names")
	if o.Counters["requests"] != 11 {
		t.Errorf("%v", o.Counters)
	}
}

func TestALargeFamilyInProtobufIsLeftOut(t *testing.T) {
	family := func(name string, series int) []byte {
		f := &dto.MetricFamily{Name: &name, Type: dto.MetricType_COUNTER.Enum()}
		code, value := "code", 1.0
		for i := range series {
			status := fmt.Sprint(200 + i)
			f.Metric = append(f.Metric, &dto.Metric{Label: []*dto.LabelPair{{Name: &code, Value: &status}}, Counter: &dto.Counter{Value: &value}})
		}
		var b bytes.Buffer
		if _, err := protodelim.MarshalTo(&b, f); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	body := slices.Concat(family("http_requests_total", 3), family("orders_total", 500_000), family("visits_total", 2))
	app := answers(t, "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited", body)
	taken := heapDuring(t, func() {
		o, trouble := reader(fleet.Monitors{Metrics: "http://{address}/metrics", Business: []string{"orders_total", "visits_total"}}).Read(t.Context(), at(app))
		has(t, strings.Join(trouble, "\n"), "families larger than 4 MB are not used (1 are", "no business counter orders_total")
		if o.Counters["requests"] != 3 || o.Counters["visits_total"] != 2 {
			t.Errorf("%v", o.Counters)
		}
	})
	if taken > heapMost {
		t.Errorf("it took %d MB", taken>>20)
	}
}

func TestAGzipBombIsCutOff(t *testing.T) {
	app := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			t.Error("it does not ask for gzip")
		}
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = io.WriteString(z, shopFirst)
		zeros := make([]byte, 1<<20)
		for range 1000 {
			if _, err := z.Write(append([]byte("#"), zeros...)); err != nil {
				return
			}
		}
	})
	taken := heapDuring(t, func() {
		o, trouble := reader(metrics).Read(t.Context(), at(app))
		has(t, strings.Join(trouble, "\n"), "longer than 16 MB")
		if len(o.Counters) > 2 {
			t.Errorf("%v", o.Counters)
		}
	})
	if taken > heapMost {
		t.Errorf("it took %d MB", taken>>20)
	}
}

func TestLabelsThatExplodeAreJoined(t *testing.T) {
	var body strings.Builder
	body.WriteString("# TYPE http_requests_total counter\n")
	sum := 0
	for i := range 5000 {
		n := 5000 - i
		sum += n
		fmt.Fprintf(&body, "http_requests_total{code=\"200\",path=\"/user/%04d\"} %d\n", i, n)
	}
	body.WriteString(`http_requests_total{code="500",path="/` + strings.Repeat("long", 100) + `"} 7` + "\n")
	body.WriteString(`http_requests_total{code="500",path="/odd\n` + "\x1b" + `"} 7` + "\n")
	sum += 14
	o, trouble := read(t, metrics, body.String())
	if trouble != "" || o.Counters["requests"] != float64(sum) || o.Counters["errors"] != 14 {
		t.Errorf("%v of %d: %s", o.Counters["requests"], sum, trouble)
	}
	apart := 0.0
	for name, n := range o.Counters {
		if strings.HasPrefix(name, "requests{") {
			apart += n
		}
	}
	if len(o.Counters) != 2*(1+100+1) || apart != float64(sum) || o.Counters[`errors{endpoint="other"}`] != 14 {
		t.Errorf("%d counters, %v requests apart", len(o.Counters), apart)
	}
	if o.Counters[`requests{endpoint="/user/0000"}`] != 5000 || o.Counters[`requests{endpoint="/user/0100"}`] != 0 {
		t.Error("not those with the most traffic")
	}
}

// Otherwise the canary would be compared by other endpoints than the live
// servers, and "other" would fall when one leaves it.
func TestEndpointsStayTheSameOnAllServers(t *testing.T) {
	bodies := map[string]string{}
	r := reader(metrics)
	app := serve(t, func(w http.ResponseWriter, req *http.Request) { _, _ = io.WriteString(w, bodies[req.Host]) })
	bodies[app] = "http_requests_total{code=\"200\",path=\"/cart\"} 1\n"
	for i := range 99 {
		bodies[app] += fmt.Sprintf("http_requests_total{code=\"200\",path=\"/%d\"} 5\n", i)
	}
	r.Read(t.Context(), at(app))
	bodies[app] = strings.ReplaceAll(bodies[app], "} 5", "} 6") + "http_requests_total{code=\"200\",path=\"/new\"} 500\n"
	o, _ := r.Read(t.Context(), at(app))
	if o.Counters[`requests{endpoint="/cart"}`] != 1 || o.Counters[`requests{endpoint="other"}`] != 500 || o.Counters[`requests{endpoint="/new"}`] != 0 {
		t.Errorf("%v", o.Counters)
	}
}

func TestAnEndpointThatAnswersSlowlyIsGivenUp(t *testing.T) {
	for name, answer := range map[string]struct {
		begins bool
		says   string
	}{"not at all": {false, "no answer within 300ms"}, "half": {true, "did not end within 300ms"}} {
		t.Run(name, func(t *testing.T) {
			app := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if answer.begins {
					_, _ = io.WriteString(w, shopFirst+"# TYPE orders_total counter\norders_total{a=\"1\"} 1\n")
					w.(http.Flusher).Flush()
				}
				<-r.Context().Done()
			})
			r := monitors.New(monitors.Options{
				Monitors: fleet.Monitors{Metrics: "http://{address}/metrics", Business: []string{"orders_total"}}, Timeout: 300 * time.Millisecond,
				Reach: func(fleet.Server) (host.Host, error) { return local.New(), nil },
			})
			o, trouble := r.Read(t.Context(), at(app))
			has(t, strings.Join(trouble, "\n"), "GET /metrics: ", answer.says)
			if _, half := o.Counters["orders_total"]; half || answer.begins != (o.Counters["requests"] == 11) {
				t.Errorf("%v", o.Counters)
			}
		})
	}
}

func TestReadingEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	app := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	o, trouble := reader(metrics).Read(ctx, at(app))
	empty(t, o)
	if len(trouble) == 0 {
		t.Error("it says nothing")
	}
}
