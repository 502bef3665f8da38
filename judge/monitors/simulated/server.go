package simulated

import (
	"math"
	"time"

	"noon/fleet"
	"noon/judge/monitors"
)

// server is one of the fleet.
type server struct {
	name    string
	canary  bool
	version fleet.Version
	// phase is when within a step it is measured.
	phase time.Duration
	// lasting is how it differs for ever, restarted how since its last restart,
	// wander how at this moment.
	lasting, restarted Logs
	wander             drift
	// own are the errors of its endpoints, as logarithms.
	own []float64
	// away: it takes no requests and cannot be measured.
	away bool
	age  time.Duration
	// relative is its load beside that of a usual server.
	relative float64

	requests, errors []float64 // by endpoint
	orders           float64
	buckets          []float64
}

// running is for how long servers had been running when all began.
const running = 72 * time.Hour

func newServer(d draw, w World, endpoints int) *server {
	s := &server{
		version: Live, phase: time.Duration(d.Float64() * float64(time.Second)), age: running,
		lasting: w.Differences.draw(d), wander: newDrift(d, w.Wander, wanderMinutes),
	}
	for range endpoints {
		s.own = append(s.own, w.Differences.Endpoints*d.NormFloat64())
	}
	s.forget()
	return s
}

// forget is what a process does with its counters when it ends.
func (s *server) forget() {
	s.requests, s.errors = make([]float64, len(s.own)), make([]float64, len(s.own))
	s.buckets, s.orders = make([]float64, len(LE)), 0
}

// restart begins a new process.
func (s *server) restart(d draw, w World, version fleet.Version) {
	s.forget()
	s.version, s.age, s.restarted = version, 0, w.Restart.draw(d)
}

// warming is what a server has for a while after a restart: it is slow (by 80 %
// at first, design page) and its caches are empty.
func (s *server) warming(w World) Logs {
	var l Logs
	age := s.age.Seconds()
	if w.Warming {
		l.Latency = 0.6 * math.Exp(-age/60)
		l.CPU = 0.8 * math.Exp(-age/30)
	}
	if w.Filling {
		l.Memory = -0.5 * math.Exp(-age/300)
	}
	return l
}

// level is how this server is now, waves of the fleet and faults included.
func (s *server) level(f *Fleet) Logs {
	l := s.lasting.plus(s.restarted).plus(s.wander.now).plus(s.warming(f.world)).plus(f.common())
	if s.faulty() {
		l = l.plus(f.fault.logs())
		l.Memory += math.Log1p(f.fault.Leak * s.age.Minutes())
	}
	return l
}

func (s *server) faulty() bool { return s.version == New }

// serve counts the requests that come in a while.
func (s *server) serve(f *Fleet, d draw, requests float64) {
	l := s.level(f)
	all, slow := 0.0, 0.0
	for e, share := range f.shares {
		n := d.poisson(requests * share)
		s.requests[e] += n
		s.errors[e] += d.binomial(n, s.failing(f, e, l))
		all += n
	}
	if s.faulty() {
		slow = f.fault.Slow
	}
	latenciesOf(l, slow).fill(d, s.buckets, all)
	s.orders += d.poisson(requests * ordersARequest * math.Exp(l.Orders))
}

// ordersARequest: one of 33 requests to a shop is an order.
const ordersARequest = 0.03

// failing is the share of requests to an endpoint that fail.
func (s *server) failing(f *Fleet, endpoint int, l Logs) float64 {
	p := f.world.Errors * f.fragile[endpoint] * math.Exp(l.Errors+s.own[endpoint])
	if s.faulty() {
		p += f.fault.Points
		if f.names[endpoint] == f.fault.Dead {
			p = 1
		}
	}
	return min(p, 1)
}

// observe is a measurement of the server.
func (s *server) observe(f *Fleet, d draw, now time.Time) monitors.Observation {
	l := s.level(f)
	return monitors.Observation{
		Time: now.Add(s.phase), Server: s.name, Version: s.version,
		Counters:   s.counters(f),
		Histograms: map[string]monitors.Histogram{"latency_seconds": {LE: LE, Count: append([]float64(nil), s.buckets...)}},
		Gauges: map[string]float64{
			// A third of a core at the usual load, whatever the rate is, and noise
			// of each measurement.
			"cpu":        0.03 + 0.3*s.relative*math.Exp(l.CPU)*d.lognormal(0.10),
			"memory":     math.Round(200e6 * math.Exp(l.Memory) * d.lognormal(0.01)),
			"open_files": math.Round(40 + 60*s.relative*math.Exp(l.Files)*d.lognormal(0.05)),
		},
	}
}

func (s *server) counters(f *Fleet) map[string]float64 {
	counters := make(map[string]float64, 2*len(f.names)+3)
	requests, errors := 0.0, 0.0
	for e := range f.names {
		requests, errors = requests+s.requests[e], errors+s.errors[e]
		counters[f.requestsOf[e]] = s.requests[e]
		counters[f.errorsOf[e]] = s.errors[e]
	}
	counters["requests"], counters["errors"], counters["orders"] = requests, errors, s.orders
	return counters
}
