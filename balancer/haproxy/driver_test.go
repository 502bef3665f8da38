package haproxy_test

import (
	"testing"

	"noon/balancer"
	"noon/balancer/balancertest"
	"noon/balancer/haproxy"
	"noon/fleet"
	"noon/testbed"
)

func TestMain(m *testing.M) { testbed.Main(m) }

// running is HAProxy for the suite.
type running struct {
	*testbed.HAProxy
	driver *haproxy.Driver
}

func (r running) URL() string             { return "http://" + r.Front }
func (r running) Driver() balancer.Driver { return r.driver }
func (r running) Restart(t testing.TB)    { r.Kill(); r.Start(t) }

func TestTheConformanceSuite(t *testing.T) {
	balancertest.Run(t, balancertest.Harness{Start: func(t testing.TB, servers []fleet.Server) balancertest.Balancer {
		h := testbed.StartHAProxy(t, servers, testbed.HAProxyConfig{})
		return running{h, haproxy.New(config(h, servers))}
	}})
}

func config(h *testbed.HAProxy, servers []fleet.Server) haproxy.Config {
	c := haproxy.Config{Where: h.Socket, Dial: h.Dial, Backend: "shop", Gone: h.Gone, Ramp: true}
	for _, server := range servers {
		c.Servers = append(c.Servers, server.Name)
	}
	return c
}
