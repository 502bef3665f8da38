package observe

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"noon/fleet"
	"noon/judge"
	"noon/judge/monitors"
)

// shop is a made-up pool whose servers count 50 requests at each look.
type shop struct {
	mu       sync.Mutex
	looks    map[string]int
	asked    int
	versions map[string]fleet.Version
	out      map[string]bool
	pool     error
	errors   map[string]int64
}

func newShop() *shop {
	return &shop{looks: map[string]int{}, versions: map[string]fleet.Version{}, out: map[string]bool{}, errors: map[string]int64{}}
}

func (s *shop) Observe(context.Context) (fleet.Pool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var p fleet.Pool
	s.asked++
	for i := range 6 {
		name := fmt.Sprintf("web%d", i+1)
		rotation := fleet.In
		if s.out[name] {
			rotation = fleet.Out
		}
		counters := fleet.Counters{Requests: fleet.Known(int64(50*s.asked), "lb"), Errors: fleet.Known(s.errors[name], "lb"), Failures: fleet.Known(0, "lb")}
		p.Standings = append(p.Standings, fleet.Standing{Server: name, Rotation: rotation, Counters: counters})
	}
	return p, s.pool
}

func (s *shop) Look(_ context.Context, server fleet.Server) (fleet.Vitals, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.looks[server.Name]++
	version, known := s.versions[server.Name]
	switch {
	case !known:
		version = "v1"
	case version == "":
		return fleet.Vitals{VersionTrouble: "404"}, nil
	case version == "down":
		return fleet.Vitals{}, errors.New("connection refused")
	}
	return fleet.Vitals{Version: version}, nil
}

func (s *shop) monitors(trace string) *Monitors {
	return &Monitors{Pool: s, Checker: s, Every: 5 * time.Second, Timeout: time.Second, Trace: trace}
}

func servers(from, to int) (all []fleet.Server) {
	for i := from; i <= to; i++ {
		all = append(all, fleet.Server{Name: fmt.Sprintf("web%d", i)})
	}
	return all
}

// planned is a watch of six servers before web1 is upgraded.
func planned() judge.Watch {
	return judge.Watch{Number: 1, Service: "shop", From: "v1", To: "v2", Begun: time.Now(), Canaries: servers(1, 1), Live: servers(1, 6), Policy: fleet.WatchPolicy{Least: 10 * time.Minute}}
}

// upgraded is the same with web1 upgraded just now.
func upgraded(w judge.Watch) judge.Watch {
	w.Live = servers(2, 6)
	w.Upgraded = []judge.Upgraded{{Server: w.Canaries[0], Version: "v2", Since: time.Now(), Asked: true}}
	return w
}

// bake watches in virtual time: ten minutes before the upgrade, and ten after it.
func bake(t *testing.T, s *shop, m *Monitors, w judge.Watch, after func(*measuring)) {
	ctx, cancel := context.WithCancel(t.Context())
	me := m.open()
	defer func() { cancel(); me.close() }()
	me.change(ctx, w)
	time.Sleep(10 * time.Minute)
	s.become("web1", "v2")
	w = upgraded(w)
	me.change(ctx, w)
	time.Sleep(10 * time.Minute)
	synctest.Wait()
	after(me)
}

func (s *shop) become(server string, v fleet.Version) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.versions[server] = v
}

func lines(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.SplitAfter(strings.TrimSuffix(string(text), "\n"), "\n")
}

func TestAWatchIsRecordedAndReadAgainAfterACrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "traces", "shop.jsonl")
		s := newShop()
		var before monitors.Report
		var w judge.Watch
		bake(t, s, s.monitors(path), planned(), func(m *measuring) { before, w = m.reports()[0], m.watch })
		if before.Requests < 5000 || before.Version != "v2" {
			t.Fatalf("%+v", before)
		}
		all := lines(t, path)
		if !strings.Contains(all[0], `"step":5,"live":"v1","servers":["web1",`) || !strings.Contains(all[0], `"upgrades":[{"server":"web1","version":"v2"`) || len(all) < 6*240 {
			t.Fatalf("%d lines, the first one %s", len(all), all[0])
		}
		file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.WriteString(all[5][:len(all[5])/2]); err != nil { // the crash
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}

		ctx, cancel := context.WithCancel(t.Context())
		again := s.monitors(path).open()
		again.change(ctx, w)
		if after := again.reports()[0]; after.Requests != before.Requests || after.Evidence != before.Evidence || len(after.Notes) != len(before.Notes) {
			t.Errorf("it was %+v, and is %+v", before, after)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if now := again.reports()[0]; now.Requests < before.Requests+500 {
			t.Errorf("nothing more is measured: %d requests, and %d before", now.Requests, before.Requests)
		}
		cancel()
		again.close()
		readsWhole(t, path, len(all)+6*12)
	})
}

