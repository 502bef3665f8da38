package lb_test

import (
	"fmt"
	"testing"

	"noon/demo/customers"
	"noon/fleet"
	"noon/testbed"
)

const (
	swapsWanted    = 20
	requestsWanted = 50_000
)

// crowd is the traffic of the promise.
func crowd(t *testing.T, p *process) *customers.Crowd {
	c := customers.Start(t.Context(), customers.Config{URL: p.url(), Gets: 12, Posts: 4, Slow: 10, Sockets: 5})
	t.Cleanup(func() { c.Stop() })
	return c
}

func TestServersAreSwappedUnderTrafficWithoutALostRequest(t *testing.T) {
	all, servers := shops(t, 5)
	p := launch(t, configure(t, servers...))
	traffic := crowd(t, p)
	swaps := 0
	for swaps < swapsWanted || traffic.Count().Sent < requestsWanted {
		i := swaps % len(all)
		swaps++
		swap(t, p, all[i], fmt.Sprintf("v%d", swaps+1))
	}
	count := traffic.Stop()
	t.Logf("%d swaps: %s", swaps, count)
	if count.Lost() != 0 {
		t.Errorf("%d swaps lost requests: %s", swaps, count)
	}
}

// swap is a server's turn: take out, wait, kill, start, wait, put back.
func swap(t *testing.T, p *process, s *testbed.Shop, version string) {
	t.Helper()
	d, name := p.driver(), s.Config.Server
	move(t, d, name, fleet.In, fleet.Draining, 0)
	s.Drain(t)
	until(t, d, name, "drained", drained)
	s.Swap(t, version)
	until(t, d, name, "healthy", healthy)
	move(t, d, name, fleet.Draining, fleet.In, 0)
}

func TestKillingServersInRotationDoesLoseRequests(t *testing.T) {
	all, servers := shops(t, 5)
	p := launch(t, configure(t, servers...))
	traffic := crowd(t, p)
	kills := 0
	for ; traffic.Count().Lost() == 0 && kills < 50; kills++ {
		s := all[kills%len(all)]
		s.Swap(t, "v2")
		until(t, p.driver(), s.Config.Server, "healthy", healthy)
	}
	count := traffic.Stop()
	t.Logf("%d kills: %s", kills, count)
	if count.Lost() == 0 {
		t.Errorf("%d kills lost nothing: then the swaps' zero proves nothing", kills)
	}
}
