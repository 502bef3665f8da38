package shop_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"noon/demo/shop"
	"noon/testbed"
)

func TestMain(m *testing.M) { testbed.Main(m) }

func open(t *testing.T, c shop.Config) string {
	t.Helper()
	return "http://" + testbed.StartShop(t, c).Config.Listen
}

func ask(t *testing.T, method, url, body string) (int, string, http.Header) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text), answer.Header
}

func TestTheShopServesItsPagesAndSignsThem(t *testing.T) {
	url := open(t, shop.Config{Server: "web1", Version: "v2"})
	for page, holds := range map[string]string{"/": "<h1>The little shop", "/cart": "apples", "/slow?for=1ms": "took", "/healthz": "ok", "/version": `"version":"v2"`} {
		status, body, header := ask(t, "GET", url+page, "")
		if status != 200 || !strings.Contains(body, holds) {
			t.Errorf("GET %s: %d %q, want 200 and %q", page, status, body, holds)
		}
		if header.Get("X-Shop-Server") != "web1" || header.Get("X-Shop-Version") != "v2" {
			t.Errorf("GET %s is signed by %q", page, header)
		}
	}
	if status, body, _ := ask(t, "POST", url+"/order", "three candles"); status != 200 || !strings.Contains(body, `"bytes":13`) {
		t.Errorf("POST /order: %d %q", status, body)
	}
}

func TestTheShopReportsWhenItStarted(t *testing.T) {
	s := testbed.StartShop(t, shop.Config{Version: "v1"})
	read := func() (started time.Time) {
		_, body, _ := ask(t, "GET", "http://"+s.Config.Listen+"/version", "")
		var said struct{ Started time.Time }
		if err := json.Unmarshal([]byte(body), &said); err != nil {
			t.Fatalf("%q: %v", body, err)
		}
		return said.Started
	}
	first := read()
	s.Swap(t, "v2")
	if second := read(); !second.After(first) {
		t.Errorf("the second process started %s, the first %s", second, first)
	}
}

func TestFaultsDoWhatTheySay(t *testing.T) {
	for text, want := range map[string]struct {
		health, cart int
		version      string
	}{
		"none":             {200, 200, "v1"},
		"ill-after=1h":     {200, 200, "v1"},
		"ill-after=0s":     {503, 500, "v1"},
		"errors":           {200, 500, "v1"},
		"never-healthy":    {503, 200, "v1"},
		"wrong-version=v9": {200, 200, "v9"},
		"slow-start=10ms":  {200, 200, "v1"},
		"endpoint=/cart":   {200, 500, "v1"},
		"endpoint=/order":  {200, 200, "v1"},
		"leak=1%":          {200, 200, "v1"},
	} {
		fault, err := shop.ParseFault(text)
		if err != nil {
			t.Fatal(err)
		}
		url := open(t, shop.Config{Version: "v1", Fault: fault})
		health, _, _ := ask(t, "GET", url+"/healthz", "")
		cart, _, _ := ask(t, "GET", url+"/cart", "")
		_, version, _ := ask(t, "GET", url+"/version", "")
		if health != want.health || cart != want.cart || !strings.Contains(version, `"`+want.version+`"`) {
			t.Errorf("%s: health %d, cart %d, version %s; want %v", text, health, cart, version, want)
		}
	}
}

func TestTheExitFaultEndsTheShopAtItsStart(t *testing.T) {
	err := shop.Run(t.Context(), shop.Config{Listen: "127.0.0.1:0", Fault: shop.Fault{Kind: shop.Exit}})
	if err == nil {
		t.Error("the shop ran")
	}
}

func TestAFaultIsReadAsItIsWritten(t *testing.T) {
	for _, text := range []string{"none", "ill-after=6s", "errors", "never-healthy", "wrong-version=v9", "exit", "slow-start=1s", "partly=3%", "tail", "endpoint=/cart", "leak=1%"} {
		if fault, err := shop.ParseFault(text); err != nil || fault.String() != text {
			t.Errorf("%s is read as %s, %v", text, fault, err)
		}
	}
	for _, text := range []string{"sick", "none=1", "ill-after", "ill-after=soon", "ill-after=-1s", "slow-start=9999h", "wrong-version=../etc", "wrong-version", "tail=3%", "endpoint", "endpoint=/admin", "leak", "leak=0%", "leak=101%", "leak=NaN%"} {
		if fault, err := shop.ParseFault(text); err == nil {
			t.Errorf("%s is read as %s, want an error", text, fault)
		}
	}
}

func TestTheShopEndsItsWebsocketsWhenItIsTold(t *testing.T) {
	s := testbed.StartShop(t, shop.Config{})
	dial := func() *websocket.Conn {
		conn, _, err := websocket.Dial(t.Context(), "ws://"+s.Config.Listen+"/ws", nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.CloseNow() })
		return conn
	}
	conn := dial()
	if err := conn.Write(t.Context(), websocket.MessageText, []byte("hello")); err != nil {
		t.Fatal(err)
	}
	if _, echo, err := conn.Read(t.Context()); err != nil || string(echo) != "hello" {
		t.Fatalf("echo %q, %v", echo, err)
	}
	ended := make(chan error, 1)
	go func() { _, _, err := conn.Read(context.Background()); ended <- err }()
	s.Drain(t)
	if err := <-ended; websocket.CloseStatus(err) != websocket.StatusServiceRestart {
		t.Errorf("the open websocket ended with %v, want status 1012", err)
	}
	if _, _, err := dial().Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusServiceRestart {
		t.Errorf("a websocket right after the drain ended with %v, want status 1012", err)
	}
}

func TestNobodyDrainsTheShopThroughABalancer(t *testing.T) {
	url := open(t, shop.Config{})
	request, _ := http.NewRequestWithContext(t.Context(), "POST", url+"/drain", nil)
	request.Header.Set("X-Forwarded-For", "192.0.2.1")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusForbidden {
		t.Errorf("it answered %s, want 403", answer.Status)
	}
}

func TestTheShopRefusesAnEndlessPageAndAnEndlessOrder(t *testing.T) {
	url := open(t, shop.Config{})
	for _, page := range []string{"/slow?for=1h", "/slow?for=-1s", "/slow"} {
		if status, _, _ := ask(t, "GET", url+page, ""); status != 400 {
			t.Errorf("GET %s: %d, want 400", page, status)
		}
	}
	if status, _, _ := ask(t, "POST", url+"/order", strings.Repeat("x", 2<<20)); status != 400 {
		t.Errorf("an order of 2 MiB: %d, want 400", status)
	}
}

func TestTheShopCutsItsCustomersWhenItsContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	address := testbed.Address(t)
	ended := make(chan error, 1)
	go func() { ended <- shop.Run(ctx, shop.Config{Listen: address}) }()
	conn := dialed(t, "ws://"+address+"/ws")
	cancel()
	if _, _, err := conn.Read(context.Background()); err == nil || websocket.CloseStatus(err) == websocket.StatusServiceRestart {
		t.Errorf("the websocket ended with %v, want a cut", err)
	}
	if err := <-ended; err != nil {
		t.Errorf("Run: %v", err)
	}
}

func dialed(t *testing.T, url string) *websocket.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for {
		conn, _, err := websocket.Dial(ctx, url, nil)
		if err == nil {
			t.Cleanup(func() { conn.CloseNow() })
			return conn
		}
		if ctx.Err() != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
