package balancertest

import (
	"testing"
	"time"

	"noon/demo/customers"
	"noon/fleet"
)

func (h Harness) drains(t *testing.T) {
	p := h.open(t, 3)
	crowd := p.customers(customers.Config{Gets: 6, Posts: 3, Rate: 100})
	p.untilCounted(crowd, "served by web1", func(t customers.Tally) bool { return t.From("web1") > 20 })
	p.drain("web1")
	p.drain("web1") // it is safe to do twice
	p.untilMore(crowd, 100)
	before := crowd.Count().From("web1")
	p.untilMore(crowd, 500)
	if after := crowd.Count().From("web1"); after != before {
		t.Errorf("web1 was drained and still got %d requests", after-before)
	}
	p.putBack("web1")
	p.untilCounted(crowd, "served by web1 again", func(t customers.Tally) bool { return t.From("web1") > before+20 })
	p.lostNothing(crowd)
}

// waitsForInFlight kills the server at the very moment in which nothing is
// said to be in flight: if that is wrong, a customer is cut.
func (h Harness) waitsForInFlight(t *testing.T) {
	p := h.open(t, 2)
	p.needs(p.driver.Capabilities().InFlight, "to know what is in flight")
	crowd := p.customers(customers.Config{Gets: 2, Slow: 6, Rate: 100, SlowLeast: 500 * time.Millisecond, SlowMost: 2 * time.Second})
	p.until("web1", "busy", busy)
	p.drain("web1")
	p.untilDrained("web1")
	p.shops["web1"].Kill()
	p.untilMore(crowd, 50)
	p.lostNothing(crowd)
}

func (h Harness) waitsForWebsockets(t *testing.T) {
	p := h.open(t, 2)
	p.needs(p.driver.Capabilities().InFlight, "to know what is in flight")
	crowd := p.customers(customers.Config{Sockets: 6})
	p.until("web1", "busy", busy)
	p.drain("web1")
	messages := crowd.Count().Messages
	p.untilCounted(crowd, "talking on", func(t customers.Tally) bool { return t.Messages > messages+60 })
	if s := p.standing("web1"); !busy(s) {
		t.Errorf("websockets are open, but in flight on web1 is %+v", s.InFlight)
	}
	p.shops["web1"].Drain(t)
	p.untilDrained("web1")
	p.shops["web1"].Kill()
	p.untilCounted(crowd, "talking elsewhere", func(t customers.Tally) bool { return t.Messages > messages+120 })
	p.lostNothing(crowd)
	if crowd.Count().Reopened == 0 {
		t.Error("no websocket was ended by the application and opened anew")
	}
}

func busy(s fleet.Standing) bool { return s.InFlight.Known && s.InFlight.N > 0 }
