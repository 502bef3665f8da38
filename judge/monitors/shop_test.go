package monitors_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"noon/fleet"
	"noon/judge/monitors"
)

// What bad input gets. A shop of four servers, whose counters go up evenly: web1
// gets v2 after ten minutes. Each test spoils what is measured.

// shop is measured every 5 s.
type shop struct {
	t       *testing.T
	watch   monitors.Watch
	judge   *monitors.Judge
	servers []*shopServer
	// time is the one of the next look.
	time time.Time
	// spoil changes an observation before the judge gets it; nil is dropped.
	spoil func(o *monitors.Observation) *monitors.Observation
}

type shopServer struct {
	name              string
	version           fleet.Version
	requests, errors  float64
	orders            float64
	buckets           []float64
	failing, ordering float64
	shares            []float64 // of requests, by bucket
}

// upgradedAt is when web1 is put back with v2.
var upgradedAt = noon(10 * time.Minute)

func newShop(t *testing.T, settings monitors.Settings, upgrades ...monitors.Upgrade) *shop {
	if upgrades == nil {
		upgrades = []monitors.Upgrade{{Server: "web1", Version: "v2", Time: upgradedAt}}
	}
	s := &shop{t: t, time: noon(0), watch: monitors.Watch{Service: "shop", Step: 5, Live: "v1", Upgrades: upgrades}}
	for i := range 5 {
		name := fmt.Sprintf("web%d", i+1)
		s.watch.Servers = append(s.watch.Servers, name)
		s.servers = append(s.servers, &shopServer{
			name: name, version: "v1", requests: 1000, errors: 10, orders: 100, failing: .02, ordering: .1,
			buckets: []float64{0, 0, 0, 0}, shares: []float64{.5, .4, .09, .01},
		})
	}
	s.judge = monitors.New(s.watch, settings)
	return s
}

var usual = monitors.Settings{Least: 10 * time.Minute}

// run looks until so long after the beginning.
func (s *shop) run(until time.Duration) {
	for ; !s.time.After(noon(until)); s.time = s.time.Add(5 * time.Second) {
		for _, server := range s.servers {
			for _, u := range s.watch.Upgrades {
				if u.Server == server.name && u.Time.Equal(s.time) {
					server.restart(u.Version)
				}
			}
			server.serve()
			o := server.observe(s.time)
			to := &o
			if s.spoil != nil {
				to = s.spoil(to)
			}
			if to != nil {
				s.judge.Observe(*to)
			}
		}
	}
}

func (s *shopServer) restart(version fleet.Version) {
	s.version, s.requests, s.errors, s.orders, s.buckets = version, 0, 0, 0, make([]float64, 4)
}

// serve 50 requests.
func (s *shopServer) serve() {
	s.requests += 50
	s.errors += 50 * s.failing
	s.orders += 50 * s.ordering
	for i, sum := 0, 0.0; i < len(s.buckets); i++ {
		sum += 50 * s.shares[i]
		s.buckets[i] += sum
	}
}

func (s *shopServer) observe(now time.Time) monitors.Observation {
	return monitors.Observation{
		Time: now, Server: s.name, Version: s.version,
		Counters:   map[string]float64{"requests": s.requests, "errors": math.Floor(s.errors), "orders": math.Floor(s.orders)},
		Histograms: map[string]monitors.Histogram{"latency_seconds": {LE: []float64{.1, .3, 1, math.Inf(1)}, Count: slices.Clone(s.buckets)}},
		Gauges:     map[string]float64{"cpu": .3, "memory": 200e6, "open_files": 50},
	}
}

// report of v2, which can always be written as JSON.
func (s *shop) report() monitors.Report {
	s.t.Helper()
	r := s.judge.Report("v2")
	if _, err := json.Marshal(r.Finite()); err != nil {
		s.t.Error(err)
	}
	for _, text := range append(append(slices.Clone(r.Missing), r.Notes...), words(r)...) {
		if strings.Contains(text, "NaN") || strings.Contains(text, "Inf") || strings.ContainsAny(text, "\x1b\x00\n") {
			s.t.Errorf("%q", text)
		}
	}
	return r
}

func words(r monitors.Report) (all []string) {
	for _, f := range r.Findings {
		all = append(all, f.Words)
	}
	return all
}

func (s *shop) wants(o monitors.Opinion, parts ...string) monitors.Report {
	s.t.Helper()
	r := s.report()
	if r.Opinion != o {
		s.t.Errorf("it is %s, not %s: %+v", r.Opinion, o, r.Finite().Brief())
	}
	said := strings.Join(slices.Concat(r.Missing, r.Waiting, r.Notes, words(r)), "\n")
	for _, part := range parts {
		if !strings.Contains(said, part) {
			s.t.Errorf("no %q in %q", part, said)
		}
	}
	return r
}

// canary is web1.
func (s *shop) canary() *shopServer { return s.servers[0] }

// spoiled changes the observations of web1 once it is upgraded.
func (s *shop) spoiled(change func(o *monitors.Observation)) {
	s.spoil = func(o *monitors.Observation) *monitors.Observation {
		if o.Server == "web1" && !o.Time.Before(upgradedAt) {
			change(o)
		}
		return o
	}
}

func TestAShopWithNothingWrongIsHealthyAndOneThatFailsIsWorse(t *testing.T) {
	s := newShop(t, usual)
	s.run(21 * time.Minute)
	s.wants(monitors.Healthy)
	s = newShop(t, usual)
	s.run(10 * time.Minute)
	s.canary().failing = .3
	s.run(11 * time.Minute)
	s.wants(monitors.Worse, "Errors:")
}

func TestTheSameWatchIsJudgedTheSame(t *testing.T) {
	var reports []monitors.Report
	for range 5 {
		s := newShop(t, usual)
		s.spoil = func(o *monitors.Observation) *monitors.Observation {
			o.Counters = maps.Clone(o.Counters)
			for i := range 40 {
				o.Counters[fmt.Sprintf("errors{page=\"%d\"}", i)] = o.Counters["errors"] * float64(i%7)
			}
			return o
		}
		s.canary().failing = .03
		s.run(18 * time.Minute)
		reports = append(reports, s.report())
	}
	for _, r := range reports[1:] {
		if r.Evidence != reports[0].Evidence {
			t.Errorf("%v, and then %v", reports[0].Evidence, r.Evidence)
		}
	}
}
