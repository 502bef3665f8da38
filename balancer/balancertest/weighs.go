package balancertest

import (
	"testing"

	"noon/demo/customers"
	"noon/fleet"
)

func (h Harness) weighs(t *testing.T) {
	p := h.open(t, 3)
	p.needs(p.driver.Capabilities().Weights, "weights")
	crowd := p.customers(customers.Config{Gets: 4, Rate: 200})
	p.drain("web1")
	p.change(fleet.Change{Server: "web1", Expect: fleet.Draining, Rotation: fleet.In, Weight: 10})
	if s := p.standing("web1"); !s.Weight.Known || s.Weight.N != 10 || s.Serving() {
		t.Errorf("with a weight of 10 percent web1 is %+v, serving %v", s, s.Serving())
	}
	// 10 of 210 is 5 percent, its whole share is 33.
	if share := p.share(crowd, "web1"); share == 0 || share > 0.17 {
		t.Errorf("with a weight of 10 percent web1 gets %.3f of all requests", share)
	}
	p.change(fleet.Change{Server: "web1", Expect: fleet.In, Rotation: fleet.In})
	if s := p.standing("web1"); s.Weight.N != fleet.FullWeight || !s.Serving() {
		t.Errorf("with its full weight web1 is %+v, serving %v", s, s.Serving())
	}
	if share := p.share(crowd, "web1"); share < 0.22 {
		t.Errorf("with its full weight web1 gets %.3f of all requests", share)
	}
	p.lostNothing(crowd)
}

// share measures which part of the next 1,000 requests a server gets.
func (p *pool) share(crowd *customers.Crowd, server string) float64 {
	p.t.Helper()
	p.untilMore(crowd, 50)
	before := crowd.Count()
	p.untilMore(crowd, 1000)
	after := crowd.Count()
	return float64(after.From(server)-before.From(server)) / float64(after.Sent-before.Sent)
}
