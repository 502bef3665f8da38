package haproxy_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"noon/balancer/haproxy"
	"noon/demo/shop"
	"noon/fleet"
	"noon/testbed"
)

// begin starts two shops, web1 and web2, behind a HAProxy.
func begin(t *testing.T, c testbed.HAProxyConfig) (*testbed.HAProxy, haproxy.Config) {
	t.Helper()
	var servers []fleet.Server
	for _, name := range []string{"web1", "web2"} {
		s := testbed.StartShop(t, shop.Config{Server: name})
		servers = append(servers, fleet.Server{Name: name, Address: s.Config.Listen})
	}
	h := testbed.StartHAProxy(t, servers, c)
	return h, config(h, servers)
}

// until observes web1 until it is as asked.
func until(t *testing.T, d *haproxy.Driver, what string, done func(fleet.Standing) bool) {
	t.Helper()
	var s fleet.Standing
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if s = web1(t, d); done(s) {
			return
		}
	}
	t.Fatalf("web1 is still not %s: %+v", what, s)
}

func web1(t *testing.T, d *haproxy.Driver) fleet.Standing {
	t.Helper()
	pool, err := d.Observe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s, ok := pool.Of("web1")
	if !ok {
		t.Fatalf("web1 is not in %+v", pool)
	}
	return s
}

var drain = fleet.Change{Server: "web1", Expect: fleet.In, Rotation: fleet.Draining}

func TestTheSocketMayBeTCP(t *testing.T) {
	h, c := begin(t, testbed.HAProxyConfig{})
	c.Dial = func(ctx context.Context) (net.Conn, error) { return (&net.Dialer{}).DialContext(ctx, "tcp", h.TCP) }
	d := haproxy.New(c)
	if err := d.Apply(t.Context(), drain); err != nil {
		t.Fatal(err)
	}
	if s := web1(t, d); s.Rotation != fleet.Draining {
		t.Errorf("web1 is %+v", s)
	}
}

func TestServersMayHaveOtherNamesInHAProxy(t *testing.T) {
	_, c := begin(t, testbed.HAProxyConfig{})
	c.Servers, c.Names = []string{"anna"}, map[string]string{"anna": "web1"}
	d := haproxy.New(c)
	if err := d.Apply(t.Context(), fleet.Change{Server: "anna", Expect: fleet.In, Rotation: fleet.Draining}); err != nil {
		t.Fatal(err)
	}
	pool, err := d.Observe(t.Context())
	if s, ok := pool.Of("anna"); err != nil || !ok || s.Rotation != fleet.Draining || len(pool.Standings) != 1 {
		t.Errorf("the pool of anna alone is %+v, %v", pool, err)
	}
}

func TestWhatPeopleDidByHandIsSeen(t *testing.T) {
	h, c := begin(t, testbed.HAProxyConfig{})
	d := haproxy.New(c)
	for _, step := range []struct {
		command string
		want    fleet.Rotation
	}{
		{"set server shop/web1 state maint", fleet.Out},
		{"set server shop/web1 state ready", fleet.In},
		{"set server shop/web1 state drain", fleet.Draining},
		{"set server shop/web1 state ready", fleet.In},
		{"set server shop/web1 weight 0%", fleet.Draining},
		{"set server shop/web1 weight 100%", fleet.In},
		{"disable server shop/web1", fleet.Out},
	} {
		h.Tell(t, step.command)
		if s := web1(t, d); s.Rotation != step.want {
			t.Errorf("after %q web1 is %+v, want %s", step.command, s, step.want)
		}
	}
}

func TestAServerThatComesOutOfMaintenanceIsNotHealthyAtOnce(t *testing.T) {
	h, c := begin(t, testbed.HAProxyConfig{ServerLine: "check inter 1h fastinter 1h rise 2 fall 2 weight 100"})
	d := haproxy.New(c)
	h.Tell(t, "set server shop/web1 state maint")
	h.Tell(t, "set server shop/web1 state ready")
	if s := web1(t, d); s.Rotation != fleet.In || s.Health == fleet.Healthy || s.Serving() {
		t.Errorf("nobody has checked web1, and it is %+v", s)
	}
}

func TestAServerWithoutACheckIsOfUnknownHealth(t *testing.T) {
	_, c := begin(t, testbed.HAProxyConfig{ServerLine: "weight 100"})
	if s := web1(t, haproxy.New(c)); s.Health != fleet.HealthUnknown || s.Rotation != fleet.In || s.Serving() {
		t.Errorf("web1 is %+v", s)
	}
}

func TestPreflightFindsWhatWouldLoseRequests(t *testing.T) {
	for words, bad := range map[string]testbed.HAProxyConfig{
		"has no health check":    {ServerLine: "weight 100"},
		"has the initial weight": {ServerLine: "check weight 1"},
		"has a cookie":           {ServerLine: "check weight 100 cookie w", Backend: []string{"cookie SRV insert"}},
	} {
		_, c := begin(t, bad)
		if found := fatal(t, c); !strings.Contains(found, words) {
			t.Errorf("%+v: preflight finds %q, want %q", bad, found, words)
		}
	}
}

