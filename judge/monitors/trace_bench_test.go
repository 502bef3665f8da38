package monitors_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"testing"
	"time"

	"noon/judge/monitors"
)

// largeTrace is what 12 servers with 200 series leave in 30 minutes.
func largeTrace() []byte {
	w := monitors.Watch{Service: "shop", Step: 5, Live: "v1", Upgrades: []monitors.Upgrade{{Server: "web1", Version: "v2", Time: noon(10 * time.Minute)}}}
	for i := range 12 {
		w.Servers = append(w.Servers, fmt.Sprintf("web%d", i+1))
	}
	text := monitors.AppendWatch(nil, w)
	for tick := range 360 {
		for i, server := range w.Servers {
			text = monitors.AppendObservation(text, largeObservation(server, tick, i))
		}
	}
	return text
}

func largeObservation(server string, tick, i int) monitors.Observation {
	o := monitors.Observation{Time: noon(time.Duration(tick) * 5 * time.Second), Server: server, Version: "v1", Counters: map[string]float64{}, Gauges: map[string]float64{}, Histograms: map[string]monitors.Histogram{}}
	for n := range 95 {
		o.Counters[fmt.Sprintf("requests{endpoint=\"/api/v1/shop/%d\"}", n)] = float64(tick*50*(n+1) + i)
		o.Counters[fmt.Sprintf("errors{endpoint=\"/api/v1/shop/%d\"}", n)] = float64(tick * n / 7)
	}
	for n := range 8 {
		o.Gauges[fmt.Sprintf("gauge_%d", n)] = float64(tick) * 0.37 * float64(n)
	}
	h := monitors.Histogram{}
	for n := range 20 {
		h.LE, h.Count = append(h.LE, 0.005*math.Pow(1.5, float64(n))), append(h.Count, float64(tick*n*10))
	}
	h.LE[19] = math.Inf(1)
	o.Histograms["latency_seconds"], o.Histograms["queue_seconds"] = h, h
	return o
}

func BenchmarkTrace(b *testing.B) {
	text := largeTrace()
	b.Run("noon", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		for b.Loop() {
			trace, _, err := monitors.OpenTrace(bytes.NewReader(text), "trace")
			for err == nil {
				_, err = trace.Next()
			}
			if err != io.EOF {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding-json", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			_, rest, _ := bytes.Cut(text, []byte("\n"))
			for line := range bytes.Lines(rest) {
				var o asJSON
				if err := json.Unmarshal(line, &o); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}
