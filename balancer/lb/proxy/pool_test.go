package proxy

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"noon/balancer/lb"
	"noon/fleet"
)

// serving returns a pool of healthy servers of these weights, web1 to webN.
func serving(t *testing.T, weights ...int) *pool {
	t.Helper()
	var places []place
	for i, weight := range weights {
		places = append(places, place{
			Name: fmt.Sprintf("web%d", i+1), Address: fmt.Sprintf("127.0.0.1:%d", i+1),
			Rotation: fleet.In, Weight: weight,
		})
	}
	p := newPool(places, stateFile{filepath.Join(t.TempDir(), "state")}, time.Second)
	for _, s := range p.servers {
		p.found(s, nil, 2, 2)
	}
	return p
}

func TestASmallWeightGetsSingleRequestsNotRuns(t *testing.T) {
	p := serving(t, 100, 100, 20)
	got := map[string]int{}
	last := -100
	for i := range 220 {
		s := p.choose(nil)
		got[s.Name]++
		if s.Name == "web3" {
			if i-last < 5 {
				t.Errorf("web3 got requests %d and %d", last, i)
			}
			last = i
		}
	}
	if got["web1"] != 100 || got["web2"] != 100 || got["web3"] != 20 {
		t.Errorf("of 220 requests: %v", got)
	}
}

func TestAServerThatComesBackGetsNoBurst(t *testing.T) {
	p := serving(t, 100, 100)
	move := func(from, to fleet.Rotation) {
		if err := p.change(lb.Change{Server: "web1", Expect: from, Rotation: to}, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	move(fleet.In, fleet.Draining)
	for range 1000 {
		p.choose(nil)
	}
	move(fleet.Draining, fleet.In)
	if s := p.choose(nil); s.Name == "web1" {
		t.Error("a server that is back got a request before a good check")
	}
	p.found(p.named("web1"), nil, 2, 2)
	got := map[string]int{}
	for range 10 {
		got[p.choose(nil).Name]++
	}
	if got["web1"] != 5 {
		t.Errorf("of 10 requests: %v", got)
	}
}

func TestARequestIsNotGivenAServerTwice(t *testing.T) {
	p := serving(t, 100, 100, 100)
	r := &request{pool: p}
	r.begin()
	seen := map[*server]bool{}
	for s := r.next(); s != nil; s = r.next() {
		if seen[s] || p.inFlight() != 1 {
			t.Fatalf("%s; in flight are %d", s.Name, p.inFlight())
		}
		seen[s] = true
	}
	if len(seen) != 3 || p.inFlight() != 0 {
		t.Errorf("it saw %d servers; in flight are %d", len(seen), p.inFlight())
	}
	r.end()
}

// A server that is drained and has nothing in flight may be killed at that
// very moment: no request may have it, or get it later.
func TestAfterDrainedAndZeroNoRequestHasTheServer(t *testing.T) {
	p := serving(t, 100, 100)
	var dead atomic.Bool
	var wrong atomic.Int64
	stop := make(chan struct{})
	var customers sync.WaitGroup
	for range 8 {
		customers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				r := &request{pool: p}
				r.begin()
				if r.server.Name == "web1" && dead.Load() {
					wrong.Add(1)
				}
				r.end()
			}
		})
	}
	for range 50 {
		swapped(t, p, &dead)
	}
	close(stop)
	customers.Wait()
	if wrong.Load() != 0 {
		t.Errorf("%d requests had a server that was drained, with 0 in flight", wrong.Load())
	}
}

func swapped(t *testing.T, p *pool, dead *atomic.Bool) {
	t.Helper()
	web1 := p.named("web1")
	if err := p.change(lb.Change{Server: "web1", Expect: fleet.In, Rotation: fleet.Draining}, time.Now()); err != nil {
		t.Fatal(err)
	}
	for *p.shown()[0].InFlight != 0 {
		time.Sleep(time.Microsecond)
	}
	dead.Store(true)
	time.Sleep(time.Millisecond)
	dead.Store(false)
	if err := p.change(lb.Change{Server: "web1", Expect: fleet.Draining, Rotation: fleet.In}, time.Now()); err != nil {
		t.Fatal(err)
	}
	p.found(web1, nil, 2, 2)
}

func TestHealthTurnsAfterSeveralChecksButAtOnceWhenRefused(t *testing.T) {
	p := serving(t, 100)
	s, sick := p.servers[0], errors.New("GET /healthz: 503")
	steps := []struct {
		err  error
		want fleet.Health
	}{{sick, fleet.Healthy}, {nil, fleet.Healthy}, {sick, fleet.Healthy}, {sick, fleet.Unhealthy}, {nil, fleet.Unhealthy}, {sick, fleet.Unhealthy}, {nil, fleet.Unhealthy}, {nil, fleet.Healthy}}
	for i, step := range steps {
		if p.found(s, step.err, 2, 2); s.health != step.want {
			t.Fatalf("after check %d it is %s", i+1, s.health)
		}
	}
	s.mistrust(&dialError{syscall.ECONNREFUSED})
	if s.health != fleet.Unhealthy {
		t.Errorf("after a refused connection it is %s", s.health)
	}
	if p.found(s, nil, 2, 2); s.health != fleet.Healthy {
		t.Errorf("after a good check it is %s", s.health)
	}
}

func TestOurOwnShortageIsNotTheServersFault(t *testing.T) {
	for err, want := range map[error]bool{syscall.EMFILE: true, syscall.EADDRNOTAVAIL: true, syscall.ECONNREFUSED: false, syscall.EHOSTUNREACH: false} {
		if got := (&dialError{fmt.Errorf("dial: %w", err)}).ours(); got != want {
			t.Errorf("%v is ours: %v", err, got)
		}
	}
}