// readsWhole wants a trace that can be judged again, of at least so many lines.
func readsWhole(t *testing.T, path string, least int) monitors.Watch {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	reader, head, err := monitors.OpenTrace(bytes.NewReader(text), path)
	if err != nil {
		t.Fatal(err)
	}
	n := 1
	for ; err == nil; n++ {
		_, err = reader.Next()
	}
	if err.Error() != "EOF" || n-1 < least {
		t.Errorf("%d lines of %d, then %v", n-1, least, err)
	}
	return head
}

func TestTheFirstLineGrowsPastItsRoom(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shop.jsonl")
	record := func(from, to int) *trace {
		tr := openTrace(path, monitors.Watch{Service: "shop", Step: 5, Live: "v1"})
		tr.replay(monitors.New(monitors.Watch{Live: "v1"}, monitors.Settings{}), map[string]fleet.Version{})
		for i := from; i < to; i++ {
			name := fmt.Sprintf("a-server-with-a-rather-long-name-%d", i)
			at := time.Date(2026, 11, 21, 12, 0, i, 0, time.UTC)
			tr.observation(monitors.Observation{Time: at, Server: name, Version: "v1", Counters: map[string]float64{"requests": 1}})
			tr.upgraded(monitors.Upgrade{Server: name, Version: "v2", Time: at})
		}
		tr.close()
		if tr.trouble != "" {
			t.Fatal(tr.trouble)
		}
		return tr
	}
	record(0, 300)
	if head := readsWhole(t, path, 301); len(head.Upgrades) != 300 {
		t.Errorf("%d upgrades", len(head.Upgrades))
	}
	record(300, 1000) // after a crash it goes on with the room that there is
	if head := readsWhole(t, path, 1001); len(head.Upgrades) != 1000 || len(head.Servers) != 1000 {
		t.Errorf("%d upgrades of %d servers", len(head.Upgrades), len(head.Servers))
	}
}

func TestAFullDiskDoesNotStopTheJudging(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full here")
	}
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "shop.jsonl")
		s := newShop()
		ctx, cancel := context.WithCancel(t.Context())
		m := s.monitors(path).open()
		m.change(ctx, planned())
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		m.mu.Lock()
		whole := m.trace.file
		m.trace.file = full
		m.mu.Unlock()
		time.Sleep(5 * time.Minute)
		s.become("web1", "v2")
		m.change(ctx, upgraded(m.watch))
		time.Sleep(time.Minute)
		synctest.Wait()
		r := m.reports()[0]
		if r.Requests < 500 || !slices.ContainsFunc(r.Notes, func(note string) bool { return strings.Contains(note, "no space left") }) {
			t.Errorf("%+v", r)
		}
		cancel()
		m.close()
		if err := whole.Close(); err != nil {
			t.Error(err)
		}
		readsWhole(t, path, 6*59)
	})
}

func TestWhatCannotBeRecordedIsSaid(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("not a trace\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, filepath.Join(file, "shop.jsonl"), t.TempDir()} {
		synctest.Test(t, func(t *testing.T) {
			s := newShop()
			bake(t, s, s.monitors(path), planned(), func(m *measuring) {
				r := m.reports()[0]
				if r.Requests == 0 || !slices.ContainsFunc(r.Notes, func(note string) bool { return strings.Contains(note, "what is measured cannot be recorded") }) {
					t.Errorf("%s: %+v", path, r)
				}
			})
		})
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != "not a trace\n" {
		t.Errorf("%q, %v", text, err)
	}
}

func TestATraceOfAnotherWatchIsLeftAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shop.jsonl")
	was := monitors.AppendWatch(nil, monitors.Watch{Service: "shop", Step: 5, Live: "v0", Servers: []string{"web1"}, Upgrades: []monitors.Upgrade{{Server: "web1", Version: "v1", Time: begun}}})
	if err := os.WriteFile(path, was, 0o600); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		bake(t, s, s.monitors(path), planned(), func(m *measuring) {
			if all := m.reports(); len(all) != 1 || !strings.Contains(strings.Join(all[0].Notes, "\n"), `is of another watch, of "shop" with "v0"`) {
				t.Errorf("%+v", all)
			}
		})
	})
	if text, err := os.ReadFile(path); err != nil || !bytes.Equal(text, was) {
		t.Errorf("%q, %v", text, err)
	}
}

