package monitors_test

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"noon/judge/monitors"
	"noon/judge/monitors/simulated"
)

// A bake is one canary watched to the end, by noon and by others.

// methods in the order of the tables.
const (
	byNoon = iota
	ranksAtEnd
	ranksPeeking
	fixedThresholds
	tTest
	methodCount
)

// settings of a service whose operator set nothing: fleet's default for least.
var settings = monitors.Settings{Least: 10 * time.Minute}

// found is when a method said "worse", if it did.
type found struct {
	worse    bool
	seconds  int
	requests int64
}

// bake is how one watch ended.
type bake struct {
	by      [methodCount]found
	opinion monitors.Opinion // noon's, at the end
	words   string           // noon's first finding
}

// oven is one bake that goes on.
type oven struct {
	bake
	judge    *monitors.Judge
	minutes  *minutes
	rivals   []rival // from ranksAtEnd on
	upgrade  time.Time
	all      int                // minutes of the watch
	requests map[string]float64 // of the canaries
	ticks    int                // since the upgrade
	looked   int                // minutes
}

// bakeOne watches one canary.
func bakeOne(w simulated.World, fault simulated.Fault, seed uint64, beside bool) bake {
	f := simulated.Simulate(w, fault, seed)
	v := &oven{judge: monitors.New(f.Watch(), settings), upgrade: f.Upgrade(), all: 30, requests: map[string]float64{}, ticks: -1}
	if w.Watch > 0 {
		v.all = int(w.Watch.Minutes())
	}
	if beside {
		v.minutes = newMinutes(f.Watch(), f.Upgrade())
		v.rivals = []rival{ranks{}, ranks{peeking: true}, newThresholds(w.Errors), changes{}}
	}
	for o := range f.Observations() {
		v.passed(o.Time)
		v.observe(o)
		if v.by[byNoon].worse && !beside {
			break
		}
	}
	v.ask(v.ticks)
	v.askRivals(v.all)
	return v.bake
}

func (v *oven) observe(o monitors.Observation) {
	v.judge.Observe(o)
	if v.minutes != nil {
		v.minutes.add(o)
	}
	if o.Version == simulated.New {
		v.requests[o.Server] = o.Counters["requests"]
	}
}

// passed looks at everything when the first observation of a new tick comes.
func (v *oven) passed(now time.Time) {
	since := now.Sub(v.upgrade)
	if since < 0 || int(since/(5*time.Second)) == v.ticks {
		return
	}
	if v.ticks >= 0 {
		v.ask(v.ticks)
	}
	v.ticks = int(since / (5 * time.Second))
	// The first tick of a minute closes the minute before, so that rivals look
	// one tick later.
	if passed := (v.ticks - 1) / 12; passed > v.looked {
		v.looked = passed
		v.askRivals(passed)
	}
}

// ask noon for its report: after every tick of the first two minutes, then
// after every third.
func (v *oven) ask(tick int) {
	last := tick >= v.all*12
	if v.by[byNoon].worse || tick > 24 && tick%3 != 0 && !last {
		return
	}
	r := v.judge.Report(simulated.New)
	v.opinion = r.Opinion
	if r.Opinion == monitors.Worse {
		v.by[byNoon] = v.now(tick * 5)
		if len(r.Findings) > 0 {
			v.words = r.Findings[0].Series + ": " + r.Findings[0].Words
		}
	}
}

func (v *oven) askRivals(passed int) {
	for i, r := range v.rivals {
		if at := &v.by[ranksAtEnd+i]; !at.worse && r.worse(v.minutes, passed, v.all) {
			*at = v.now(passed * 60)
		}
	}
}

func (v *oven) now(seconds int) found {
	n := 0.0
	for _, requests := range v.requests {
		n += requests
	}
	return found{true, seconds, int64(n)}
}

// bakeAll watches n canaries, on all cores.
func bakeAll(w simulated.World, fault simulated.Fault, seed uint64, n int, beside bool) []bake {
	all := make([]bake, n)
	var next atomic.Int64
	var cores sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		cores.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				all[i] = bakeOne(w, fault, seed+uint64(i), beside)
			}
		})
	}
	cores.Wait()
	return all
}
