package check_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"noon/demo/shop"
	"noon/fleet"
	"noon/host"
	"noon/host/local"
	"noon/host/ssh"
	"noon/observe/check"
	"noon/testbed"
)

func TestMain(m *testing.M) { testbed.Main(m) }

var urls = fleet.Check{URL: "http://{address}/healthz", Version: fleet.Source{URL: "http://{address}/version"}, Timeout: 20 * time.Second}

func checker(cfg fleet.Check, h host.Host) *check.Checker {
	return check.New(cfg, "shop", func(fleet.Server) (host.Host, error) { return h, nil })
}

func at(address string) fleet.Server { return fleet.Server{Name: "web1", Address: address} }

func look(t *testing.T, c *check.Checker, address string) fleet.Vitals {
	t.Helper()
	v, err := c.Look(t.Context(), at(address))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func machine(t *testing.T, lines ...string) (*testbed.SSHD, host.Host) {
	t.Helper()
	sshd := testbed.StartSSHD(t, t.TempDir(), lines...)
	h := ssh.New(sshd.Name, ssh.Settings{Home: sshd.Home})
	t.Cleanup(func() { h.Close() })
	return sshd, h
}

func has(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, word := range words {
		if !strings.Contains(text, word) {
			t.Errorf("%q is missing in: %s", word, text)
		}
	}
}

func TestAServerTellsItsVitals(t *testing.T) {
	_, remote := machine(t)
	_, forbidding := machine(t, "AllowTcpForwarding no")
	web := testbed.StartShop(t, shop.Config{Version: "v1"})
	for name, h := range map[string]host.Host{"here": local.New(), "over SSH": remote, "over SSH without forwarding": forbidding} {
		t.Run(name, func(t *testing.T) {
			v := look(t, checker(urls, h), web.Config.Listen)
			if !v.Healthy || v.Health != "GET /healthz: 200" || v.Version != "v1" || !v.Process.Known() {
				t.Errorf("%+v", v)
			}
		})
	}
}

func TestTheOldProcessIsToldFromTheNewOne(t *testing.T) {
	web := testbed.StartShop(t, shop.Config{Version: "v1"})
	c := checker(urls, local.New())
	first := look(t, c, web.Config.Listen)
	mark, err := c.Clock(t.Context(), at(web.Config.Listen))
	if err != nil {
		t.Fatal(err)
	}
	again := look(t, c, web.Config.Listen)
	if first.Process.ID != again.Process.ID {
		t.Errorf("one process is %q and %q", first.Process.ID, again.Process.ID)
	}
	// The start is read in ticks: a mark within two of them proves nothing.
	if again.Process.StartedAfter(mark.Add(again.Process.Resolution)) {
		t.Errorf("a process of %v (%v) seems to have started after %v", again.Process.Started, again.Process.Resolution, mark)
	}
	web.Swap(t, "v2")
	next := look(t, c, web.Config.Listen)
	if next.Process.ID == first.Process.ID || !next.Process.StartedAfter(mark) || next.Version != "v2" {
		t.Errorf("after the restart at %v: %+v", mark, next)
	}
}

func TestAServerThatIsDownIsUnhealthyAndNotAnError(t *testing.T) {
	_, remote := machine(t)
	for _, h := range []host.Host{local.New(), remote} {
		v := look(t, checker(urls, h), testbed.Address(t))
		if v.Healthy || v.Version != "" || v.Process.Known() {
			t.Errorf("%+v", v)
		}
		has(t, strings.ToLower(v.Health), "get /healthz", "refused")
		has(t, strings.ToLower(v.VersionTrouble), "get /version", "refused")
		has(t, v.Process.Trouble, "nothing listens")
	}
}

func TestAMachineThatIsDownIsAnError(t *testing.T) {
	sshd, h := machine(t)
	c := checker(urls, h)
	web := testbed.StartShop(t, shop.Config{Version: "v1"})
	look(t, c, web.Config.Listen)
	sshd.Signal(syscall.SIGKILL)
	look(t, c, web.Config.Listen)
	sshd.Stop()
	if _, err := c.Look(t.Context(), at(web.Config.Listen)); err == nil {
		t.Error("no error")
	} else {
		has(t, err.Error(), "look at web1", sshd.Name)
	}
	if _, err := c.Clock(t.Context(), at(web.Config.Listen)); err == nil {
		t.Error("no error")
	}
}

// answering serves the handler and returns its address.
func answering(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

func TestWhatAServerAnswersIsJudgedWithCare(t *testing.T) {
	elsewhere := answering(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "v9") })
	for name, test := range map[string]struct {
		answer  http.HandlerFunc
		healthy bool
		health  string
		version fleet.Version
		trouble string
	}{
		"plain":      {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, " v1.2\n") }, true, "200", "v1.2", ""},
		"JSON":       {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"version": "v2", "x": 1}`) }, true, "200", "v2", ""},
		"other JSON": {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"v": "v2"}`) }, true, "200", "", `no "version"`},
		"ill": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(503)
			fmt.Fprint(w, "out of \x1b[31m memory")
		}, false, `503 "out of \x1b[31m memory"`, "", "503"},
		"hostile": {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "../../etc $(reboot)") }, true, "200", "", `"../../etc $(reboot)" is not usable`},
		"endless": {func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, 10<<20)) }, true, "200", "", "not usable"},
		"redirecting": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://"+elsewhere, http.StatusFound)
		}, false, "302", "", "302"},
		"breaking off": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, false, "EOF", "", "EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			v := look(t, checker(urls, local.New()), answering(t, test.answer))
			if v.Healthy != test.healthy || v.Version != test.version {
				t.Errorf("%+v", v)
			}
			has(t, v.Health, test.health)
			has(t, v.VersionTrouble, test.trouble)
		})
	}
}

