package lb_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"noon/fleet"
)

// customer asks without keeping connections.
func customer(t testing.TB) *http.Client {
	transport := &http.Transport{DisableKeepAlives: true}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: 30 * time.Second}
}

// ask returns the status and the server of an answer.
func ask(t testing.TB, c *http.Client, method, url, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, answer.Header.Get("X-Shop-Server")
}

func TestSharesFollowTheWeightsAtOnce(t *testing.T) {
	_, servers := shops(t, 3)
	p := launch(t, configure(t, servers...))
	c := customer(t)
	move(t, p.driver(), "web3", fleet.In, fleet.In, 10)
	got := map[string]int{}
	for range 210 {
		_, server := ask(t, c, "GET", p.url()+"/", "")
		got[server]++
	}
	if got["web1"] != 100 || got["web2"] != 100 || got["web3"] != 10 {
		t.Errorf("with weights 100, 100 and 10, 210 requests went %v", got)
	}
}

func TestADrainedServerKeepsWhatItHasAndGetsNothingNew(t *testing.T) {
	_, servers := shops(t, 2)
	p := launch(t, configure(t, servers...))
	d, c := p.driver(), customer(t)
	move(t, d, "web2", fleet.In, fleet.Draining, 0)
	socket, _, err := websocket.Dial(t.Context(), p.url()+"/ws", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer socket.CloseNow()
	var slow sync.WaitGroup
	slow.Go(func() {
		if status, server := ask(t, c, "GET", p.url()+"/slow?for=1s", ""); status != 200 || server != "web1" {
			t.Errorf("the slow request got %d from %q", status, server)
		}
	})
	until(t, d, "web1", "busy", func(s fleet.Standing) bool { return s.InFlight == fleet.Known(2, "api") })
	move(t, d, "web2", fleet.Draining, fleet.In, 0)
	move(t, d, "web1", fleet.In, fleet.Draining, 0)
	for range 20 {
		if _, server := ask(t, c, "GET", p.url()+"/", ""); server != "web2" {
			t.Fatalf("a drained server got a request: %q", server)
		}
	}
	slow.Wait()
	until(t, d, "web1", "left with the websocket", func(s fleet.Standing) bool { return s.InFlight.N == 1 })
	if err := socket.Write(t.Context(), websocket.MessageText, []byte("still there?")); err != nil {
		t.Error(err)
	}
	if _, text, err := socket.Read(t.Context()); err != nil || len(text) == 0 {
		t.Errorf("the websocket of a drained server: %q, %v", text, err)
	}
	socket.Close(websocket.StatusNormalClosure, "")
	until(t, d, "web1", "drained", drained)
}

func TestARequestThatCannotBeConnectedGoesElsewhere(t *testing.T) {
	all, servers := shops(t, 3)
	config := configure(t, servers...)
	config.Health.Interval = time.Hour
	p := launch(t, config)
	all[0].Kill()
	all[1].Kill()
	c := customer(t)
	for range 6 {
		if status, server := ask(t, c, "POST", p.url()+"/order", strings.Repeat("x", 100_000)); status != 200 || server != "web3" {
			t.Errorf("a POST got %d from %q", status, server)
		}
	}
	for _, name := range []string{"web1", "web2"} {
		if s := standing(t, p.driver(), name); s.Health != fleet.Unhealthy || s.Counters.Failures.N != 1 || s.InFlight.N != 0 {
			t.Errorf("a server that refused a request is %+v", s)
		}
	}
}

func TestAServerThatComesBackIsFoundAgain(t *testing.T) {
	all, servers := shops(t, 1)
	p := launch(t, configure(t, servers...))
	all[0].Kill()
	until(t, p.driver(), "web1", "unhealthy", unhealthy)
	all[0].Start(t)
	until(t, p.driver(), "web1", "healthy", healthy)
	if status, _ := ask(t, customer(t), "GET", p.url()+"/", ""); status != 200 {
		t.Errorf("it gets no requests: %d", status)
	}
}

func TestWithoutAServerCustomersAreToldToTryAgain(t *testing.T) {
	_, servers := shops(t, 1)
	p := launch(t, configure(t, servers[0], unused(t)))
	move(t, p.driver(), "web1", fleet.In, fleet.Draining, 0)
	answer, err := customer(t).Post(p.url()+"/order", "text/plain", strings.NewReader("apples"))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != 503 || answer.Header.Get("Retry-After") == "" {
		t.Errorf("%d, Retry-After %q", answer.StatusCode, answer.Header.Get("Retry-After"))
	}
}

func TestAnIllServerIsNoticed(t *testing.T) {
	all, servers := shops(t, 2)
	p := launch(t, configure(t, servers...))
	all[1].Kill()
	all[1].Config.Fault.Kind = "never-healthy"
	all[1].Start(t)
	until(t, p.driver(), "web2", "unhealthy", func(s fleet.Standing) bool {
		return s.Health == fleet.Unhealthy && strings.Contains(s.Note, "GET /healthz: 503")
	})
}

// slamming reads a request whole and closes without an answer; it counts them.
func slamming(t *testing.T, name string) (*atomic.Int64, fleet.Server) {
	l, server := listening(t, name)
	var got atomic.Int64
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			if r, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
				io.Copy(io.Discard, r.Body)
				got.Add(1)
			}
			conn.Close()
		}
	}()
	return &got, server
}

