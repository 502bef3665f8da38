package fleet_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"noon/fleet"
)

func TestTheExampleOfTheDesignIsRead(t *testing.T) {
	got, err := fleet.Read("testdata/good/interface.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dir, err := filepath.Abs("testdata/good")
	if err != nil {
		t.Fatal(err)
	}
	want := fleet.Service{
		Name: "webshop", Dir: dir,
		Servers: []fleet.Server{
			{Name: "web1", Host: "deploy@10.0.0.11", Address: "10.0.0.11:8080"},
			{Name: "web2", Host: "deploy@10.0.0.12", Address: "10.0.0.12:8080"},
			{Name: "web3", Host: "deploy@10.0.0.13", Address: "10.0.0.13:8080"},
		},
		Balancer: fleet.Balancer{HAProxy: &fleet.HAProxy{Backend: "webshop", Sockets: []string{"lb1:/run/haproxy/admin.sock", "lb2:/run/haproxy/admin.sock"}}},
		Release: fleet.Release{
			Directories: &fleet.Directories{Root: "/srv/webshop", Artifact: "dist/webshop-{version}.tar.gz", Keep: 5},
			Restart:     "sudo systemctl restart webshop",
		},
		Check: fleet.Check{
			URL: "http://{address}/healthz", Version: fleet.Source{URL: "http://{address}/version"},
			Times: 3, Every: 500 * time.Millisecond, Within: time.Minute, Timeout: 3 * time.Second,
		},
		Logs:     []fleet.LogSource{{Journald: "webshop", History: 10 * time.Minute}},
		Monitors: fleet.Monitors{Metrics: "http://{address}/metrics", History: 10 * time.Minute, Every: 5 * time.Second},
		Policy: fleet.Policy{
			Keep: 2, Canaries: 1, Then: 1, Watch: fleet.WatchPolicy{Least: 10 * time.Minute, Most: 2 * time.Hour, Then: time.Minute, Requests: 5000},
			Promote: fleet.PromoteAsk, Worse: fleet.RollBack, Undecided: fleet.Ask,
			Limits: fleet.Limits{Errors: fleet.Limit{Ratio: 2}, Latency: fleet.Limit{Ratio: 1.25}},
			Drain:  fleet.DrainPolicy{Wait: time.Minute, After: fleet.FailDrain}, RampEvery: 10 * time.Second,
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestAFileThatIsMissingSaysWhatToDo(t *testing.T) {
	_, err := fleet.Read(filepath.Join(t.TempDir(), "noon.yaml"))
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "--config") {
		t.Errorf("got %v", err)
	}
}

func TestAFileThatIsTooLongIsNotReadToItsEnd(t *testing.T) {
	_, err := fleet.Read("/dev/zero")
	var wrong *fleet.ConfigError
	if !errors.As(err, &wrong) || !strings.Contains(err.Error(), "longer than 1 MiB") {
		t.Errorf("got %v", err)
	}
}

func TestDefaultsAreTheCarefulOnes(t *testing.T) {
	got := parse(t, small)
	want := fleet.Policy{
		Keep: 1, Canaries: 1, Then: 1, Watch: fleet.WatchPolicy{Least: 10 * time.Minute, Most: 2 * time.Hour, Then: time.Minute},
		Promote: fleet.PromoteAsk, Worse: fleet.RollBack, Undecided: fleet.Ask,
		Drain: fleet.DrainPolicy{Wait: time.Minute, After: fleet.FailDrain}, RampEvery: 10 * time.Second,
	}
	if diff := cmp.Diff(want, got.Policy); diff != "" {
		t.Errorf("policy (-want +got)\n%s", diff)
	}
	check := fleet.Check{Command: "true", Version: fleet.Source{Command: "cat VERSION"}, Times: 3, Every: 500 * time.Millisecond, Within: time.Minute, Timeout: 3 * time.Second}
	if diff := cmp.Diff(check, got.Check); diff != "" {
		t.Errorf("check (-want +got)\n%s", diff)
	}
	monitors := fleet.Monitors{History: 10 * time.Minute, Every: 5 * time.Second}
	if diff := cmp.Diff(monitors, got.Monitors); diff != "" {
		t.Errorf("monitors (-want +got)\n%s", diff)
	}
}

func TestKeepIsAllServersButOneBatch(t *testing.T) {
	for then, keep := range map[string]int{"1": 9, "3": 7, "9": 1} {
		text := fleetOf(10) + "rollout: { then: " + then + " }\n"
		if got := parse(t, text).Policy.Keep; got != keep {
			t.Errorf("10 servers, then %s: keep is %d, want %d", then, got, keep)
		}
	}
}

func TestServersKeepTheirOrder(t *testing.T) {
	for i, s := range parse(t, fleetOf(50)).Servers {
		if want := "web" + string(rune('a'+(49-i)/10)) + string(rune('0'+(49-i)%10)); s.Name != want {
			t.Errorf("server %d is %s, want %s", i, s.Name, want)
		}
	}
}

func TestEveryKeyReachesItsNoun(t *testing.T) {
	text, err := os.ReadFile("testdata/good/everything.yaml")
	if err != nil {
		t.Fatal(err)
	}
	got := parse(t, string(text))
	want := fleet.Service{
		Name:     "shop",
		Servers:  []fleet.Server{{Name: "b", Host: "local", Address: "[::1]:81"}, {Name: "a", Address: "a.example:80"}, {Name: "c", Host: "me@h:22", Address: "10.0.0.3:80"}},
		Balancer: fleet.Balancer{HAProxy: &fleet.HAProxy{Backend: "be", Sockets: []string{"/run/a.sock", "10.0.0.1:9999", "me@lb1:/run/b.sock"}, Standby: []string{"10.0.0.1:9999"}, Names: map[string]string{"b": "app-b"}}},
		Release:  fleet.Release{Upgrade: "./deploy.sh", RollBack: "./back.sh", Here: true, Stop: "stop it\nnow\n", Start: "start", Config: []string{"/etc/shop.conf"}},
		Check: fleet.Check{
			URL: "https://{server}/ok", Command: "true", Version: fleet.Source{Command: "shop --version"}, Started: fleet.Source{URL: "http://{address}/started"},
			Times: 2, Every: 100 * time.Millisecond, Within: 90 * time.Second, Timeout: 1500 * time.Millisecond,
		},
		Logs: []fleet.LogSource{
			{File: "/var/log/{server}/*.log", History: time.Hour, HideEmails: true},
			{Journald: "shop@{server}", History: 10 * time.Minute},
			{Docker: "shop-{server}", History: 10 * time.Minute},
			{Command: "tail -F /srv/{server}/log", History: 10 * time.Minute},
			{Loki: &fleet.Loki{URL: "https://loki.example:3100", Query: `{app="shop", host="{server}"}`, Login: fleet.Login{Tenant: "shop", Token: "LOKI_TOKEN"}}, History: 10 * time.Minute},
		},
		Monitors: fleet.Monitors{
			Prometheus: &fleet.Prometheus{URL: "https://prom.example:9090/prefix", Login: fleet.Login{User: "noon", Password: "PROMETHEUS_PASSWORD", Tenant: "shop"}, Queries: map[string]string{
				"requests":                   `sum by (endpoint) (shop_requests_total{instance="{address}"})`,
				"errors":                     `sum(shop_errors_total{instance="{address}", code=~"5.."})`,
				`requests{endpoint="/cart"}`: `sum(cart_total{server="{server}"})`,
				"orders":                     `sum(orders_total{host="{host}"})`,
			}},
			Business: []string{"orders"}, Ignore: []string{"open_files", "errors{*"}, History: time.Hour, Every: 10 * time.Second,
		},
		Policy: fleet.Policy{
			Keep: 1, Canaries: 2, Then: 2, Watch: fleet.WatchPolicy{Least: 0, Most: 90 * time.Minute, Then: 90 * time.Second, Requests: 10}, Promote: fleet.PromoteAuto, Worse: fleet.Ask, Undecided: fleet.RollBack,
			Limits: fleet.Limits{Errors: fleet.Limit{Points: 0.5}, Latency: fleet.Limit{Ratio: 1.25}},
			Drain:  fleet.DrainPolicy{Before: "close", Wait: 2 * time.Minute, After: fleet.CutDrain}, Ramp: []int{10, 50, 100}, RampEvery: time.Second, Settle: 12 * time.Second,
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestAMachineMayBeAskedAtItsOwnLoopback(t *testing.T) {
	text, err := os.ReadFile("testdata/good/own_machines.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if got := parse(t, string(text)).Check.URL; got != "http://127.0.0.1:8080/healthz" {
		t.Errorf("check.url is %q", got)
	}
}

func parse(t *testing.T, text string) fleet.Service {
	t.Helper()
	s, err := fleet.Parse("noon.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const rest = `balancer: { lb: { socket: lb.sock } }
release: { upgrade: ./deploy.sh }
check: { command: "true", version: { command: cat VERSION } }
`

const small = `service: shop
servers:
  web1: { address: 10.0.0.1:80 }
  web2: { address: 10.0.0.2:80 }
` + rest

// fleetOf returns servers in falling order of their names, so that no sorting
// could keep it.
func fleetOf(n int) string {
	var b strings.Builder
	b.WriteString("service: shop\nservers:\n")
	for i := n - 1; i >= 0; i-- {
		name := string(rune('a'+i/10)) + string(rune('0'+i%10))
		b.WriteString("  web" + name + ": { address: " + name + ".example:80 }\n")
	}
	return b.String() + rest
}

// TestLaterBatchesAreWatchedForATenthOfTheCanaries: if nothing else is written.
func TestLaterBatchesAreWatchedForATenthOfTheCanaries(t *testing.T) {
	for written, want := range map[string]time.Duration{
		"watch: {}": time.Minute, "watch: { least: 30m }": 3 * time.Minute, "watch: { least: 0 }": 0,
		"watch: { then: 0 }": 0, "watch: { least: 20s, then: 5m }": 5 * time.Minute, "": time.Minute,
	} {
		text, err := os.ReadFile("testdata/good/everything.yaml")
		if err != nil {
			t.Fatal(err)
		}
		changed := strings.Replace(string(text), "watch: { least: 0, most: 1h30m, then: 90s, requests: 10 }", written, 1)
		s, err := fleet.Parse("noon.yaml", []byte(changed))
		if err != nil || s.Policy.Watch.Then != want {
			t.Errorf("%s: %s, want %s (%v)", written, s.Policy.Watch.Then, want, err)
		}
	}
}
