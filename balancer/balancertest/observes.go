package balancertest

import (
	"context"
	"testing"

	"noon/demo/customers"
	"noon/demo/shop"
	"noon/fleet"
)

func (h Harness) showsThePool(t *testing.T) {
	p := h.open(t, 3)
	claims := p.driver.Capabilities()
	first := p.observe()
	if first.Epoch == "" || first.Epoch != p.observe().Epoch {
		t.Errorf("the epoch of a balancer that goes on is %q and then %q", first.Epoch, p.observe().Epoch)
	}
	if len(first.Standings) != 3 || len(first.Trouble) != 0 {
		t.Errorf("the pool has 3 servers and no trouble, but shows %+v", first)
	}
	for name := range p.shops {
		p.showsItIdle(name, claims)
	}
	p.countsRequests(claims)
	p.heedsTheContext()
}

func (p *pool) showsItIdle(name string, claims fleet.Capabilities) {
	s := p.standing(name)
	if claims.Weights && (!s.Weight.Known || s.Weight.N != fleet.FullWeight) {
		p.t.Errorf("the weight of %s is %+v, want 100 percent", name, s.Weight)
	}
	if claims.InFlight && !s.InFlight.Zero() {
		p.t.Errorf("in flight on %s is %+v, want a known 0", name, s.InFlight)
	}
	if !claims.InFlight && s.InFlight.Known {
		p.t.Errorf("in flight on %s is %+v, but it is claimed that it cannot be known", name, s.InFlight)
	}
}

func (p *pool) countsRequests(claims fleet.Capabilities) {
	if !claims.Counters {
		return
	}
	before := p.standing("web1").Counters.Requests
	crowd := p.customers(customers.Config{Gets: 1})
	p.untilCounted(crowd, "served by web1", func(t customers.Tally) bool { return t.From("web1") >= 20 })
	p.lostNothing(crowd)
	served := crowd.Count().From("web1")
	p.until("web1", "known to have served", func(s fleet.Standing) bool {
		return s.Counters.Requests.Known && s.Counters.Requests.N-before.N >= served
	})
}

func (p *pool) heedsTheContext() {
	ctx, cancel := context.WithCancel(p.t.Context())
	cancel()
	if _, err := p.driver.Observe(ctx); err == nil {
		p.t.Error("Observe with a context that has ended gives no error")
	}
	if err := p.driver.Apply(ctx, fleet.Change{Server: "web1", Expect: fleet.In, Rotation: fleet.Draining}); err == nil {
		p.t.Error("Apply with a context that has ended gives no error")
	}
	if s := p.standing("web1"); s.Rotation != fleet.In {
		p.t.Errorf("Apply with a context that has ended made web1 %s", s.Rotation)
	}
}

func (h Harness) showsTrouble(t *testing.T) {
	p := h.open(t, 2)
	claims := p.driver.Capabilities()
	if claims.Counters {
		p.countsErrors()
	}
	p.needs(claims.Health, "health checks")
	p.shops["web2"].Kill()
	p.until("web2", "unhealthy", func(s fleet.Standing) bool { return s.Health == fleet.Unhealthy })
	p.shops["web2"].Start(t)
	p.untilHealthy("web2")
}

func (p *pool) countsErrors() {
	before := p.standing("web1").Counters.Errors
	p.shops["web1"].Kill()
	p.shops["web1"].Config.Fault = shop.Fault{Kind: shop.Errors}
	p.shops["web1"].Start(p.t)
	crowd := p.customers(customers.Config{Gets: 2, Rate: 100})
	p.untilCounted(crowd, "turned away by web1", func(t customers.Tally) bool { return t.From("web1") >= 10 && t.Failed >= 10 })
	crowd.Stop()
	p.until("web1", "known to have failed", func(s fleet.Standing) bool {
		return s.Counters.Errors.Known && s.Counters.Errors.N-before.N >= 10
	})
}

func (h Harness) findsNothingWrong(t *testing.T) {
	p := h.open(t, 2)
	ctx, cancel := p.context()
	defer cancel()
	problems, err := p.driver.Preflight(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range problems {
		if problem.Fatal || problem.What == "" || problem.Mend == "" {
			t.Errorf("preflight of a good configuration says %+v", problem)
		}
	}
}
