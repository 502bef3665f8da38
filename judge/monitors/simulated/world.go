package simulated

import "time"

// step is the time between two measurements of a server.
const step = 5 * time.Second

// World says what is usual in a fleet. Its zero value is ten equal servers, one
// of them a canary, with 10 requests a second each.
type World struct {
	Name string
	// Servers and Canaries of them; 0 is 10 and 1.
	Servers, Canaries int
	// Rate is requests a second of a server, Errors the share of them that
	// fails; 0 is 10 and .005.
	Rate, Errors float64
	// History and Watch are the times before and after the upgrade; 0 is 30 min.
	History, Watch time.Duration
	// NoHistory: the first measurement is made when the canary is put back.
	NoHistory bool
	// Endpoints beside the rare one; 0 is 7.
	Endpoints int

	// Differences between servers that last.
	Differences Logs
	// Restart is by how much a restart alone changes a server until the next.
	Restart Logs
	// Wander is noise of each server on its own, some minutes long.
	Wander Logs
	// Waves go over the whole fleet, some minutes long.
	Waves Logs
	// Diurnal is how far, as a logarithm, the load goes up and down with the
	// day; the day has two hours, so that a watch sees some of it.
	Diurnal float64
	// Warming: after a restart a server is slow and busy for a minute.
	Warming bool
	// Filling: after a restart memory is low and fills within some minutes.
	Filling bool
	// Missing is the share of measurements that are not made.
	Missing float64
	// Restarts of servers that happen before the upgrade, of the live version.
	Restarts int
	// Moving is the factor of the canary's share of the load at the end of the
	// watch, on the way there from its beginning; 0 is 1.
	Moving float64
	// Bursts of errors hit the whole fleet, every ten minutes or so.
	Bursts bool
}

// The amounts are those of the design page (judging-monitors.md: "what goes
// wrong elsewhere") where it has them. The others were chosen to be of the same
// kind: what is a sum of many requests differs less than what is rare.
var (
	Differences = Logs{Errors: 0.30, Endpoints: 0.10, Latency: 0.15, Tail: 0.10, CPU: 0.20, Memory: 0.15, Files: 0.10, Load: 0.10, Orders: 0.05}
	Restart     = Logs{Errors: 0.05, Latency: 0.03, Tail: 0.05, CPU: 0.05, Memory: 0.05, Files: 0.03, Orders: 0.02}
	Wander      = Logs{Errors: 0.15, Latency: 0.05, Tail: 0.05, CPU: 0.08, Memory: 0.01, Files: 0.05, Load: 0.05, Orders: 0.05}
	Waves       = Logs{Errors: 0.30, Latency: 0.10, Tail: 0.10, CPU: 0.05, Files: 0.05, Load: 0.15, Orders: 0.10}
)

// All is the world with everything that looks wrong and is not.
func All() World {
	return World{
		Name: "all", Differences: Differences, Restart: Restart, Wander: Wander, Waves: Waves,
		Diurnal: 0.3, Warming: true, Filling: true, Missing: 0.02,
	}
}

// filled has the usual values where nothing was said.
func (w World) filled() World {
	usual(&w.Servers, 10)
	usual(&w.Canaries, 1)
	usual(&w.Rate, 10)
	usual(&w.Errors, 0.005)
	usual(&w.History, 30*time.Minute)
	usual(&w.Watch, 30*time.Minute)
	usual(&w.Endpoints, 7)
	usual(&w.Moving, 1)
	if w.NoHistory {
		w.History = 0
	}
	return w
}

func usual[T comparable](value *T, otherwise T) {
	var nothing T
	if *value == nothing {
		*value = otherwise
	}
}
