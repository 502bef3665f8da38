package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"noon/fleet"
	"noon/judge/monitors"
)

// odd makes traces as no sane service writes them.
type odd struct {
	*rand.Rand
	now  time.Time
	text []byte
}

// oddFigures are what counters and gauges may be.
var oddFigures = []float64{0, 1, 2, 3, 100, 1e6, 0.5, 1e-300, 1e15, math.MaxFloat64, math.SmallestNonzeroFloat64}

func (o *odd) figure() float64 { return oddFigures[o.IntN(len(oddFigures))] * float64(o.IntN(3)) }

func (o *odd) some(all ...string) []string {
	o.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:o.IntN(len(all)+1)]
}

func (o *odd) trace() string {
	servers := []string{"web1", "web2", "web3", "web4"}[:1+o.IntN(4)]
	w := monitors.Watch{Service: "shop", Step: 1 + o.IntN(60), Live: "v1", Servers: servers, Upgrades: []monitors.Upgrade{}}
	for range 1 + o.IntN(3) {
		w.Upgrades = append(w.Upgrades, monitors.Upgrade{Server: servers[o.IntN(len(servers))], Version: o.version(), Time: o.now.Add(time.Duration(o.IntN(1200)) * time.Second)})
	}
	w.Upgrades = append(w.Upgrades, monitors.Upgrade{Server: servers[0], Version: "v2", Time: o.now.Add(time.Minute)})
	o.text = monitors.AppendWatch(nil, w)
	for range 1 + o.IntN(400) {
		o.now = o.now.Add([]time.Duration{0, time.Millisecond, time.Second, 5 * time.Second, time.Hour}[min(o.IntN(12), 3+o.IntN(200)/199)])
		o.observe(servers[o.IntN(len(servers))])
	}
	return string(o.text)
}

func (o *odd) version() fleet.Version {
	return fleet.Version([]string{"v1", "v2", "v3", "v4"}[o.IntN(4)])
}

func (o *odd) observe(server string) {
	seen := monitors.Observation{Time: o.now, Server: server, Version: o.version(), Counters: map[string]float64{}, Histograms: map[string]monitors.Histogram{}, Gauges: map[string]float64{}}
	for _, name := range o.some("requests", "errors", `requests{endpoint="/"}`, `errors{endpoint="/"}`, "orders", "errors{", "{}", "", "\x1b[2J\u202e") {
		seen.Counters[name] = o.figure()
	}
	for _, name := range o.some("cpu", "memory", "load", "\x00") {
		seen.Gauges[name] = o.figure() * float64(o.IntN(3)-1)
	}
	for _, name := range o.some("latency_seconds", "x{}") {
		h, sum := monitors.Histogram{}, 0.0
		for i := range 1 + o.IntN(4) {
			sum += o.figure()
			h.LE, h.Count = append(h.LE, float64(i)-1), append(h.Count, sum)
		}
		h.LE[len(h.LE)-1] = math.Inf(1)
		seen.Histograms[name] = h
	}
	o.text = monitors.AppendObservation(o.text, seen)
}

func TestNoTraceBreaksAReplay(t *testing.T) {
	for seed := range uint64(100) {
		o := &odd{Rand: rand.New(rand.NewPCG(seed, 7)), now: upgradedAt}
		text := o.trace()
		name := fmt.Sprintf("seed %d", seed)
		first := sane(t, name, judgedAgain(t, name, text))
		if second := sane(t, name, judgedAgain(t, name, text)); first != second {
			t.Fatalf("%s: the same trace gives\n%s\nand then\n%s", name, first, second)
		}
	}
}

func judgedAgain(t *testing.T, name, text string) *replay {
	t.Helper()
	trace, w, err := monitors.OpenTrace(strings.NewReader(text), "odd.jsonl")
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	r := newReplay("odd.jsonl", w, monitors.New(w, monitors.Settings{}))
	if err := r.run(t.Context(), trace); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return r
}

// sane sees that what is printed is JSON, ends with each version, and is fit
// for a terminal; it returns the JSON.
func sane(t *testing.T, name string, r *replay) string {
	t.Helper()
	var out bytes.Buffer
	a := &app{out: &out}
	if err := a.replayJSON(r, false, true); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	last := map[string]bool{}
	for line := range strings.Lines(out.String()) {
		var got struct{ Version, Verdict string }
		if err := json.Unmarshal([]byte(line), &got); err != nil || got.Verdict == "" {
			t.Fatalf("%s: %v in %s", name, err, line)
		}
		last[got.Version] = true
	}
	for _, v := range r.versions {
		if !last[string(v)] {
			t.Errorf("%s: nothing is said of %s", name, v)
		}
	}
	text := a.replayText(r, true)
	if strings.ContainsAny(text, "\x1b\x00\u202e") || strings.Contains(text, "NaN") || strings.Contains(text, "Inf") || strings.Contains(text, "-9,223") {
		t.Errorf("%s: %s", name, text)
	}
	for _, c := range r.changes {
		if _, err := json.Marshal(c.Brief()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	return out.String()
}
