package balancertest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"noon/balancer"
	"noon/demo/customers"
	"noon/demo/shop"
	"noon/fleet"
	"noon/testbed"
)

// patience bounds every wait for something that must come, so that a test
// that waits in vain ends. Nothing is judged by how long it took.
const patience = 60 * time.Second

// pool is the balancer under test in front of shops.
type pool struct {
	t        *testing.T
	shops    map[string]*testbed.Shop
	balancer Balancer
	driver   balancer.Driver
}

// open starts n shops, web1 to webN, and the balancer, and waits until all of
// them serve.
func (h Harness) open(t *testing.T, n int) *pool {
	t.Helper()
	p := &pool{t: t, shops: map[string]*testbed.Shop{}}
	var servers []fleet.Server
	for i := range n {
		name := fmt.Sprintf("web%d", i+1)
		p.shops[name] = testbed.StartShop(t, shop.Config{Server: name, Version: "v1"})
		servers = append(servers, fleet.Server{Name: name, Address: p.shops[name].Config.Listen})
	}
	p.balancer = h.Start(t, servers)
	p.driver = p.balancer.Driver()
	for name := range p.shops {
		p.until(name, "serving", fleet.Standing.Serving)
	}
	return p
}

func (p *pool) customers(c customers.Config) *customers.Crowd {
	c.URL = p.balancer.URL()
	crowd := customers.Start(p.t.Context(), c)
	p.t.Cleanup(func() { crowd.Stop() })
	return crowd
}

func (p *pool) context() (context.Context, context.CancelFunc) {
	return context.WithTimeout(p.t.Context(), patience)
}

func (p *pool) observe() fleet.Pool {
	p.t.Helper()
	ctx, cancel := p.context()
	defer cancel()
	seen, err := p.driver.Observe(ctx)
	if err != nil {
		p.t.Fatalf("observe: %v", err)
	}
	return seen
}

// standing observes one server, which must be in the pool.
func (p *pool) standing(server string) fleet.Standing {
	p.t.Helper()
	seen := p.observe()
	standing, ok := seen.Of(server)
	if !ok {
		p.t.Fatalf("%s is not in the pool: %+v", server, seen)
	}
	return standing
}

// until observes a server until it is as asked.
func (p *pool) until(server, what string, done func(fleet.Standing) bool) {
	p.t.Helper()
	var standing fleet.Standing
	p.wait(func() bool { standing = p.standing(server); return done(standing) }, func() string {
		return fmt.Sprintf("%s is still not %s: %+v", server, what, standing)
	})
}

// untilCounted waits until the customers have counted what is asked.
func (p *pool) untilCounted(crowd *customers.Crowd, what string, done func(customers.Tally) bool) {
	p.t.Helper()
	p.wait(func() bool { return done(crowd.Count()) }, func() string {
		return fmt.Sprintf("customers: still not %s: %s", what, crowd.Count())
	})
}

// untilMore waits until customers got n more answers, so that everything that
// was answered before has long been counted.
func (p *pool) untilMore(crowd *customers.Crowd, n int64) {
	p.t.Helper()
	from := crowd.Count().Sent
	p.untilCounted(crowd, fmt.Sprintf("%d more answers", n), func(t customers.Tally) bool { return t.Sent >= from+n })
}

func (p *pool) wait(done func() bool, trouble func() string) {
	p.t.Helper()
	for deadline := time.Now().Add(patience); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			p.t.Fatal(trouble())
		}
	}
}

func (p *pool) apply(c fleet.Change) error {
	ctx, cancel := p.context()
	defer cancel()
	return p.driver.Apply(ctx, c)
}

// change makes a change that must succeed and must be seen at once.
func (p *pool) change(c fleet.Change) {
	p.t.Helper()
	if err := p.apply(c); err != nil {
		p.t.Fatalf("%+v: %v", c, err)
	}
	if s := p.standing(c.Server); s.Rotation != c.Rotation {
		p.t.Fatalf("%+v was made, and then %s is %s", c, c.Server, s.Rotation)
	}
}

func (p *pool) drain(server string) {
	p.t.Helper()
	p.change(fleet.Change{Server: server, Expect: fleet.In, Rotation: fleet.Draining})
}

func (p *pool) putBack(server string) {
	p.t.Helper()
	p.change(fleet.Change{Server: server, Expect: fleet.Draining, Rotation: fleet.In})
}

// untilDrained waits until nothing is in flight, seen twice in a row: between
// two requests of one customer a count may be zero for a moment.
func (p *pool) untilDrained(server string) {
	p.t.Helper()
	zeros := 0
	p.until(server, "drained", func(s fleet.Standing) bool {
		zeros++
		if !s.InFlight.Zero() {
			zeros = 0
		}
		return zeros >= 2
	})
}

// untilHealthy waits until the balancer itself sees the server healthy.
func (p *pool) untilHealthy(server string) {
	p.t.Helper()
	p.until(server, "healthy", func(s fleet.Standing) bool { return s.Health == fleet.Healthy })
}

// lostNothing sends the customers home.
func (p *pool) lostNothing(crowd *customers.Crowd) {
	p.t.Helper()
	if tally := crowd.Stop(); tally.Lost() != 0 {
		p.t.Errorf("customers lost requests: %s", tally)
	}
}

// needs skips a behaviour that the balancer does not claim.
func (p *pool) needs(claim bool, what string) {
	p.t.Helper()
	if !claim {
		p.t.Skipf("this balancer does not claim %s", what)
	}
}
