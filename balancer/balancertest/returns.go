package balancertest

import (
	"testing"

	"noon/demo/customers"
	"noon/demo/shop"
	"noon/fleet"
)

// sendsOnlyToTheHealthy puts a server in that fails its health check: it must
// get no request until it is well.
func (h Harness) sendsOnlyToTheHealthy(t *testing.T) {
	p := h.open(t, 2)
	p.needs(p.driver.Capabilities().Health, "health checks")
	crowd := p.customers(customers.Config{Gets: 4, Posts: 2, Rate: 100})
	p.drain("web1")
	p.untilDrained("web1")
	p.restartWith("web1", shop.Fault{Kind: shop.NeverHealthy})
	p.until("web1", "unhealthy", func(s fleet.Standing) bool { return s.Health == fleet.Unhealthy })
	p.untilMore(crowd, 50)
	before := crowd.Count().From("web1")
	p.putBack("web1")
	p.untilMore(crowd, 500)
	if after := crowd.Count().From("web1"); after != before {
		t.Errorf("web1 fails its health check and got %d requests", after-before)
	}
	if p.standing("web1").Serving() {
		t.Error("web1 fails its health check and counts as serving")
	}
	p.restartWith("web1", shop.Fault{})
	p.until("web1", "serving", fleet.Standing.Serving)
	p.untilCounted(crowd, "served by web1", func(t customers.Tally) bool { return t.From("web1") > before+20 })
	p.lostNothing(crowd)
}

func (p *pool) restartWith(server string, fault shop.Fault) {
	p.t.Helper()
	p.shops[server].Kill()
	p.shops[server].Config.Fault = fault
	p.shops[server].Start(p.t)
}
