package balancertest

import (
	"fmt"
	"testing"
	"time"

	"noon/demo/customers"
	"noon/fleet"
)

// traffic is what every swap happens under.
var traffic = customers.Config{Gets: 8, Posts: 4, Slow: 2, Sockets: 5, Rate: 250}

// swaps is the promise: many turns under traffic, and not one request lost.
// The naive stop is the control, under the same traffic: it must lose some, or
// the test could not fail.
func (h Harness) swaps(t *testing.T) {
	t.Run("the naive stop does lose requests", h.naiveStopLoses)
	t.Run("turns lose none", h.turnsLoseNothing)
}

func (h Harness) naiveStopLoses(t *testing.T) {
	p := h.open(t, 4)
	crowd := p.customers(traffic)
	p.untilMore(crowd, 500)
	for swap := range h.Swaps {
		server := fmt.Sprintf("web%d", swap%4+1)
		p.shops[server].Swap(t, fmt.Sprintf("v%d", swap+2))
		p.until(server, "serving", fleet.Standing.Serving)
		if crowd.Count().Lost() > 0 {
			break
		}
	}
	tally := crowd.Stop()
	t.Logf("naive stop: %d failed + %d stale of %d requests", tally.Failed, tally.Stale, tally.Sent)
	if tally.Lost() == 0 {
		t.Error("the naive stop lost no request: this test cannot fail")
	}
}

func (h Harness) turnsLoseNothing(t *testing.T) {
	p := h.open(t, 4)
	p.needs(p.driver.Capabilities().InFlight, "to know what is in flight")
	crowd := p.customers(traffic)
	p.untilMore(crowd, 500)
	for swap := range h.Swaps {
		p.turn(fmt.Sprintf("web%d", swap%4+1), fmt.Sprintf("v%d", swap+2))
		if crowd.Count().Lost() > 0 {
			break
		}
	}
	p.untilCounted(crowd, "enough requests", func(t customers.Tally) bool { return t.Sent >= h.Requests || t.Lost() > 0 })
	p.lostNothing(crowd)
	tally := crowd.Count()
	t.Logf("%d turns: %d failed + %d stale of %d requests, %d websocket messages, %d websockets reopened",
		h.Swaps, tally.Failed, tally.Stale, tally.Sent, tally.Messages, tally.Reopened)
}

// turn is one server's turn, as rollout does it.
func (p *pool) turn(server, version string) {
	p.t.Helper()
	p.drain(server)
	p.shops[server].Drain(p.t)
	p.untilDrained(server)
	p.shops[server].Swap(p.t, version)
	p.untilHealthy(server)
	p.putBack(server)
	p.settle(server)
}

// settle watches a server that is back for as long as the balancer may still
// eject it.
func (p *pool) settle(server string) {
	p.t.Helper()
	p.until(server, "serving", fleet.Standing.Serving)
	settled := time.Now().Add(p.driver.Capabilities().Settle)
	p.until(server, "settled", func(s fleet.Standing) bool {
		if !s.Serving() {
			p.t.Fatalf("%s was put back and does not stay: %+v", server, s)
		}
		return !time.Now().Before(settled)
	})
}
