package balancer_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"noon/balancer"
	"noon/balancer/haproxy"
	"noon/demo/shop"
	"noon/fleet"
	"noon/testbed"
)

func TestMain(m *testing.M) { testbed.Main(m) }

// pair is two HAProxy in front of the same two shops.
type pair struct {
	t        *testing.T
	lb1, lb2 *testbed.HAProxy
	pool     *balancer.Several
}

func open(t *testing.T, standby bool) *pair {
	t.Helper()
	var servers []fleet.Server
	for _, name := range []string{"web1", "web2"} {
		s := testbed.StartShop(t, shop.Config{Server: name, Version: "v1"})
		servers = append(servers, fleet.Server{Name: name, Address: s.Config.Listen})
	}
	p := &pair{t: t, lb1: testbed.StartHAProxy(t, servers, testbed.HAProxyConfig{}), lb2: testbed.StartHAProxy(t, servers, testbed.HAProxyConfig{})}
	p.pool = balancer.NewSeveral([]balancer.Member{
		{Name: "lb1", Driver: driver("lb1", p.lb1)},
		{Name: "lb2", Driver: driver("lb2", p.lb2), Standby: standby},
	})
	p.untilServing()
	return p
}

func driver(name string, h *testbed.HAProxy) *haproxy.Driver {
	return haproxy.New(haproxy.Config{Where: name, Dial: h.Dial, Backend: "shop", Gone: h.Gone})
}

