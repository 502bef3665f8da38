package monitors_test

import (
	"testing"
	"time"

	"noon/judge/monitors"
)

func TestAClockThatJumpsForwardAndBackIsNotBelieved(t *testing.T) {
	for _, at := range []time.Duration{0, 5 * time.Minute, 14 * time.Minute} {
		s := newShop(t, usual)
		s.run(at)
		wrong := s.time
		s.spoil = func(o *monitors.Observation) *monitors.Observation {
			if o.Time.Equal(wrong) {
				o.Time = o.Time.AddDate(1, 0, 0)
			}
			return o
		}
		s.run(21 * time.Minute)
		s.wants(monitors.Healthy)
		s.canary().failing = .3
		s.run(23 * time.Minute)
		s.wants(monitors.Worse, "Errors:")
	}
}

func TestTimeThatIsFarAheadIsBelievedTheSecondTime(t *testing.T) {
	s := newShop(t, usual) // and the controller slept for 300 years
	s.run(8 * time.Minute)
	s.spoil = func(o *monitors.Observation) *monitors.Observation {
		o.Time = o.Time.AddDate(290, 0, 0)
		return o
	}
	s.watch.Upgrades[0].Time = s.watch.Upgrades[0].Time.AddDate(1, 0, 0)
	began := time.Now()
	s.run(12 * time.Minute)
	s.report()
	if took := time.Since(began); took > 10*time.Second {
		t.Error(took)
	}
}

func TestAClockThatGoesBackIsSaid(t *testing.T) {
	s := newShop(t, usual)
	s.run(21 * time.Minute)
	s.wants(monitors.Healthy)
	s.spoil = func(o *monitors.Observation) *monitors.Observation {
		o.Time = o.Time.Add(-time.Hour)
		return o
	}
	s.canary().failing = .5
	s.run(23 * time.Minute)
	s.wants(monitors.Undecided, "the clock went back: what is measured of web1 counts again from 12:21:00 UTC on 21 Nov 2026 on")
}
