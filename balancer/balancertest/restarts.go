package balancertest

import (
	"testing"

	"noon/fleet"
)

func (h Harness) restarts(t *testing.T) {
	p := h.open(t, 2)
	p.drain("web1")
	before := p.observe().Epoch
	p.balancer.Restart(t)
	if after := p.observe().Epoch; after == before {
		t.Errorf("the balancer was restarted, and its epoch is still %q", after)
	}
	want := fleet.In
	if p.driver.Capabilities().KeepsState {
		want = fleet.Draining
	}
	if s := p.standing("web1"); s.Rotation != want {
		t.Errorf("after the restart web1 is %s, claimed is %s", s.Rotation, want)
	}
	p.until("web2", "serving", fleet.Standing.Serving)
	if p.driver.Capabilities().InFlight {
		p.untilDrained("web1")
	}
}
