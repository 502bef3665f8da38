package monitors_test

import (
	"encoding/json"
	"fmt"
	"math"
	"runtime"
	"testing"
	"time"

	"noon/judge/monitors"
)

func TestNumbersThatAreNoneAreNotMeasured(t *testing.T) {
	for name, bad := range map[string]float64{"NaN": math.NaN(), "Inf": math.Inf(1), "-Inf": math.Inf(-1), "negative": -5, "too many": 1e300} {
		t.Run(name, func(t *testing.T) {
			// Now and then is nothing.
			s := newShop(t, usual)
			looks := 0
			s.spoil = func(o *monitors.Observation) *monitors.Observation {
				if looks++; looks%7 == 0 {
					o.Counters["errors"], o.Gauges["cpu"] = bad, bad
					o.Histograms["latency_seconds"].Count[1] = bad
				}
				return o
			}
			s.run(21 * time.Minute)
			s.wants(monitors.Healthy)
			// And it hides nothing.
			s.canary().failing = .4
			s.run(22 * time.Minute)
			s.wants(monitors.Worse, "Errors:")

			// Always is not measured: nobody knows.
			s = newShop(t, usual)
			s.spoiled(func(o *monitors.Observation) { o.Counters["errors"] = bad })
			s.run(25 * time.Minute)
			s.wants(monitors.Undecided, "errors of web1, which only the live servers say")
		})
	}
}

func TestRequestsThatAreNoneAreNotSeconds(t *testing.T) {
	s := newShop(t, usual)
	s.spoiled(func(o *monitors.Observation) { o.Counters["requests"] = math.NaN() })
	s.run(25 * time.Minute)
	s.wants(monitors.Undecided)
}

func TestCountersThatAllFallAreOfAnotherProcess(t *testing.T) {
	for _, at := range []time.Duration{5 * time.Minute, 15 * time.Minute} {
		s := newShop(t, usual)
		s.run(at)
		for _, server := range s.servers {
			server.restart(server.version)
		}
		s.run(26 * time.Minute)
		s.wants(monitors.Healthy)
	}
}

func TestOneCounterThatFallsIsNoRestart(t *testing.T) {
	// The sum of some workers' errors, read in a hurry: 1 less now and then. What
	// is counted is not begun anew, or thousands of errors would be found.
	s := newShop(t, usual)
	looks := 0
	for _, server := range s.servers {
		server.errors = 5000
	}
	s.spoil = func(o *monitors.Observation) *monitors.Observation {
		if looks++; looks%11 == 0 {
			o.Counters["errors"] = max(o.Counters["errors"]-3, 0)
		}
		return o
	}
	s.run(25 * time.Minute)
	s.wants(monitors.Healthy)

	// A gauge that somebody named like a counter does not make servers young for
	// ever, and is not judged.
	s = newShop(t, usual)
	s.spoil = func(o *monitors.Observation) *monitors.Observation {
		if looks++; looks%2 == 0 {
			o.Counters["sessions_total"] = 5
		} else {
			o.Counters["sessions_total"] = 50
		}
		return o
	}
	s.run(10 * time.Minute)
	s.canary().failing = .3
	s.run(12 * time.Minute)
	s.wants(monitors.Worse, "Errors:")
}

func TestLabelsThatExplodeAreBounded(t *testing.T) {
	s := newShop(t, usual)
	next := 0
	s.spoil = func(o *monitors.Observation) *monitors.Observation {
		for range 160 { // of each request another one: 190,000 in all
			next++
			o.Counters[fmt.Sprintf("errors{request=\"%d\"}", next)] = 1
			o.Counters[fmt.Sprintf("aborted{request=\"%d\"}", next)] = 1
		}
		o.Histograms[fmt.Sprint("latency_of_", next)] = o.Histograms["latency_seconds"]
		o.Gauges[fmt.Sprint("size_of_", next)] = 1
		return o
	}
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	s.run(20 * time.Minute)
	r := s.wants(monitors.Healthy, "there are more series than")
	runtime.GC()
	runtime.ReadMemStats(&after)
	if kept := int64(after.HeapAlloc-before.HeapAlloc) >> 20; kept > 64 {
		t.Errorf("%d MB are kept", kept)
	}
	if text, err := json.Marshal(r.Brief()); err != nil || len(text) > 64<<10 {
		t.Errorf("%d bytes, %v", len(text), err)
	}
	s.canary().failing = .3
	s.run(22 * time.Minute)
	s.wants(monitors.Worse, "Errors:")
}

func TestWhatIsOfTheWholeServerIsJudgedHoweverManyLabelsCameFirst(t *testing.T) {
	s := newShop(t, usual)
	many := map[string]float64{}
	for i := range 100_000 {
		many[fmt.Sprintf("errors{page=\"%d\"}", i)] = 0
	}
	for _, server := range s.servers {
		s.judge.Observe(monitors.Observation{Time: noon(-time.Second), Server: server.name, Version: "v1", Counters: many})
	}
	s.run(10 * time.Minute)
	s.canary().failing = .3
	s.run(11 * time.Minute)
	s.wants(monitors.Worse, "Errors:", "there are more series than")
}

