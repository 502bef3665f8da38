package simulated

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"time"

	"noon/fleet"
	"noon/judge/monitors"
)

// Live and New are the versions.
const (
	Live fleet.Version = "v1"
	New  fleet.Version = "v2"
)

const (
	wanderMinutes = 3
	waveMinutes   = 5
	dayMinutes    = 120
	// awayTicks is how long a restart takes a server out.
	awayTicks = 3
)

// begin is when every simulation begins.
var begin = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// Fleet is a world with everything drawn, that moves on tick by tick.
type Fleet struct {
	endpoints
	draw    draw
	world   World
	fault   Fault
	servers []*server
	waves   drift
	noon    float64 // of the day, as a phase
	burst   burst
	turns   []turn
	// tick is the one that comes next; in tick upgrade the canaries are put back.
	tick, upgrade, last int
}

// Simulate draws a fleet.
func Simulate(w World, fault Fault, seed uint64) *Fleet {
	w = w.filled()
	f := &Fleet{
		draw: newDraw(seed), world: w, fault: fault, endpoints: newEndpoints(w.Endpoints),
		upgrade: int(w.History / step), last: int((w.History + w.Watch) / step),
	}
	f.waves = newDrift(f.draw, w.Waves, waveMinutes)
	f.noon = 2 * math.Pi * f.draw.Float64()
	for i := range w.Servers {
		s := newServer(f.draw, w, len(f.names))
		s.name, s.canary = fmt.Sprintf("web%d", i+1), i < w.Canaries
		f.servers = append(f.servers, s)
	}
	slices.SortStableFunc(f.servers, func(a, b *server) int { return int(a.phase - b.phase) })
	f.drawTurns()
	f.past()
	return f
}

// past is what the counters have when all begins.
func (f *Fleet) past() {
	for _, s := range f.servers {
		s.relative = math.Exp(s.lasting.Load)
		hours := 1 + 71*f.draw.Float64()
		s.serve(f, f.draw, hours*3600*f.world.Rate*s.relative)
	}
}

// Upgrade is when the canaries are put back with the new version.
func (f *Fleet) Upgrade() time.Time { return begin.Add(time.Duration(f.upgrade) * step) }

// Watch is what the judge is told.
func (f *Fleet) Watch() monitors.Watch {
	w := monitors.Watch{Service: "shop", Step: int(step.Seconds()), Live: Live}
	for i := range f.world.Servers {
		name := fmt.Sprintf("web%d", i+1)
		w.Servers = append(w.Servers, name)
		if i < f.world.Canaries {
			w.Upgrades = append(w.Upgrades, monitors.Upgrade{Server: name, Version: New, Time: f.Upgrade()})
		}
	}
	return w
}

// Observations are what is measured from now on, in order of time.
func (f *Fleet) Observations() iter.Seq[monitors.Observation] {
	return func(yield func(monitors.Observation) bool) {
		for f.tick <= f.last {
			now := begin.Add(time.Duration(f.tick) * step)
			f.move()
			for _, s := range f.servers {
				if s.away || f.draw.Float64() < f.world.Missing {
					continue
				}
				if !yield(s.observe(f, f.draw, now)) {
					return
				}
			}
		}
	}
}

// move lets one step pass: first the requests in it, then what happens at its
// end.
func (f *Fleet) move() {
	f.waves.next(f.draw)
	f.burst.next(f.draw, f.world)
	f.share()
	for _, s := range f.servers {
		s.wander.next(f.draw)
		s.age += step
		if !s.away {
			s.serve(f, f.draw, f.world.Rate*s.relative*step.Seconds())
		}
	}
	f.take()
	f.tick++
}

// share divides the load among the servers that are there: a balancer gives
// them what another one does not get.
func (f *Fleet) share() {
	sum := 0.0
	for _, s := range f.servers {
		s.relative = 0
		if !s.away {
			s.relative = math.Exp(s.lasting.Load+s.wander.now.Load) * f.moving(s)
		}
		sum += s.relative
	}
	for _, s := range f.servers {
		s.relative *= float64(len(f.servers)) * math.Exp(f.common().Load) / max(sum, 1e-9)
	}
}

// moving is the factor of a canary's share during the watch.
func (f *Fleet) moving(s *server) float64 {
	if !s.canary || f.tick <= f.upgrade {
		return 1
	}
	return math.Pow(f.world.Moving, float64(f.tick-f.upgrade)/float64(f.last-f.upgrade))
}

// common is what all servers have at this moment: with more load all are a
// little slower.
func (f *Fleet) common() Logs {
	l := f.waves.now.plus(f.burst.logs())
	day := f.world.Diurnal * math.Sin(f.noon+2*math.Pi*float64(f.tick)*step.Minutes()/dayMinutes)
	l.Load += day
	l.Latency += 0.2 * day
	return l
}
