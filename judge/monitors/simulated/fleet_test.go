package simulated_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"noon/judge/monitors"
	"noon/judge/monitors/simulated"
)

// recorded is one simulation by server.
type recorded struct {
	watch   monitors.Watch
	upgrade time.Time
	of      map[string][]monitors.Observation
	all     int
}

func record(t *testing.T, w simulated.World, fault simulated.Fault, seed uint64) recorded {
	t.Helper()
	f := simulated.Simulate(w, fault, seed)
	r := recorded{watch: f.Watch(), upgrade: f.Upgrade(), of: map[string][]monitors.Observation{}}
	var last time.Time
	for o := range f.Observations() {
		if o.Time.Before(last) {
			t.Fatalf("an observation of %s after one of %s", o.Time, last)
		}
		last = o.Time
		r.of[o.Server] = append(r.of[o.Server], o)
		r.all++
	}
	return r
}

// between takes the observations of a server from and until these times after
// the upgrade.
func (r recorded) between(server string, from, until time.Duration) (first, last monitors.Observation) {
	for _, o := range r.of[server] {
		after := o.Time.Sub(r.upgrade)
		if after >= from && first.Server == "" {
			first = o
		}
		if after <= until {
			last = o
		}
	}
	return first, last
}

// rate is a counter a second.
func (r recorded) rate(counter, server string, from, until time.Duration) float64 {
	a, b := r.between(server, from, until)
	return (b.Counters[counter] - a.Counters[counter]) / b.Time.Sub(a.Time).Seconds()
}

// share is of one counter to another.
func (r recorded) share(counter, of, server string, from, until time.Duration) float64 {
	return r.rate(counter, server, from, until) / r.rate(of, server, from, until)
}

// slowerThan is the share of requests above a bound.
func (r recorded) slowerThan(bound float64, server string, from, until time.Duration) float64 {
	a, b := r.between(server, from, until)
	h, before := b.Histograms["latency_seconds"], a.Histograms["latency_seconds"]
	i, all := slices.Index(h.LE, bound), len(h.LE)-1
	return 1 - (h.Count[i]-before.Count[i])/(h.Count[all]-before.Count[all])
}

func (r recorded) gauge(name, server string, from, until time.Duration) float64 {
	sum, n := 0.0, 0
	for _, o := range r.of[server] {
		if after := o.Time.Sub(r.upgrade); after >= from && after < until {
			sum, n = sum+o.Gauges[name], n+1
		}
	}
	return sum / float64(n)
}

const (
	before = -30 * time.Minute
	end    = 30 * time.Minute
)

func within(t *testing.T, what string, got, want, by float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > by {
		t.Errorf("%s: %.5g, not %.5g by %.2g", what, got, want, by)
	}
}

func TestEqualServersAreAsOrdered(t *testing.T) {
	r := record(t, simulated.World{Rate: 100, Errors: 0.01}, simulated.Fault{}, 1)
	for _, s := range r.watch.Servers[1:] {
		within(t, "requests a second", r.rate("requests", s, before, end), 100, 1)
		within(t, "errors", r.share("errors", "requests", s, before, end), 0.01, 0.001)
		within(t, "orders", r.share("orders", "requests", s, before, end), 0.03, 0.002)
		within(t, "the rare endpoint", r.share(`requests{endpoint="/returns"}`, "requests", s, before, end), 0.014, 0.001)
		// Normal distribution: log(.1/.08)/.7 = .319 and log(.5/.08)/.7 = 2.618.
		within(t, "above .1 s", r.slowerThan(0.1, s, before, end), 0.375, 0.005)
		within(t, "above .5 s", r.slowerThan(0.5, s, before, end), 0.0044, 0.0007)
		within(t, "cpu", r.gauge("cpu", s, before, end), 0.33, 0.01)
		within(t, "memory", r.gauge("memory", s, before, end), 200e6, 1e6)
	}
	if want := 721*10 - 3; r.all != want {
		t.Errorf("%d observations, not %d", r.all, want)
	}
}

func TestTheSameSeedIsTheSameSimulation(t *testing.T) {
	w := simulated.All()
	w.Bursts, w.Restarts, w.History, w.Watch = true, 2, 2*time.Minute, time.Minute
	a, b := record(t, w, simulated.Fault{}, 7), record(t, w, simulated.Fault{}, 7)
	c := record(t, w, simulated.Fault{}, 8)
	last := func(r recorded) float64 { return r.of["web2"][len(r.of["web2"])-1].Counters["requests"] }
	if last(a) != last(b) || last(a) == last(c) {
		t.Errorf("the same seed: %g and %g, another %g", last(a), last(b), last(c))
	}
}

