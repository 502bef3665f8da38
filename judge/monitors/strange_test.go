package monitors_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"noon/judge/monitors"
	"noon/judge/monitors/simulated"
)

// strange is a world that is measured in another way than the simulator does, or
// judged with other settings.
type strange struct {
	simulated.World
	// least is the least time of watching, 0 the usual one.
	least time.Duration
	// change is what is left of an observation; false drops it.
	change func(o *monitors.Observation, d *rand.Rand) bool
}

// without drops all but some.
func only1(counters ...string) func(*monitors.Observation, *rand.Rand) bool {
	return func(o *monitors.Observation, _ *rand.Rand) bool {
		kept := map[string]float64{}
		for _, name := range counters {
			kept[name] = o.Counters[name]
		}
		o.Counters, o.Gauges, o.Histograms = kept, nil, nil
		return true
	}
}

// answerTimes leaves only the mean time of the last answers, as HAProxy keeps it.
func answerTimes() func(*monitors.Observation, *rand.Rand) bool {
	mean := map[string]float64{}
	last := map[string][]float64{}
	return func(o *monitors.Observation, _ *rand.Rand) bool {
		h := o.Histograms["latency_seconds"]
		sum, n, under := 0.0, 0.0, 0.0
		for i, c := range h.Count {
			if was := last[o.Server]; was != nil && was[i] <= c {
				c -= was[i]
			}
			from := 0.0
			if i > 0 {
				from = h.LE[i-1]
			}
			sum, n, under = sum+(c-under)*from*1.5, n+c-under, c
		}
		if last[o.Server] = h.Count; n > 0 {
			mean[o.Server] += (sum/n - mean[o.Server]) / 5
		}
		requests := o.Counters["requests"]
		o.Counters, o.Histograms = map[string]float64{"requests": requests}, nil
		o.Gauges = map[string]float64{"response_time": mean[o.Server]}
		return true
	}
}

func some(share float64) func(*monitors.Observation, *rand.Rand) bool {
	return func(_ *monitors.Observation, d *rand.Rand) bool { return d.Float64() < share }
}

// strangeWorlds are those that the method was not made in.
func strangeWorlds() []strange {
	return []strange{
		{World: in("0.2 requests/s, bursts", func(w *simulated.World) { w.Rate, w.Bursts = .2, true })},
		{World: in("no errors at all", func(w *simulated.World) { w.Errors = 1e-15 })},
		{World: in("30 % errors", func(w *simulated.World) { w.Errors = .3 })},
		{World: in("1 request/s", func(w *simulated.World) { w.Rate = 1 })},
		{World: in("every 15 s", func(*simulated.World) {}), change: func() func(o *monitors.Observation, _ *rand.Rand) bool {
			return func(o *monitors.Observation, _ *rand.Rand) bool { return o.Time.Unix()/5%3 == 0 }
		}()},
		{World: in("every third at random", func(*simulated.World) {}), change: some(.33)},
		{World: in("balancer's counters only", func(*simulated.World) {}), change: only1("requests", "errors")},
		{World: in("answer time only", func(*simulated.World) {}), change: nil},
		{World: in("4 h of history", func(w *simulated.World) { w.History = 4 * time.Hour })},
		{World: in("watch of 20 s", func(w *simulated.World) { w.Watch = time.Minute }), least: 20 * time.Second},
		{World: in("2 servers, counter resets", func(w *simulated.World) { w.Servers, w.Restarts = 2, 4 })},
		{World: in("3 servers, 2 canaries", func(w *simulated.World) { w.Servers, w.Canaries = 3, 2 })},
	}
}

// BenchmarkStrangeWorlds prints how canaries with nothing wrong and harmful ones are
// judged there.
func BenchmarkStrangeWorlds(*testing.B) {
	faults := []simulated.Fault{
		{Name: "nothing"}, {Name: "errors +20 points", Points: .2}, {Name: "errors x 5", Errors: 5}, {Name: "all 3 x slower", Latency: 3},
		{Name: "p99 x 5", Slow: .05}, {Name: "a dead endpoint", Dead: "/cart"}, {Name: "orders halved", Orders: .5},
	}
	for i, s := range strangeWorlds() {
		if !strings.Contains(s.Name, *only) {
			continue
		}
		for f, fault := range faults {
			n := *bakes
			if f > 0 {
				n = max(n/5, 1)
			}
			counts := map[monitors.Opinion]int{}
			ever := 0
			missing := map[string]int{}
			for b := range n {
				r, healthy := s.bake(fault, seedsOfHarms*2+uint64(i)*seedsOfWorlds+uint64(b))
				counts[r.Opinion]++
				if healthy {
					ever++
				}
				if healthy && f > 0 && r.Opinion == monitors.Worse {
					fmt.Printf("  %s, %s, bake %d: healthy, and at %s: %s\n", s.Name, fault.Name, b, r.Time, r.Findings[0].Words)
				}
				if f == 0 && r.Opinion == monitors.Worse {
					fmt.Printf("  %s: %s\n", s.Name, r.Findings[0].Words)
				}
				for _, m := range r.Missing {
					_, what, _ := strings.Cut(m, ") to see that ")
					if what == "" {
						what = m
					}
					missing[what]++
				}
			}
			fmt.Printf("%-26s %-18s worse %5s  healthy %5s  once healthy %5s of %d", s.Name, fault.Name,
				percent(counts[monitors.Worse], n), percent(counts[monitors.Healthy], n), percent(ever, n), n)
			fmt.Println("  " + most(missing))
		}
	}
}

// most is what was said most often.
func most(said map[string]int) string {
	often := ""
	for text, n := range said {
		if n > said[often] {
			often = text
		}
	}
	return often
}

// bake watches to the end, or until the version is worse; once tells whether it
// was ever called healthy.
func (s strange) bake(fault simulated.Fault, seed uint64) (last monitors.Report, once bool) {
	f := simulated.Simulate(s.World, fault, seed)
	d := rand.New(rand.NewPCG(seed, 1))
	with := settings
	if s.least > 0 {
		with.Least = s.least
	}
	change := s.change
	if s.Name == "answer time only" {
		change = answerTimes()
	}
	j := monitors.New(f.Watch(), with)
	next := f.Upgrade()
	for o := range f.Observations() {
		for o.Time.After(next) {
			last = j.Report(simulated.New)
			once = once || last.Opinion == monitors.Healthy
			if last.Opinion == monitors.Worse {
				return last, once
			}
			next = next.Add(15 * time.Second)
		}
		if change == nil || change(&o, d) {
			j.Observe(o)
		}
	}
	return last, once
}