func (p *pair) untilServing() {
	p.t.Helper()
	for range 1000 {
		if p.observe().Serving() == 2 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	p.t.Fatalf("the servers do not come to serve: %+v", p.observe())
}

func (p *pair) observe() fleet.Pool {
	p.t.Helper()
	seen, err := p.pool.Observe(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	return seen
}

func (p *pair) standing(server string) fleet.Standing {
	p.t.Helper()
	s, ok := p.observe().Of(server)
	if !ok {
		p.t.Fatalf("%s is not in the pool", server)
	}
	return s
}

func (p *pair) troubled(words string) {
	p.t.Helper()
	if trouble := strings.Join(p.observe().Trouble, "\n"); !strings.Contains(trouble, words) {
		p.t.Errorf("the trouble is %q, want %q in it", trouble, words)
	}
}

var drain = fleet.Change{Server: "web1", Expect: fleet.In, Rotation: fleet.Draining}
var putBack = fleet.Change{Server: "web1", Expect: fleet.Draining, Rotation: fleet.In}

func TestAServerIsDrainedWhenAllBalancersConfirmIt(t *testing.T) {
	p := open(t, false)
	if err := p.pool.Apply(t.Context(), drain); err != nil {
		t.Fatal(err)
	}
	if s := p.standing("web1"); s.Rotation != fleet.Draining || !s.InFlight.Zero() || s.Health != fleet.Healthy {
		t.Errorf("web1 is %+v", s)
	}
	if seen := p.observe(); len(seen.Trouble) != 0 || len(seen.Standings) != 2 {
		t.Errorf("the pool is %+v", seen)
	}
	if err := p.pool.Apply(t.Context(), putBack); err != nil {
		t.Fatal(err)
	}
	p.untilServing()
}

func TestBalancersThatDisagreeMakeTheRotationUnknown(t *testing.T) {
	p := open(t, false)
	p.lb2.Tell(t, "set server shop/web1 state drain")
	if s := p.standing("web1"); s.Rotation != fleet.RotationUnknown {
		t.Errorf("web1 is %+v", s)
	}
	p.troubled(`disagree about web1: it is "in" in lb1, "draining" in lb2`)
	if s := p.standing("web2"); !s.Serving() {
		t.Errorf("they agree about web2, but it is %+v", s)
	}
}

func TestAChangeThatOneBalancerRefusesIsMadeOnNone(t *testing.T) {
	p := open(t, false)
	p.lb2.Tell(t, "set server shop/web1 state maint")
	var unexpected *fleet.UnexpectedError
	if err := p.pool.Apply(t.Context(), drain); !errors.As(err, &unexpected) || unexpected.Actual != fleet.Out || !strings.Contains(err.Error(), "lb2") {
		t.Errorf("Apply says %v", err)
	}
	p.lb2.Tell(t, "set server shop/web1 state ready")
	if s := p.standing("web1"); s.Rotation != fleet.In {
		t.Errorf("lb1 was told all the same: %+v", s)
	}
}

func TestASilentBalancerMakesEverythingUnknown(t *testing.T) {
	p := open(t, false)
	p.lb2.Kill()
	for _, s := range p.observe().Standings {
		if s.Rotation != fleet.RotationUnknown || s.InFlight.Known || s.Health != fleet.HealthUnknown {
			t.Errorf("lb2 is silent, but %s is %+v", s.Server, s)
		}
	}
	p.troubled("load balancer lb2 does not answer")
}

func TestADrainGoesOnToTheOthersWhenOneIsSilent(t *testing.T) {
	p := open(t, false)
	p.lb1.Kill()
	if err := p.pool.Apply(t.Context(), drain); err == nil || !strings.Contains(err.Error(), "lb1") {
		t.Errorf("lb1 is silent, and Apply says %v", err)
	}
	p.lb1.Start(t)
	p.troubled(`"draining" in lb2`)
}

func TestASilentStandbyDoesNotBlock(t *testing.T) {
	p := open(t, true)
	before := p.observe().Epoch
	p.lb2.Kill()
	if err := p.pool.Apply(t.Context(), drain); err != nil {
		t.Fatal(err)
	}
	if s := p.standing("web1"); s.Rotation != fleet.Draining || !s.InFlight.Zero() {
		t.Errorf("web1 is %+v", s)
	}
	p.troubled("standby load balancer lb2 does not answer")
	if after := p.observe().Epoch; after != before {
		t.Errorf("the standby went, and the epoch changed from %q to %q", before, after)
	}
	p.lb2.Start(t)
	p.troubled("disagree about web1")
}

func TestARestartedBalancerChangesTheEpoch(t *testing.T) {
	p := open(t, false)
	before := p.observe().Epoch
	p.lb2.Kill()
	p.lb2.Start(t)
	if after := p.observe().Epoch; after == before || !strings.Contains(after, "lb1 pid") {
		t.Errorf("the epoch was %q and is %q", before, after)
	}
}

func TestWhenNoBalancerAnswersThatIsAnError(t *testing.T) {
	p := open(t, false)
	p.lb1.Kill()
	p.lb2.Kill()
	if seen, err := p.pool.Observe(t.Context()); err == nil || !strings.Contains(err.Error(), "lb1") || !strings.Contains(err.Error(), "lb2") {
		t.Errorf("Observe gives %+v, %v", seen, err)
	}
	if _, err := p.pool.Preflight(t.Context()); err == nil {
		t.Error("Preflight gives no error")
	}
}

func TestProblemsNameTheirBalancer(t *testing.T) {
	p := open(t, true)
	p.lb2.Kill()
	problems, err := p.pool.Preflight(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range problems {
		if !strings.Contains(problem.What, "lb1: ") && !strings.Contains(problem.What, "standby load balancer lb2") {
			t.Errorf("of which balancer is %q", problem.What)
		}
	}
}

func TestAMembersClaimsAreThePoolsOnlyWhenAllMakeThem(t *testing.T) {
	all := balancer.NewSeveral([]balancer.Member{{Driver: claims{Weights: true, InFlight: true, Settle: 2}}, {Driver: claims{InFlight: true, KeepsState: true, Settle: 5}}})
	if got, want := all.Capabilities(), (fleet.Capabilities{InFlight: true, Settle: 5}); got != want {
		t.Errorf("the claims are %+v, want %+v", got, want)
	}
}

// claims is a driver that does nothing but claim.
type claims fleet.Capabilities

func (c claims) Capabilities() fleet.Capabilities                   { return fleet.Capabilities(c) }
func (c claims) Preflight(context.Context) ([]fleet.Problem, error) { return nil, nil }
func (c claims) Observe(context.Context) (fleet.Pool, error)        { return fleet.Pool{}, nil }
func (c claims) Apply(context.Context, fleet.Change) error          { return nil }
