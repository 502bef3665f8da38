package monitors_test

import (
	"runtime"
	"slices"
	"testing"
	"time"

	"noon/judge/monitors"
	"noon/judge/monitors/simulated"
)

// twelve servers with 200 series each (91 endpoints have two counters; three
// counters, three gauges and twelve buckets are of the whole server) for 30 min,
// 20 of them after the upgrade.
func twelve() (monitors.Watch, []monitors.Observation) {
	w := simulated.All()
	w.Servers, w.Endpoints, w.History, w.Watch = 12, 90, 10*time.Minute, 20*time.Minute
	f := simulated.Simulate(w, simulated.Fault{}, 1)
	return f.Watch(), slices.Collect(f.Observations())
}

// BenchmarkTwelveServers is judging them on one core, with a report every 15 s.
// The target is 1 s.
func BenchmarkTwelveServers(b *testing.B) {
	watch, observations := twelve()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	b.ReportAllocs()
	var judge *monitors.Judge
	empty := heap()
	for b.Loop() {
		judge = monitors.New(watch, settings)
		replay(judge, watch, observations)
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/watch")
	b.ReportMetric(float64(heap()-empty)/(1<<20), "MiB-kept")
	runtime.KeepAlive(judge)
	runtime.KeepAlive(observations)
}

func replay(judge *monitors.Judge, watch monitors.Watch, observations []monitors.Observation) {
	next := watch.Upgrades[0].Time
	for _, o := range observations {
		for o.Time.After(next) {
			judge.Report(simulated.New)
			next = next.Add(15 * time.Second)
		}
		judge.Observe(o)
	}
	judge.Report(simulated.New)
}

// heap is what is in use, in bytes.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