func TestAClockThatIsSetBackLeavesATraceThatCanBeRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shop.jsonl")
	tr := openTrace(path, monitors.Watch{Service: "shop", Step: 5, Live: "v1"})
	tr.replay(monitors.New(monitors.Watch{Live: "v1"}, monitors.Settings{}), map[string]fleet.Version{})
	for _, second := range []int{10, 15, 3, 8, 20} {
		tr.observation(monitors.Observation{Time: begun.Add(time.Duration(second) * time.Second), Server: "web1", Version: "v1"})
	}
	tr.close()
	readsWhole(t, path, 4)
}

func TestAServerThatIsUnderwayIsNotMeasured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		ctx, cancel := context.WithCancel(t.Context())
		m := s.monitors("").open()
		w := planned()
		w.Underway, w.Changing = servers(1, 1), servers(3, 3)
		m.change(ctx, w)
		time.Sleep(time.Minute)
		synctest.Wait()
		cancel()
		m.close()
		if s.looks["web1"] != 0 || s.looks["web3"] != 0 || s.looks["web2"] < 12 {
			t.Errorf("%v", s.looks)
		}
	})
}

func TestOfAServerThatServesNobodyNothingIsKept(t *testing.T) {
	s := newShop()
	s.out["web2"] = true
	s.versions["web3"], s.versions["web4"], s.versions["web5"] = "", "down", "v7"
	seen, trouble := s.monitors("").look(t.Context(), servers(1, 7)) // the balancer does not know web7
	var names []string
	for _, o := range seen {
		names = append(names, fmt.Sprintf("%s %s %v", o.Server, o.Version, o.Counters["requests"]))
	}
	if want := []string{"web1 v1 50", "web5 v7 50", "web6 v1 50"}; !slices.Equal(names, want) {
		t.Errorf("%q", names)
	}
	if trouble["web3"] != "web3 does not say which version it runs: 404" || trouble["web4"] != "web4 cannot be asked: connection refused" || len(trouble) != 2 {
		t.Errorf("%q", trouble)
	}
}

func TestWithoutTheLoadBalancerNothingIsMeasured(t *testing.T) {
	// Or what servers count of themselves would be taken for what it counts.
	s := newShop()
	s.pool = errors.New("connection refused")
	seen, trouble := s.monitors("").look(t.Context(), servers(1, 3))
	if len(seen) != 0 || trouble[""] != "the load balancer cannot be read: connection refused" {
		t.Errorf("%v %q", seen, trouble)
	}
}

func TestTheLoadBalancerIsBelievedFirstAndThenTheFirstGauge(t *testing.T) {
	s := newShop()
	m := s.monitors("")
	of := func(requests, orders, cpu float64) Gauge {
		return func(context.Context, fleet.Server) (monitors.Observation, []string) {
			return monitors.Observation{Counters: map[string]float64{"requests": requests, "orders": orders}, Gauges: map[string]float64{"cpu": cpu}}, nil
		}
	}
	m.Gauges = []Gauge{of(1, 2, 3), of(4, 5, 6)}
	seen, _ := m.look(t.Context(), servers(1, 1))
	if o := seen[0]; o.Counters["requests"] != 50 || o.Counters["orders"] != 2 || o.Gauges["cpu"] != 3 {
		t.Errorf("%+v", o)
	}
}

func TestTheVersionIsTheOneThatTheServerSays(t *testing.T) {
	// Web1 was upgraded, but runs the live version: somebody turned it back.
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		ctx, cancel := context.WithCancel(t.Context())
		m := s.monitors("").open()
		w := planned()
		m.change(ctx, w)
		time.Sleep(time.Minute)
		m.change(ctx, upgraded(w))
		time.Sleep(15 * time.Minute)
		synctest.Wait()
		r := m.reports()[0]
		if r.Opinion != monitors.Undecided || r.Requests != 0 || !slices.Contains(r.Missing, "nothing of web1 was measured since its upgrade") {
			t.Errorf("%+v", r)
		}
		cancel()
		m.close()
	})
}

