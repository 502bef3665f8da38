// Package balancertest is the suite that every driver of a load balancer must
// pass: it runs the real balancer in front of real shop processes, sends
// customers, and sees for itself that the driver does what it claims and that
// no request is lost.
//
// A driver's test is two functions:
//
//	func TestMain(m *testing.M) { testbed.Main(m) }
//
//	func TestTheConformanceSuite(t *testing.T) {
//		balancertest.Run(t, balancertest.Harness{Start: func(t testing.TB, servers []fleet.Server) balancertest.Balancer {
//			...
//		}})
//	}
package balancertest

import (
	"os"
	"strconv"
	"testing"

	"noon/balancer"
	"noon/fleet"
)

// Harness makes the balancer under test.
type Harness struct {
	// Start starts the balancer in front of servers ("web1", "web2", ...), which
	// run and are healthy, with full weights and with health checks of GET
	// /healthz several times a second, and returns when it answers customers. It
	// registers with t.Cleanup what ends it.
	Start func(t testing.TB, servers []fleet.Server) Balancer
	// Swaps and Requests are how many turns, and at the least how many requests
	// of customers, must pass without one that is lost. When zero they are read
	// from NOON_SWAPS and NOON_REQUESTS, and are else 20 and 50,000.
	Swaps    int
	Requests int64
}

// Balancer is a load balancer that runs.
type Balancer interface {
	// URL is where customers go: "http://127.0.0.1:8080".
	URL() string
	// Driver returns a driver of its pool; always the same one.
	Driver() balancer.Driver
	// Restart ends its process at once and starts it again with the
	// configuration and the state that it kept, and returns when it answers
	// customers.
	Restart(t testing.TB)
}

// Run tests a driver. Each behaviour has its own pool.
func Run(t *testing.T, h Harness) {
	h = h.withDefaults(t)
	t.Run("it shows the pool", h.showsThePool)
	t.Run("it shows errors and servers that died", h.showsTrouble)
	t.Run("it counts what each server answered, and how fast", h.countsAnswers)
	t.Run("it finds nothing wrong with a good configuration", h.findsNothingWrong)
	t.Run("a drained server gets no new request", h.drains)
	t.Run("in flight is zero only when all is answered", h.waitsForInFlight)
	t.Run("a websocket is in flight until the application ends it", h.waitsForWebsockets)
	t.Run("a server that is put back gets requests only when healthy", h.sendsOnlyToTheHealthy)
	t.Run("a change is refused when the server is not as expected", h.refuses)
	t.Run("a server can get a part of its share", h.weighs)
	t.Run("a restart of the balancer is seen and keeps what is claimed", h.restarts)
	t.Run("turns under traffic lose nothing", h.swaps)
}

func (h Harness) withDefaults(t *testing.T) Harness {
	if h.Swaps == 0 {
		h.Swaps = int(number(t, "NOON_SWAPS", 20))
	}
	if h.Requests == 0 {
		h.Requests = number(t, "NOON_REQUESTS", 50_000)
	}
	return h
}

func number(t *testing.T, variable string, otherwise int64) int64 {
	text := os.Getenv(variable)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n < 1 {
		t.Fatalf("%s is %q, want a number", variable, text)
	}
	return n
}
