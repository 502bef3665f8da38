package monitors

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"noon/fleet"
	judgemonitors "noon/judge/monitors"
)

// FuzzMetrics looks for answers on which reading panics, finds numbers that
// cannot be, keeps more than it may, or says what a terminal would obey.
func FuzzMetrics(f *testing.F) {
	files, err := filepath.Glob("testdata/exporters/*.txt")
	if err != nil || len(files) == 0 {
		f.Fatal(err)
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body, byte(0))
		f.Add(body[:len(body)/2], byte(1))
	}
	f.Add([]byte("\x1c\x0a\x13http_requests_total\x18\x00\x22\x03\x1a\x01"), byte(2))
	f.Fuzz(func(t *testing.T, body []byte, format byte) {
		c := newCollector(fleet.Monitors{Business: []string{"orders"}}, map[string]bool{}, "/metrics")
		switch format % 3 {
		case 2:
			_, err = protobuf{to: c}.read(bytes.NewReader(body))
		default:
			err = (&text{to: c, openMetrics: format%3 == 1}).read(bytes.NewReader(body))
		}
		if err != nil {
			c.trouble.add("%s", err)
			c.forget()
		}
		o := judgemonitors.Observation{Counters: map[string]float64{}, Histograms: map[string]judgemonitors.Histogram{}, Gauges: map[string]float64{}}
		u := c.understand(newEndpoints(), &o)
		sound(t, o)
		for _, sentence := range append(u.trouble, u.String()) {
			if strings.ContainsFunc(sentence, func(r rune) bool { return !unicode.IsPrint(r) }) {
				t.Fatalf("%q", sentence)
			}
		}
	})
}

func sound(t *testing.T, o judgemonitors.Observation) {
	t.Helper()
	if len(o.Counters) > 2*(endpointsMost+3) {
		t.Fatalf("%d counters", len(o.Counters))
	}
	for _, numbers := range []map[string]float64{o.Counters, o.Gauges} {
		for name, n := range numbers {
			if !possible(n) || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
				t.Fatalf("%q is %v", name, n)
			}
		}
	}
	for _, h := range o.Histograms {
		if len(h.LE) != len(h.Count) || len(h.LE) < 2 || !slices.IsSorted(h.LE) || !slices.IsSorted(h.Count) || !math.IsInf(h.LE[len(h.LE)-1], 1) {
			t.Fatalf("%v", h)
		}
	}
}

// FuzzPrometheus looks for answers of Prometheus on which reading panics, or
// finds numbers that cannot be.
func FuzzPrometheus(f *testing.F) {
	f.Add([]byte(`{"status":"success","data":{"resultType":"vector","result":[{"metric":{"endpoint":"/"},"value":[1.5,"3"]},{"metric":{"endpoint":"/a"},"value":[1.5,"4"]}]}}`), 200)
	f.Add([]byte(`{"status":"success","data":{"resultType":"vector","result":[{"metric":{"le":"1"},"value":[1.5,"3"]},{"metric":{"le":"+Inf"},"value":[1.5,"4"]}]}}`), 200)
	f.Add([]byte(`{"status":"success","data":{"resultType":"scalar","result":[1.5,"NaN"]}}`), 200)
	f.Add([]byte(`{"status":"error","error":"parse error"}`), 400)
	f.Fuzz(func(t *testing.T, body []byte, status int) {
		found, err := unpack(body, status)
		if err != nil {
			return
		}
		r := New(Options{})
		o := observation(fleet.Server{})
		for _, name := range []string{"requests", "latency", "memory", `errors{endpoint="/"}`} {
			if err := r.put(name, found, &o); err != nil {
				var said trouble
				said.add("%s", err)
			}
		}
		sound(t, o)
	})
}