// TestServersDiffer over many small worlds: the spread of the logarithm of what
// servers have is what was ordered.
func TestServersDiffer(t *testing.T) {
	w := simulated.World{Servers: 100, Rate: 300, Errors: 0.05, History: time.Minute, Watch: 5 * time.Minute}
	for _, c := range []struct {
		name   string
		set    func(*simulated.World, float64)
		of     func(recorded, string) float64
		spread float64
	}{
		{"errors", func(w *simulated.World, x float64) { w.Differences.Errors = x }, func(r recorded, s string) float64 { return r.share("errors", "requests", s, 0, end) }, 0.3},
		{"latency", func(w *simulated.World, x float64) { w.Differences.Latency = x }, median, 0.15},
		{"load", func(w *simulated.World, x float64) { w.Differences.Load = x }, func(r recorded, s string) float64 { return r.rate("requests", s, 0, end) }, 0.1},
		{"cpu", func(w *simulated.World, x float64) { w.Differences.CPU = x }, func(r recorded, s string) float64 { return r.gauge("cpu", s, 0, end) - 0.03 }, 0.2},
		{"restarts", func(w *simulated.World, x float64) { w.Canaries, w.Restart.Latency = 100, x }, median, 0.05},
		{"noise of servers", func(w *simulated.World, x float64) { w.Watch, w.Wander.Latency = 30*time.Second, x }, median, 0.1},
	} {
		w := w
		c.set(&w, c.spread)
		r := record(t, w, simulated.Fault{}, 3)
		var logs []float64
		for _, s := range r.watch.Servers {
			logs = append(logs, math.Log(c.of(r, s)))
		}
		within(t, c.name, deviation(logs), c.spread, 0.2*c.spread)
	}
}

// median of the latencies, of which the logarithm is normally distributed with
// the spread .7, from the share above .1 s.
func median(r recorded, server string) float64 {
	share := r.slowerThan(0.1, server, 0, end)
	return math.Exp(math.Log(0.1) - 0.7*math.Sqrt2*math.Erfinv(1-2*share))
}

func deviation(values []float64) float64 {
	mean, sum := 0.0, 0.0
	for _, v := range values {
		mean += v / float64(len(values))
	}
	for _, v := range values {
		sum += (v - mean) * (v - mean)
	}
	return math.Sqrt(sum / float64(len(values)-1))
}

func TestCountersFallOnlyWithARestart(t *testing.T) {
	w := simulated.All()
	w.Restarts = 3
	r := record(t, w, simulated.Fault{}, 5)
	falls, upgraded := 0, 0
	for _, observations := range r.of {
		for i, o := range observations[1:] {
			last := observations[i]
			if o.Version != last.Version {
				upgraded++
			}
			if o.Counters["requests"] < last.Counters["requests"] {
				falls++
				continue
			}
			for name, n := range o.Counters {
				if n < last.Counters[name] {
					t.Errorf("%s fell from %g to %g at %s", name, last.Counters[name], n, o.Time)
				}
			}
			wholeHistogram(t, o)
		}
	}
	if falls != 4 || upgraded != 1 {
		t.Errorf("%d falls and %d upgrades, not 3 restarts and 1 upgrade", falls, upgraded)
	}
}

func wholeHistogram(t *testing.T, o monitors.Observation) {
	t.Helper()
	count := o.Histograms["latency_seconds"].Count
	if !slices.IsSorted(count) || count[len(count)-1] != o.Counters["requests"] {
		t.Errorf("%g requests, but the histogram has %v", o.Counters["requests"], count)
	}
}

func TestTwoInAHundredAreMissing(t *testing.T) {
	r := record(t, simulated.World{Missing: 0.02}, simulated.Fault{}, 1)
	within(t, "missing", 1-float64(r.all)/(721*10-3), 0.02, 0.005)
}

func TestWithoutHistoryAllBeginsWithTheUpgrade(t *testing.T) {
	r := record(t, simulated.World{NoHistory: true}, simulated.Fault{}, 1)
	first := r.of["web1"][0]
	if first.Version != simulated.New || first.Time.Before(r.upgrade) || first.Counters["requests"] != 0 {
		t.Errorf("the first of the canary: %+v", first)
	}
}

func TestLoadMovesFromTheCanary(t *testing.T) {
	r := record(t, simulated.World{Moving: 0.5}, simulated.Fault{}, 1)
	within(t, "requests at the end", r.rate("requests", "web1", 28*time.Minute, end), 5.3, 0.6)
	within(t, "of another", r.rate("requests", "web2", 28*time.Minute, end), 10.5, 0.7)
}

func TestARestartIsSlowAtFirst(t *testing.T) {
	w := simulated.World{Rate: 100, Warming: true, Filling: true}
	r := record(t, w, simulated.Fault{}, 1)
	slow := r.slowerThan(0.25, "web1", 0, 30*time.Second)
	if usual := r.slowerThan(0.25, "web1", 10*time.Minute, end); slow < 2*usual {
		t.Errorf("above .25 s: %g at first, %g later", slow, usual)
	}
	within(t, "memory at first", r.gauge("memory", "web1", 0, 20*time.Second), 200e6*math.Exp(-0.48), 4e6)
	within(t, "memory later", r.gauge("memory", "web1", 25*time.Minute, end), 200e6, 2e6)
}