func TestAServerThatDoesNotAnswerInTimeIsUnhealthy(t *testing.T) {
	cfg := urls
	cfg.Timeout = 50 * time.Millisecond
	v := look(t, checker(cfg, local.New()), answering(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	if v.Healthy {
		t.Error("it is healthy")
	}
	has(t, v.Health, "GET /healthz: no answer within 50ms")
	cfg = fleet.Check{Command: "sleep 1000", Timeout: 50 * time.Millisecond}
	v = look(t, checker(cfg, local.New()), testbed.Address(t))
	has(t, v.Health, "did not end within 50ms")
}

func TestALookThatIsGivenUpIsAnError(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	address := answering(t, func(_ http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() })
	if _, err := checker(urls, local.New()).Look(ctx, at(address)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestCommandsAreAskedOnTheServer(t *testing.T) {
	dir := t.TempDir()
	cfg := fleet.Check{
		Command: "[ {server} = web1 ] && [ \"$NOON_SERVICE\" = shop ] && cat " + filepath.Join(dir, "well"),
		Version: fleet.Source{Command: "echo v7"}, Started: fleet.Source{Command: "echo 1795212000"}, Timeout: 20 * time.Second,
	}
	v := look(t, checker(cfg, local.New()), testbed.Address(t))
	if v.Healthy || v.Version != "v7" || !v.Process.Started.Equal(time.Unix(1795212000, 0)) || v.Process.Resolution != time.Second || v.Process.ID != "1795212000" {
		t.Errorf("%+v", v)
	}
	has(t, v.Health, "check command: status 1", "No such file")
	if err := os.WriteFile(filepath.Join(dir, "well"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if v := look(t, checker(cfg, local.New()), testbed.Address(t)); !v.Healthy {
		t.Errorf("%+v", v)
	}
}

func TestTheApplicationMayTellItsStart(t *testing.T) {
	cfg := fleet.Check{Started: fleet.Source{URL: "http://{address}/started"}, Timeout: 20 * time.Second}
	for body, want := range map[string]time.Duration{
		`{"started": "2026-11-20T22:00:00.123Z"}`: time.Millisecond, `{"started": 1795212000}`: time.Second, "2026-11-20T22:00:00+01:00\n": time.Second,
		"1795212000.25": 10 * time.Millisecond, "yesterday": 0, "1795212000123": 0, `{"start": 1}`: 0, "": 0,
	} {
		v := look(t, checker(cfg, local.New()), answering(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, body) }))
		if v.Process.Known() != (want > 0) || v.Process.Resolution != want || !v.Process.Known() && v.Process.Trouble == "" {
			t.Errorf("%s: %+v", body, v.Process)
		}
		has(t, v.Health, "accepted")
	}
}

func TestEveryURLIsAskedOnceALook(t *testing.T) {
	var asked atomic.Int64
	cfg := urls
	cfg.Version.URL = cfg.URL
	look(t, checker(cfg, local.New()), answering(t, func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	if asked.Load() != 1 {
		t.Errorf("asked %d times", asked.Load())
	}
}

func TestTheListenerOfTheServersOwnAddressIsFound(t *testing.T) {
	other := testbed.StartShop(t, shop.Config{Version: "v1"})
	_, port, _ := net.SplitHostPort(other.Config.Listen)
	mine := testbed.StartShop(t, shop.Config{Version: "v1", Listen: "127.0.0.2:" + port})
	wild := testbed.StartShop(t, shop.Config{Version: "v1", Listen: "[::1]:" + port})
	c := checker(urls, local.New())
	ids := map[string]bool{}
	for _, s := range []*testbed.Shop{other, mine, wild} {
		ids[look(t, c, s.Config.Listen).Process.ID] = true
	}
	if len(ids) != 3 || ids[""] {
		t.Errorf("the processes are %v", ids)
	}
}
