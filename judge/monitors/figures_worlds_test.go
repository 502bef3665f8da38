package monitors_test

import (
	"time"

	"noon/judge/monitors/simulated"
)

// in the world "all", but for what is changed.
func in(name string, change func(*simulated.World)) simulated.World {
	w := simulated.All()
	change(&w)
	w.Name = name
	return w
}

// worlds in which nothing is wrong.
var worlds = []simulated.World{
	{Name: "homogeneous"},
	{Name: "heterogeneous", Differences: simulated.Differences},
	{Name: "restarts change servers", Restart: simulated.Restart},
	{Name: "autocorrelated", Wander: simulated.Wander, Waves: simulated.Waves},
	{Name: "warming up", Warming: true, Filling: true},
	simulated.All(),
	in("all, 1 request/s", func(w *simulated.World) { w.Rate = 1 }),
	in("all, 100 requests/s", func(w *simulated.World) { w.Rate = 100 }),
	in("all, 1 % errors", func(w *simulated.World) { w.Errors = 0.01 }),
	in("all, 0.01 % errors", func(w *simulated.World) { w.Errors = 0.0001 }),
	in("all, 2 servers", func(w *simulated.World) { w.Servers = 2 }),
	in("all, 4 servers", func(w *simulated.World) { w.Servers = 4 }),
	in("all, 3 canaries", func(w *simulated.World) { w.Canaries = 3 }),
	in("all, no history", func(w *simulated.World) { w.NoHistory = true }),
	in("all, 10 min of history", func(w *simulated.World) { w.History = 10 * time.Minute }),
	in("all, no history, 2, 1/s", func(w *simulated.World) { w.NoHistory, w.Servers, w.Rate = true, 2, 1 }),
	in("all, diurnal", func(w *simulated.World) { w.Diurnal = 0.6 }),
	in("all, counter resets", func(w *simulated.World) { w.Restarts = 6 }),
	in("all, load from the canary", func(w *simulated.World) { w.Moving = 0.5 }),
	in("all, load to the canary", func(w *simulated.World) { w.Moving = 2 }),
	in("all, bursts of errors", func(w *simulated.World) { w.Bursts = true }),
}

// harm is a fault in a world, and what is to be reached; 0 is no target.
type harm struct {
	simulated.Fault
	world    simulated.World
	share    float64
	seconds  int
	requests int64
}

var everything = simulated.All()

var harms = []harm{
	{simulated.Fault{Name: "errors +20 points", Points: 0.2}, everything, 1, 20, 200},
	{simulated.Fault{Name: "errors 1 to 5 %", Errors: 5}, in("", func(w *simulated.World) { w.Errors = 0.01 }), 1, 0, 1000},
	{simulated.Fault{Name: "errors .1 to .5 %, 100/s", Errors: 5}, in("", func(w *simulated.World) { w.Errors, w.Rate = 0.001, 100 }), 0.95, 0, 10000},
	{simulated.Fault{Name: "errors .1 to .5 %, 10/s", Errors: 5}, in("", func(w *simulated.World) { w.Errors = 0.001 }), 0, 0, 0},
	{simulated.Fault{Name: "p99 doubled", Slow: 0.02}, everything, 0.98, 0, 5000},
	{simulated.Fault{Name: "dead endpoint of 1.4 %", Dead: simulated.Rare}, everything, 0.95, 0, 2000},
	{simulated.Fault{Name: "memory leak 1 %/min", Leak: 0.01}, everything, 1, 1800, 0},
	{simulated.Fault{Name: "CPU +60 %", CPU: 1.6}, everything, 0, 0, 0},
	{simulated.Fault{Name: "orders -30 %", Orders: 0.7}, everything, 0, 0, 0},
}

var threeCanaries = in("", func(w *simulated.World) { w.Canaries = 3 })

// outOfReach are too small for one canary in that world (design page).
var outOfReach = []harm{
	{Fault: simulated.Fault{Name: "p50 +10 %", Latency: 1.1}, world: everything},
	{Fault: simulated.Fault{Name: "p50 +10 %, 3 canaries", Latency: 1.1}, world: threeCanaries},
	{Fault: simulated.Fault{Name: "errors x 2", Errors: 2}, world: everything},
	{Fault: simulated.Fault{Name: "errors x 2, 3 canaries", Errors: 2}, world: threeCanaries},
	{Fault: simulated.Fault{Name: "CPU +20 %", CPU: 1.2}, world: everything},
	{Fault: simulated.Fault{Name: "CPU +20 %, 3 canaries", CPU: 1.2}, world: threeCanaries},
	{Fault: simulated.Fault{Name: "orders -30 %, 3 canaries", Orders: 0.7}, world: threeCanaries},
}