// TestNoiseLastsForMinutes: the error rates of neighbouring minutes are alike,
// those of a quarter of an hour are not.
func TestNoiseLastsForMinutes(t *testing.T) {
	w := simulated.World{Rate: 1000, Errors: 0.05, Wander: simulated.Logs{Errors: 0.15}}
	r := record(t, w, simulated.Fault{}, 1)
	var near, far, all float64
	for _, s := range r.watch.Servers[1:] {
		var logs []float64
		for m := before; m < end; m += time.Minute {
			logs = append(logs, math.Log(r.share("errors", "requests", s, m, m+time.Minute)/0.05))
		}
		for i := range len(logs) - 15 {
			near, far, all = near+logs[i]*logs[i+1], far+logs[i]*logs[i+15], all+logs[i]*logs[i]
		}
	}
	within(t, "correlation of neighbours", near/all, math.Exp(-1.0/3), 0.12)
	within(t, "correlation of 15 min", far/all, 0, 0.2)
}

// TestWavesGoOverTheWholeFleet: the servers are at the same level in each of
// many worlds, and the worlds are not.
func TestWavesGoOverTheWholeFleet(t *testing.T) {
	w := simulated.World{Servers: 2, Rate: 3000, History: time.Minute, Watch: 30 * time.Second, Waves: simulated.Logs{Latency: 0.1}}
	var levels []float64
	for seed := range uint64(100) {
		r := record(t, w, simulated.Fault{}, seed)
		levels = append(levels, math.Log(median(r, "web1")))
		within(t, "one beside the other", median(r, "web1")/median(r, "web2"), 1, 0.025)
	}
	within(t, "waves", deviation(levels), 0.1, 0.02)
}

func TestBurstsHitTheWholeFleet(t *testing.T) {
	w := simulated.World{Rate: 100, Bursts: true, History: 2 * time.Hour}
	r := record(t, w, simulated.Fault{}, 1)
	minutes, together := 0, 0
	for m := -2 * time.Hour; m < end; m += time.Minute {
		a := r.share("errors", "requests", "web2", m, m+time.Minute) > 0.012
		b := r.share("errors", "requests", "web3", m, m+time.Minute) > 0.012
		if a {
			minutes++
		}
		if a && b {
			together++
		}
	}
	if minutes < 5 || together < minutes*3/4 {
		t.Errorf("%d minutes with a burst, %d of them on another server too", minutes, together)
	}
}

func TestFaultsAreAsOrdered(t *testing.T) {
	w := simulated.World{Rate: 100, Errors: 0.01}
	for _, c := range []struct {
		name  string
		fault simulated.Fault
		of    func(recorded, string) float64
		want  float64 // beside the live servers
	}{
		{"20 points", simulated.Fault{Points: 0.2}, func(r recorded, s string) float64 { return r.share("errors", "requests", s, 0, end) }, 21},
		{"errors x 5", simulated.Fault{Errors: 5}, func(r recorded, s string) float64 { return r.share("errors", "requests", s, 0, end) }, 5},
		{"dead endpoint", simulated.Fault{Dead: simulated.Rare}, func(r recorded, s string) float64 { return r.share("errors", "requests", s, 0, end) }, 2.4},
		{"orders", simulated.Fault{Orders: 0.7}, func(r recorded, s string) float64 { return r.rate("orders", s, 0, end) }, 0.7},
		{"cpu", simulated.Fault{CPU: 1.6}, func(r recorded, s string) float64 { return r.gauge("cpu", s, 0, end) - 0.03 }, 1.6},
		{"leak", simulated.Fault{Leak: 0.01}, func(r recorded, s string) float64 { return r.gauge("memory", s, 29*time.Minute, end) }, 1.295},
		{"slow requests, the tail", simulated.Fault{Slow: 0.02}, func(r recorded, s string) float64 { return r.slowerThan(0.5, s, 0, end) }, 4.4},
		{"slow requests, the median", simulated.Fault{Slow: 0.02}, func(r recorded, s string) float64 { return r.slowerThan(0.1, s, 0, end) }, 1.033},
	} {
		r := record(t, w, c.fault, 2)
		got := c.of(r, "web1") / c.of(r, "web2")
		within(t, c.name, got, c.want, 0.06*c.want)
	}
}

// BenchmarkSimulation is one hour of ten servers.
func BenchmarkSimulation(b *testing.B) {
	b.ReportAllocs()
	for seed := range b.N {
		for range simulated.Simulate(simulated.All(), simulated.Fault{}, uint64(seed)).Observations() {
		}
	}
}
