package monitors_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"noon/judge/monitors"
)

func TestWithoutLiveServersNobodyKnows(t *testing.T) {
	for name, gone := range map[string]func(o *monitors.Observation) *monitors.Observation{
		"gone":             func(*monitors.Observation) *monitors.Observation { return nil },
		"upgraded by hand": func(o *monitors.Observation) *monitors.Observation { o.Version = "v1.1"; return o },
		"got the new one":  func(o *monitors.Observation) *monitors.Observation { o.Version = "v2"; return o },
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, usual)
			s.run(15 * time.Minute)
			s.spoil = func(o *monitors.Observation) *monitors.Observation {
				if o.Server != "web1" {
					return gone(o)
				}
				return o
			}
			s.canary().failing, s.canary().ordering = .5, .01
			s.run(25 * time.Minute)
			s.wants(monitors.Undecided, "no server with the live version is left to compare with")
		})
	}
}

func TestAFallingNumberOfLiveServersIsNoEvidence(t *testing.T) {
	s := newShop(t, usual)
	s.run(12 * time.Minute)
	for i := 4; i > 0; i-- {
		s.spoil = func(o *monitors.Observation) *monitors.Observation {
			if i < slices.Index(s.watch.Servers, o.Server) {
				return nil
			}
			return o
		}
		s.run(time.Duration(27-3*i) * time.Minute)
		if r := s.report(); r.Opinion == monitors.Worse || r.Evidence > 2 {
			t.Errorf("with %d live servers: %+v", i, r)
		}
	}
}

func TestACanaryWithoutTrafficIsUndecided(t *testing.T) {
	s := newShop(t, usual)
	s.spoiled(func(o *monitors.Observation) {
		o.Counters = map[string]float64{"requests": 0, "errors": 0, "orders": 0}
		clear(o.Histograms["latency_seconds"].Count)
	})
	s.run(30 * time.Minute)
	s.wants(monitors.Undecided, "web1 has answered no request since its upgrade")
}

func TestACanaryThatIsNotMeasuredIsUndecided(t *testing.T) {
	s := newShop(t, usual)
	s.run(10 * time.Minute)
	drop := func(o *monitors.Observation) *monitors.Observation {
		if o.Server == "web1" {
			return nil
		}
		return o
	}
	s.spoil = drop
	s.run(11 * time.Minute)
	s.spoil = nil
	s.run(22 * time.Minute)
	s.wants(monitors.Healthy)
	s.spoil = drop
	s.run(24 * time.Minute)
	s.wants(monitors.Undecided, "nothing of web1 was measured for 2m0s")
}

func TestACanaryOfWhichAPartIsNotMeasuredAnyMoreIsUndecided(t *testing.T) {
	for series, spoil := range map[string]func(o *monitors.Observation){
		"errors":  func(o *monitors.Observation) { delete(o.Counters, "errors") },
		"latency": func(o *monitors.Observation) { delete(o.Histograms, "latency_seconds") },
		"orders":  func(o *monitors.Observation) { delete(o.Counters, "orders") },
		"memory":  func(o *monitors.Observation) { delete(o.Gauges, "memory") },
	} {
		s := newShop(t, usual)
		s.spoiled(spoil)
		s.run(25 * time.Minute)
		s.wants(monitors.Undecided, series, "of web1, which only the live servers say")
	}
}

func TestServersThatNobodyNamedAreCompared(t *testing.T) {
	s := newShop(t, usual)
	s.spoil = func(o *monitors.Observation) *monitors.Observation {
		if o.Server != "web1" {
			o.Server += "\x1b[2J"
		}
		return o
	}
	s.run(21 * time.Minute)
	s.wants(monitors.Healthy)
	for i := range 1000 {
		s.judge.Observe(monitors.Observation{Time: s.time, Server: fmt.Sprint("more", i), Version: "v1", Counters: map[string]float64{"requests": 5}})
		s.judge.Left(fmt.Sprint("never heard of ", i))
	}
	s.report()
}

func TestAnUpgradeOfAServerThatWasNeverMeasuredIsUndecided(t *testing.T) {
	s := newShop(t, usual, monitors.Upgrade{Server: "web9", Version: "v2", Time: upgradedAt})
	s.run(25 * time.Minute)
	s.wants(monitors.Undecided, "nothing of web9 was measured since its upgrade")
}

func TestACanaryThatStartsAgainAndAgainHidesNothing(t *testing.T) {
	s := newShop(t, usual)
	s.run(10 * time.Minute)
	s.canary().failing, s.canary().shares = .1, []float64{.1, .2, .3, .4}
	for minute := 11; minute < 30; minute++ {
		s.run(time.Duration(minute) * time.Minute)
		s.canary().restart("v2")
		if s.report().Opinion == monitors.Healthy {
			t.Fatalf("healthy in minute %d", minute)
		}
	}
	s.wants(monitors.Worse, "Errors:")
}
