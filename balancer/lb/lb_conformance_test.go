package lb_test

import (
	"testing"

	"noon/balancer"
	"noon/balancer/balancertest"
	"noon/fleet"
)

func TestTheConformanceSuite(t *testing.T) {
	balancertest.Run(t, balancertest.Harness{Start: func(t testing.TB, servers []fleet.Server) balancertest.Balancer {
		p := launch(t, configure(t, servers...))
		return &conforming{process: p, driver: p.driver()}
	}})
}

// conforming is a load balancer for the suite.
type conforming struct {
	*process
	driver balancer.Driver
}

func (c *conforming) URL() string { return c.url() }

func (c *conforming) Driver() balancer.Driver { return c.driver }

func (c *conforming) Restart(t testing.TB) {
	t.Helper()
	c.kill()
	if err := c.start(); err != nil {
		t.Fatalf("start noon lb again: %v: %s", err, c.stderr)
	}
}
