package customers_test

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"noon/demo/customers"
	"noon/demo/shop"
	"noon/testbed"
)

func TestMain(m *testing.M) { testbed.Main(m) }

// until waits for the crowd to have counted what is asked.
func until(t *testing.T, c *customers.Crowd, what string, done func(customers.Tally) bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !done(c.Count()); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("still not %s: %s", what, c.Count())
		}
	}
}

func TestCustomersOfAShopThatIsWellLoseNothing(t *testing.T) {
	s := testbed.StartShop(t, shop.Config{Server: "web1", Version: "v1"})
	crowd := customers.Start(t.Context(), customers.Config{URL: "http://" + s.Config.Listen,
		Gets: 2, Posts: 2, Slow: 2, Sockets: 2, SlowLeast: time.Millisecond, SlowMost: 20 * time.Millisecond})
	until(t, crowd, "busy", func(t customers.Tally) bool { return t.Sent > 500 && t.Messages > 5 })
	tally := crowd.Stop()
	if tally.Lost() != 0 {
		t.Error(tally)
	}
	if tally.From("web1") != tally.Sent {
		t.Errorf("%d of %d answers are known to be from web1: %v", tally.From("web1"), tally.Sent, tally.Answers)
	}
}

func TestEveryRequestThatIsCutIsCounted(t *testing.T) {
	s := testbed.StartShop(t, shop.Config{})
	crowd := customers.Start(t.Context(), customers.Config{URL: "http://" + s.Config.Listen, Slow: 5, Sockets: 3, SlowLeast: 20 * time.Second})
	until(t, crowd, "talking", func(t customers.Tally) bool { return t.Messages >= 6 })
	s.Kill()
	until(t, crowd, "cut", func(t customers.Tally) bool { return t.Failed >= 8 })
	if tally := crowd.Stop(); len(tally.Reasons) < 8 {
		t.Errorf("8 requests were cut: %s", tally)
	}
}

func TestAnIllShopsErrorsAreCounted(t *testing.T) {
	s := testbed.StartShop(t, shop.Config{Server: "web1", Fault: shop.Fault{Kind: shop.Errors}})
	crowd := customers.Start(t.Context(), customers.Config{URL: "http://" + s.Config.Listen, Gets: 2, Posts: 1, Sockets: 1})
	until(t, crowd, "turned away", func(t customers.Tally) bool { return t.Failed > 40 })
	tally := crowd.Stop()
	if tally.Failed != tally.Sent || tally.Stale != 0 {
		t.Errorf("all requests were turned away: %s", tally)
	}
	if len(tally.Reasons) != 20 {
		t.Errorf("%d reasons are kept, want 20", len(tally.Reasons))
	}
}

func TestAWebsocketThatTheShopEndsIsNotAFailure(t *testing.T) {
	s := testbed.StartShop(t, shop.Config{})
	crowd := customers.Start(t.Context(), customers.Config{URL: "http://" + s.Config.Listen, Sockets: 3})
	until(t, crowd, "talking", func(t customers.Tally) bool { return t.Messages >= 9 })
	s.Drain(t)
	until(t, crowd, "reopened", func(t customers.Tally) bool { return t.Reopened >= 3 })
	if tally := crowd.Stop(); tally.Lost() != 0 {
		t.Error(tally)
	}
}

// closer answers the first request of each connection and then does as told
// when the second arrives (or before, when the server is to end idle ones).
func closer(t *testing.T, endIdle bool) (string, *atomic.Int64) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	var opened atomic.Int64
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			opened.Add(1)
			go answerOnce(conn, endIdle)
		}
	}()
	return "http://" + listener.Addr().String(), &opened
}

func answerOnce(conn net.Conn, endIdle bool) {
	defer conn.Close()
	buffer := make([]byte, 4096)
	if _, err := conn.Read(buffer); err != nil {
		return
	}
	conn.Write([]byte("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
	if !endIdle {
		conn.Read(buffer)
	}
}

func TestAKeptConnectionThatBreaksIsStale(t *testing.T) {
	url, _ := closer(t, false)
	crowd := customers.Start(t.Context(), customers.Config{URL: url, Gets: 1, Posts: 1})
	until(t, crowd, "stale", func(t customers.Tally) bool { return t.Stale >= 4 })
	if tally := crowd.Stop(); tally.Failed != 0 || tally.Stale == tally.Sent {
		t.Errorf("every second request is stale, none failed: %s", tally)
	}
}

func TestAnIdleConnectionThatWasEndedProperlyIsOpenedAnew(t *testing.T) {
	url, opened := closer(t, true)
	crowd := customers.Start(t.Context(), customers.Config{URL: url, Gets: 1, Rate: 20})
	until(t, crowd, "served", func(t customers.Tally) bool { return t.Sent >= 5 })
	if tally := crowd.Stop(); tally.Lost() != 0 || opened.Load() < 5 {
		t.Errorf("%s over %d connections", tally, opened.Load())
	}
}

func TestAnAnswerThatIsCutIsAFailure(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100")
		w.Write([]byte("half"))
	})}
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	crowd := customers.Start(t.Context(), customers.Config{URL: "http://" + listener.Addr().String(), Gets: 1})
	until(t, crowd, "cut", func(t customers.Tally) bool { return t.Failed >= 2 })
	if tally := crowd.Stop(); tally.Failed != tally.Sent || !strings.Contains(tally.String(), "cut") {
		t.Error(tally)
	}
}

func TestRequestsCutByTheEndOfTheContextAreNotCounted(t *testing.T) {
	s := testbed.StartShop(t, shop.Config{})
	ctx, cancel := context.WithCancel(t.Context())
	crowd := customers.Start(ctx, customers.Config{URL: "http://" + s.Config.Listen, Gets: 2, Slow: 2, Sockets: 2, SlowLeast: 20 * time.Second})
	until(t, crowd, "busy", func(t customers.Tally) bool { return t.Messages >= 4 && t.Sent > 10 })
	cancel()
	if tally := crowd.Stop(); tally.Lost() != 0 {
		t.Error(tally)
	}
}

func TestCustomersWithNowhereToGoFail(t *testing.T) {
	for _, url := range []string{"http://" + testbed.Address(t), "https://127.0.0.1:1", "nonsense"} {
		crowd := customers.Start(t.Context(), customers.Config{URL: url, Gets: 1, Sockets: 1})
		until(t, crowd, "turned away", func(t customers.Tally) bool { return t.Failed >= 2 })
		if tally := crowd.Stop(); tally.Failed != tally.Sent {
			t.Errorf("%s: %s", url, tally)
		}
	}
}
