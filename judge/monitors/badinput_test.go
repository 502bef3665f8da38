package monitors_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"runtime"
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

func TestVersionsWithEscapesAreSaidPlainly(t *testing.T) {
	evil := fleet.Version("v2\x1b[31m\n\x00")
	s := newShop(t, usual, monitors.Upgrade{Server: "web1", Version: evil, Time: upgradedAt})
	s.canary().failing = .5
	s.run(12 * time.Minute)
	check := func() {
		t.Helper()
		r := s.judge.Report(evil)
		for _, text := range slices.Concat(r.Missing, r.Notes, r.Waiting, words(r)) {
			if strings.ContainsAny(text, "\x1b\x00\n") {
				t.Errorf("%q", text)
			}
		}
	}
	check()
	s.judge.Left("web1")
	check()
}

func TestAnUpgradeOfAServerThatWasNeverMeasuredIsUndecided(t *testing.T) {
	s := newShop(t, usual, monitors.Upgrade{Server: "web9", Version: "v2", Time: upgradedAt})
	s.run(25 * time.Minute)
	s.wants(monitors.Undecided, "nothing of web9 was measured since its upgrade")
}

func TestAVersionThatNobodyRunsIsUndecided(t *testing.T) {
	s := newShop(t, usual)
	s.run(time.Minute)
	r := s.judge.Report("v\x1b9")
	if r.Opinion != monitors.Undecided || r.Missing[0] != `no server runs "v\x1b9" yet` {
		t.Errorf("%+v", r)
	}
	s.judge.Upgraded(monitors.Upgrade{Server: "web2", Time: upgradedAt}) // without a version
	if all := s.judge.Versions(); !slices.Equal(all, []fleet.Version{"v2"}) {
		t.Error(all)
	}
}

func TestTwoVersionsAreJudgedApart(t *testing.T) {
	s := newShop(t, usual, monitors.Upgrade{Server: "web1", Version: "v2", Time: upgradedAt}, monitors.Upgrade{Server: "web2", Version: "v3", Time: upgradedAt})
	s.run(10 * time.Minute)
	s.servers[1].failing = .3
	s.run(22 * time.Minute)
	good, bad := s.report(), s.judge.Report("v3")
	if good.Opinion != monitors.Healthy || good.Needed != 400 || good.Evidence > 2 {
		t.Errorf("the good one: %+v", good)
	}
	if bad.Opinion != monitors.Worse || bad.Needed != 400 {
		t.Errorf("the bad one: %+v", bad)
	}
}

func TestAWorseVersionStaysWorseWhenAnotherOneComes(t *testing.T) {
	s := newShop(t, usual)
	s.run(10 * time.Minute)
	s.canary().failing = .09
	for s.report().Opinion != monitors.Worse && s.time.Before(noon(time.Hour)) {
		s.run(s.time.Sub(noon(0)))
	}
	s.wants(monitors.Worse)
	s.judge.Upgraded(monitors.Upgrade{Server: "web2", Version: "v3", Time: s.time})
	s.wants(monitors.Worse)
}

func TestAServerThatIsBroughtBackIsLiveAgain(t *testing.T) {
	s := newShop(t, usual)
	s.run(10 * time.Minute)
	s.canary().failing = .021 // no reason, but somebody did
	s.run(12 * time.Minute)
	back := monitors.Upgrade{Server: "web1", Version: "v1", Time: s.time}
	s.judge.Upgraded(back)
	s.watch.Upgrades = append(s.watch.Upgrades, back)
	s.run(20 * time.Minute)
	s.wants(monitors.Undecided, `no server runs "v2" any more`)

	// And another one gets it.
	again := monitors.Upgrade{Server: "web2", Version: "v2", Time: s.time}
	s.judge.Upgraded(again)
	s.watch.Upgrades = append(s.watch.Upgrades, again)
	s.run(40 * time.Minute)
	s.wants(monitors.Healthy)
}

func TestAServerThatLeftIsNotCompared(t *testing.T) {
	s := newShop(t, usual)
	s.run(12 * time.Minute)
	s.judge.Left("web1")
	s.canary().failing = .5
	s.run(14 * time.Minute)
	if r := s.wants(monitors.Undecided, `no server runs "v2" any more`); r.Evidence > 2 {
		t.Errorf("%+v", r)
	}
}

func TestCountsThatWaitAreOfTheVersionThatCountedThem(t *testing.T) {
	// Web2 is measured while the canary is not; then somebody changes web2. What
	// it failed before was no failure of the canary.
	s := newShop(t, usual)
	s.run(12 * time.Minute)
	since := s.time
	s.servers[1].failing = .6
	s.spoil = func(o *monitors.Observation) *monitors.Observation {
		switch {
		case o.Server == "web1" && o.Time.Sub(since) < 20*time.Second:
			return nil
		case o.Server == "web2" && o.Time.Sub(since) >= 20*time.Second:
			o.Version = "by hand"
		}
		return o
	}
	s.run(14 * time.Minute)
	if r := s.report(); r.Evidence > 2 || r.Opinion == monitors.Worse {
		t.Errorf("%+v", r)
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

func TestASecondBatchTakesNoDoubtAwayAboutTheFirst(t *testing.T) {
	// The canary's restart made it a little worse than the floor of one server
	// allows to be called worse. That four more servers are upgraded is no news of
	// it.
	s := newShop(t, usual)
	s.run(10 * time.Minute)
	s.canary().failing = .025
	s.run(25 * time.Minute)
	before := s.report()
	for _, server := range s.servers[1:4] {
		s.judge.Upgraded(monitors.Upgrade{Server: server.name, Version: "v2", Time: s.time})
	}
	after := s.report()
	if before.Evidence != after.Evidence {
		t.Errorf("the evidence was %g, and is %g", before.Evidence, after.Evidence)
	}
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