func TestPreflightFindsASocketThatMayOnlyReadAndNamesThatAreWrong(t *testing.T) {
	h, c := begin(t, testbed.HAProxyConfig{})
	if found := fatal(t, c); found != "" {
		t.Errorf("nothing is wrong, but preflight finds %q", found)
	}
	c.Servers = []string{"web1", "web7"}
	if found := fatal(t, c); !strings.Contains(found, `no server "web7"`) {
		t.Errorf("web7 is not there, and preflight finds %q", found)
	}
	c.Servers, c.Dial = nil, unix(h.Operator)
	if found := fatal(t, c); !strings.Contains(found, "may read but not change") {
		t.Errorf("the socket may only read, and preflight finds %q", found)
	}
	err := haproxy.New(c).Apply(t.Context(), drain)
	if err == nil || !strings.Contains(err.Error(), "level admin") {
		t.Errorf("the socket may only read, and Apply says %v", err)
	}
}

// fatal are the fatal problems that preflight finds.
func fatal(t *testing.T, c haproxy.Config) string {
	t.Helper()
	problems, err := haproxy.New(c).Preflight(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, problem := range problems {
		if problem.Fatal {
			found = append(found, problem.What)
		}
	}
	return strings.Join(found, "; ")
}

func unix(path string) func(context.Context) (net.Conn, error) {
	return func(ctx context.Context) (net.Conn, error) { return (&net.Dialer{}).DialContext(ctx, "unix", path) }
}

func TestAPartOfASmallWeightIsRefused(t *testing.T) {
	_, c := begin(t, testbed.HAProxyConfig{ServerLine: "check inter 100ms weight 1"})
	d := haproxy.New(c)
	err := d.Apply(t.Context(), fleet.Change{Server: "web1", Expect: fleet.In, Rotation: fleet.In, Weight: 50})
	if err == nil || !strings.Contains(err.Error(), `"weight 100"`) {
		t.Errorf("half of the weight 1: %v", err)
	}
	if s := web1(t, d); s.Rotation != fleet.In || s.Weight.N != 100 {
		t.Errorf("web1 is %+v", s)
	}
}

func TestAStaticBalanceSaysWhatToDo(t *testing.T) {
	_, c := begin(t, testbed.HAProxyConfig{Backend: []string{"balance static-rr"}})
	err := haproxy.New(c).Apply(t.Context(), fleet.Change{Server: "web1", Expect: fleet.In, Rotation: fleet.In, Weight: 50})
	if err == nil || !strings.Contains(err.Error(), "balance roundrobin") {
		t.Errorf("half of a weight with static-rr: %v", err)
	}
}

func TestABackendThatIsNotThereIsNamed(t *testing.T) {
	_, c := begin(t, testbed.HAProxyConfig{})
	for _, backend := range []string{"nope", "shop; shutdown", "", "shop\nquit"} {
		c.Backend = backend
		_, err := haproxy.New(c).Observe(t.Context())
		if err == nil || !strings.Contains(err.Error(), "backend") && !strings.Contains(err.Error(), "no name") {
			t.Errorf("backend %q: %v", backend, err)
		}
	}
}

// The process that holds the request cannot be asked any more, so nothing is
// zero until it has ended.
func TestAReloadMakesInFlightUnknownUntilTheEarlierProcessEnded(t *testing.T) {
	h, c := begin(t, testbed.HAProxyConfig{})
	d := haproxy.New(c)
	conn := slowRequest(t, h)
	until(t, d, "busy", func(s fleet.Standing) bool { return s.InFlight.Known && s.InFlight.N == 1 })
	before := epoch(t, d)
	h.Reload(t)
	if s := web1(t, d); s.InFlight.Known || epoch(t, d) == before {
		t.Errorf("a request is in flight in the earlier process, and web1 is %+v, epoch %q", s, epoch(t, d))
	}
	if err := read(conn); err != nil {
		t.Errorf("the slow request: %v", err)
	}
	h.UntilEarlierEnd()
	until(t, d, "known again", func(s fleet.Standing) bool { return s.InFlight.Zero() })
}

func TestAReloadLeavesInFlightUnknownWhereProcessesCannotBeSeen(t *testing.T) {
	h, c := begin(t, testbed.HAProxyConfig{})
	c.Gone = nil
	d := haproxy.New(c)
	epoch(t, d)
	h.Reload(t)
	h.UntilEarlierEnd()
	pool, err := d.Observe(t.Context())
	if err != nil || len(pool.Trouble) == 0 || pool.Standings[0].InFlight.Known {
		t.Errorf("HAProxy was reloaded, and the pool is %+v, %v", pool, err)
	}
}

func epoch(t *testing.T, d *haproxy.Driver) string {
	t.Helper()
	pool, err := d.Observe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return pool.Epoch
}

// slowRequest asks for a slow page; web1 is the only one that can answer.
func slowRequest(t *testing.T, h *testbed.HAProxy) net.Conn {
	t.Helper()
	h.Tell(t, "set server shop/web2 state maint")
	conn, err := net.Dial("tcp", h.Front)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if _, err := conn.Write([]byte("GET /slow?for=1500ms HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	return conn
}

func read(conn net.Conn) error {
	conn.SetReadDeadline(time.Now().Add(30 * time.Second))
	buffer := make([]byte, 12)
	_, err := conn.Read(buffer)
	if err == nil && string(buffer) != "HTTP/1.1 200" {
		err = errors.New(string(buffer))
	}
	return err
}