func TestWhatAServerMayHaveSeenIsRepeatedOnlyIfThatIsSafe(t *testing.T) {
	_, servers := shops(t, 1)
	got, bad := slamming(t, "bad")
	config := configure(t, servers[0], bad)
	config.Health.Path = ""
	p := launch(t, config)
	c := customer(t)
	want := map[string][2]int{"GET": {200, 200}, "POST": {502, 200}}
	for method, statuses := range want {
		body, path := "", "/"
		if method == "POST" {
			body, path = "apples", "/order"
		}
		var seen [2]int
		seen[0], _ = ask(t, c, method, p.url()+path, body)
		seen[1], _ = ask(t, c, method, p.url()+path, body)
		if seen != statuses && seen != [2]int{statuses[1], statuses[0]} {
			t.Errorf("two %s, of which one met the bad server, got %v", method, seen)
		}
	}
	if s := standing(t, p.driver(), "bad"); got.Load() < 2 || s.Counters.Failures.N < 2 || s.InFlight.N != 0 {
		t.Errorf("the bad server saw %d requests and stands %+v", got.Load(), s)
	}
}

func TestErrorsAndRequestsAreCountedPerServer(t *testing.T) {
	all, servers := shops(t, 1)
	all[0].Kill()
	all[0].Config.Fault.Kind = "errors"
	all[0].Start(t)
	p := launch(t, configure(t, servers...))
	for range 3 {
		ask(t, customer(t), "GET", p.url()+"/", "")
	}
	got := standing(t, p.driver(), "web1").Counters
	want := fleet.Counters{Requests: fleet.Known(3, "api"), Errors: fleet.Known(3, "api"), Failures: fleet.Known(0, "api"), Rejected: fleet.Known(0, "api")}
	want.AnswerTimes = fleet.Histogram{LE: got.AnswerTimes.LE, Count: got.AnswerTimes.Count}
	if !reflect.DeepEqual(got, want) || !got.AnswerTimes.Known() {
		t.Errorf("%+v", got)
	}
}

func TestACustomerWhoLeavesIsNobodysFailure(t *testing.T) {
	_, servers := shops(t, 1)
	p := launch(t, configure(t, servers...))
	conn, err := net.Dial("tcp", p.config.Listen[0])
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(conn, "GET /slow?for=20s HTTP/1.1\r\nHost: shop\r\n\r\n")
	until(t, p.driver(), "web1", "busy", func(s fleet.Standing) bool { return s.InFlight.N == 1 })
	conn.Close()
	until(t, p.driver(), "web1", "idle", func(s fleet.Standing) bool { return s.InFlight.Zero() })
	if s := standing(t, p.driver(), "web1"); s.Counters.Failures.N != 0 || s.Counters.Errors.N != 0 || s.Health != fleet.Healthy {
		t.Errorf("a customer who left: %+v", s)
	}
}

func TestItsEndFinishesRequestsAndEndsWebsockets(t *testing.T) {
	_, servers := shops(t, 1)
	p := launch(t, configure(t, servers...))
	socket, _, err := websocket.Dial(t.Context(), p.url()+"/ws", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer socket.CloseNow()
	// Caddy ends those websockets that it knows, and it knows one only a moment
	// after the customer does: not before the first message went through.
	if err := socket.Write(t.Context(), websocket.MessageText, []byte("hello")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := socket.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	var slow sync.WaitGroup
	slow.Go(func() {
		if status, _ := ask(t, customer(t), "GET", p.url()+"/slow?for=1s", ""); status != 200 {
			t.Errorf("a request in flight got %d", status)
		}
	})
	until(t, p.driver(), "web1", "busy", func(s fleet.Standing) bool { return s.InFlight.N == 2 })
	if err := p.stop(); err != nil {
		t.Errorf("%v: %s", err, p.stderr)
	}
	slow.Wait()
	if _, _, err := socket.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusGoingAway {
		t.Errorf("the websocket ended with %v", err)
	}
	if text := p.stderr.String(); text != "" {
		t.Errorf("it wrote: %s", text)
	}
}