func TestWhatWasMeasuredBeforeIsKnownAtTheBeginning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		p := &Past{History: 10 * time.Minute}
		ctx, cancel := context.WithCancel(t.Context())
		all := servers(1, 6)
		var done sync.WaitGroup
		done.Go(func() {
			p.Remember(ctx, func() (Measured, error) {
				return Measured{Monitors: s.monitors(""), Servers: all, Canaries: 2, Close: func() error { return nil }}, nil
			})
		})
		time.Sleep(25 * time.Minute)
		synctest.Wait()
		if !slices.Equal(all, servers(1, 6)) {
			t.Errorf("the servers are %v", all)
		}
		past := p.before(time.Now().Add(time.Hour))
		if oldest := time.Since(past[0].Time); len(past) < 6*115 || len(past) > 6*125 || oldest > 11*time.Minute {
			t.Errorf("%d observations, the oldest one %s old", len(past), oldest)
		}
		cancel()
		done.Wait()

		ctx, cancel = context.WithCancel(t.Context())
		m := s.monitors("")
		m.Past = p
		me := m.open()
		w := planned()
		me.change(ctx, w)
		s.become("web1", "v2")
		me.change(ctx, upgraded(w))
		time.Sleep(time.Minute)
		synctest.Wait()
		for _, note := range me.reports()[0].Notes {
			if strings.Contains(note, "history") {
				t.Error(note)
			}
		}
		cancel()
		me.close()
	})
}

func TestOneCanaryDoesNotSpeakForAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		ctx, cancel := context.WithCancel(t.Context())
		m := s.monitors("").open()
		w := planned()
		w.Canaries, w.Policy.Least = servers(1, 2), time.Minute
		m.change(ctx, w)
		time.Sleep(10 * time.Minute)
		s.become("web1", "v2")
		s.become("web2", "v2")
		w.Live = servers(3, 6)
		for _, server := range w.Canaries {
			w.Upgraded = append(w.Upgraded, judge.Upgraded{Server: server, Version: "v2", Since: time.Now(), Asked: true})
		}
		m.change(ctx, w)
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if r := m.reports()[0]; r.Opinion != monitors.Healthy {
			t.Errorf("%+v", r)
		}
		s.become("web2", "down")
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if r := m.reports()[0]; r.Opinion != monitors.Undecided || !slices.Contains(r.Missing, "web2 was not measured at the last look") {
			t.Errorf("%+v", r)
		}
		cancel()
		m.close()
	})
}

func TestAVersionOfWhichNothingIsKnownIsNotHealthy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		ctx, cancel := context.WithCancel(t.Context())
		m := s.monitors("").open()
		w := upgraded(planned())
		m.change(ctx, w)
		for _, r := range m.reports() {
			if v := (judge.Verdict{Opinion: judge.Healthy}).JoinMonitors([]monitors.Report{r}, runs(w)); v.Opinion != judge.Undecided || len(v.Missing) == 0 {
				t.Errorf("%+v", v)
			}
		}
		if len(m.reports()) != 1 {
			t.Errorf("%+v", m.reports())
		}
		w.Upgraded = nil // turned back
		m.change(ctx, w)
		if all := m.reports(); len(all) != 0 {
			t.Errorf("%+v", all)
		}
		cancel()
		m.close()
	})
}

// In a large fleet a few servers are compared: those that have a past.
func TestServersWithAPastAreCompared(t *testing.T) {
	m := newShop().monitors("")
	m.Past = &Past{History: time.Hour}
	now := time.Now()
	for _, s := range servers(60, 65) {
		m.Past.keep([]monitors.Observation{{Time: now.Add(-time.Minute), Server: s.Name, Version: "v1", Counters: map[string]float64{"requests": 1}}})
	}
	measuring := m.open()
	w := judge.Watch{Service: "shop", From: "v1", To: "v2", Begun: now, Canaries: servers(1, 1), Live: servers(1, 100)}
	measuring.watch = w
	measuring.begin(w)
	chosen := measuring.choose()
	for _, s := range servers(60, 65) {
		if !slices.Contains(chosen, s) {
			t.Errorf("%s has a past, and is not compared: %v", s.Name, chosen)
		}
	}
}