func TestBucketsOfAnotherVersionCannotBeCompared(t *testing.T) {
	others := func(o *monitors.Observation) {
		o.Histograms["latency_seconds"] = monitors.Histogram{LE: []float64{.2, .4, .8, math.Inf(1)}, Count: o.Histograms["latency_seconds"].Count}
	}
	s := newShop(t, usual)
	s.spoiled(others)
	s.run(25 * time.Minute)
	s.wants(monitors.Undecided, "latency p50", "a histogram counts if it has the same buckets")

	// All change theirs in the middle.
	s = newShop(t, usual)
	s.run(13 * time.Minute)
	s.spoil = func(o *monitors.Observation) *monitors.Observation { others(o); return o }
	s.run(25 * time.Minute)
	if r := s.report(); r.Opinion == monitors.Worse {
		t.Errorf("%+v", r)
	}
}

func TestHistogramsThatAreNoneAreNotMeasured(t *testing.T) {
	inf := math.Inf(1)
	for i, h := range []monitors.Histogram{
		{}, {LE: []float64{1}, Count: []float64{1}}, {LE: []float64{1, inf}, Count: []float64{1}},
		{LE: []float64{2, 1, inf}, Count: []float64{1, 2, 3}}, {LE: []float64{1, inf}, Count: []float64{3, 2}},
		{LE: []float64{math.NaN(), inf}, Count: []float64{1, 2}}, {LE: []float64{inf}, Count: []float64{5}},
		{LE: make([]float64, 5000), Count: make([]float64, 5000)},
	} {
		s := newShop(t, usual)
		s.spoil = func(o *monitors.Observation) *monitors.Observation { o.Histograms["latency_seconds"] = h; return o }
		s.run(22 * time.Minute)
		if r := s.report(); r.Opinion != monitors.Healthy {
			t.Errorf("%d: %+v", i, r)
		}
		s = newShop(t, usual)
		s.spoiled(func(o *monitors.Observation) { o.Histograms["latency_seconds"] = h })
		s.run(22 * time.Minute)
		s.wants(monitors.Undecided, "latency")
	}
}

func TestGaugesThatAreZero(t *testing.T) {
	queue := func(canary float64) *shop {
		s := newShop(t, usual)
		s.spoil = func(o *monitors.Observation) *monitors.Observation {
			o.Gauges["cpu"], o.Gauges["queue"] = 0, 0
			if o.Server == "web1" && o.Time.Sub(upgradedAt) > 2*time.Minute {
				o.Gauges["queue"] = canary
			}
			return o
		}
		return s
	}
	s := queue(0)
	s.run(22 * time.Minute)
	s.wants(monitors.Healthy)
	s = queue(.05) // one that waits for a moment is no queue
	s.run(22 * time.Minute)
	s.wants(monitors.Healthy)
	s = queue(1000)
	s.run(22 * time.Minute)
	s.wants(monitors.Worse, "Queue")
}

func TestASpikeOfAMinuteIsNoNewLevel(t *testing.T) {
	s := newShop(t, usual)
	s.spoiled(func(o *monitors.Observation) {
		if since := o.Time.Sub(upgradedAt); since > 5*time.Minute && since < 6*time.Minute {
			o.Gauges["cpu"] = 8 // a nightly job
		}
	})
	s.run(25 * time.Minute)
	if r := s.report(); r.Opinion == monitors.Worse {
		t.Errorf("%+v", r.Brief())
	}
}

func TestWhatNobodyMeasuresIsSaid(t *testing.T) {
	s := newShop(t, usual)
	s.spoil = func(o *monitors.Observation) *monitors.Observation {
		o.Histograms, o.Counters = nil, map[string]float64{"requests": o.Counters["requests"]}
		return o
	}
	s.run(21 * time.Minute)
	s.wants(monitors.Healthy, "errors are not measured: nobody would see", "how long answers take is not measured: nobody would see")
}

func TestTenPointsMoreErrorsAreNeverWell(t *testing.T) {
	s := newShop(t, usual)
	for _, server := range s.servers {
		server.failing = .4
	}
	s.run(10 * time.Minute)
	s.canary().failing = .51
	s.run(40 * time.Minute)
	if r := s.report(); r.Opinion == monitors.Healthy {
		t.Errorf("%+v", r)
	}
}

func TestWhereTheLiveVersionNeverGetsTheNewOneIsSeen(t *testing.T) {
	// No answer took more than .1 s, and now some take seconds.
	s := newShop(t, usual)
	for _, server := range s.servers {
		server.shares = []float64{1, 0, 0, 0}
	}
	s.run(10 * time.Minute)
	s.canary().shares = []float64{.96, .02, .01, .01}
	s.run(14 * time.Minute)
	s.wants(monitors.Worse, "Slower than 100 ms")
}
