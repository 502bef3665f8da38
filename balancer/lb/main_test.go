package lb_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"noon/balancer/lb"
	"noon/balancer/lb/proxy"
	"noon/demo/shop"
	"noon/fleet"
	"noon/testbed"
)

// proxyConfig is the environment variable by which this test binary, started
// once more, knows that it is a load balancer.
const proxyConfig = "NOON_TEST_LB"

func TestMain(m *testing.M) {
	if config := os.Getenv(proxyConfig); config != "" {
		os.Exit(beProxy(config))
	}
	testbed.Main(m)
}

func beProxy(text string) int {
	var config proxy.Config
	err := json.Unmarshal([]byte(text), &config)
	if err == nil {
		ctx, end := context.WithCancel(context.Background())
		go func() {
			io.Copy(io.Discard, os.Stdin)
			end()
		}()
		err = proxy.Run(ctx, config, func() { fmt.Println("ready") })
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// process is a "noon lb" in a process of its own, which ends with the test.
type process struct {
	config  proxy.Config
	command *exec.Cmd
	stdin   io.WriteCloser
	stderr  *output
}

// output is what a process wrote, readable while it writes.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// configure returns a config in a folder of the test's own.
func configure(t testing.TB, servers ...fleet.Server) proxy.Config {
	t.Helper()
	folder, err := os.MkdirTemp("", "noon-lb")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	return proxy.Config{
		Listen: []string{testbed.Address(t)}, Servers: servers,
		Admin: filepath.Join(folder, "admin"), State: filepath.Join(folder, "state.json"),
		Health: proxy.Health{Path: "/healthz"},
	}
}

// launch starts a load balancer and waits until it is ready.
func launch(t testing.TB, config proxy.Config) *process {
	t.Helper()
	p := &process{config: config}
	t.Cleanup(func() {
		p.kill()
		if strings.Contains(p.stderr.String(), "DATA RACE") {
			t.Errorf("noon lb has a data race: %s", p.stderr)
		}
	})
	if err := p.start(); err != nil {
		t.Fatalf("start noon lb: %v: %s", err, p.stderr)
	}
	return p
}

// start starts the process and waits until it is ready or has ended.
func (p *process) start() error {
	config, err := json.Marshal(p.config)
	if err != nil {
		return err
	}
	p.stderr = &output{}
	p.command = exec.Command(os.Args[0])
	p.command.Env = append(os.Environ(), proxyConfig+"="+string(config))
	p.command.Stderr = p.stderr
	if p.stdin, err = p.command.StdinPipe(); err != nil {
		return err
	}
	stdout, err := p.command.StdoutPipe()
	if err != nil {
		return err
	}
	if err := p.command.Start(); err != nil {
		return err
	}
	if n, _ := stdout.Read(make([]byte, 16)); n == 0 {
		return p.command.Wait()
	}
	return nil
}

// kill ends the process with SIGKILL.
func (p *process) kill() {
	if p.command != nil && p.command.Process != nil {
		p.command.Process.Signal(syscall.SIGKILL)
		p.stdin.Close()
		p.command.Wait()
	}
	p.command = nil
}

// stop asks the process to end and waits until it has.
func (p *process) stop() error {
	p.stdin.Close()
	err := p.command.Wait()
	p.command = nil
	return err
}

func (p *process) url() string { return "http://" + p.config.Listen[0] }

func (p *process) driver() *lb.Driver { return lb.Socket(p.config.Admin) }

// shops starts n shops, web1 to webN.
func shops(t testing.TB, n int) ([]*testbed.Shop, []fleet.Server) {
	t.Helper()
	var all []*testbed.Shop
	var servers []fleet.Server
	for i := range n {
		name := fmt.Sprintf("web%d", i+1)
		s := testbed.StartShop(t, shop.Config{Server: name, Version: "v1"})
		all = append(all, s)
		servers = append(servers, fleet.Server{Name: name, Address: s.Config.Listen})
	}
	return all, servers
}

// standing reads how a server stands.
func standing(t testing.TB, d *lb.Driver, server string) fleet.Standing {
	t.Helper()
	pool, err := d.Observe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s, ok := pool.Of(server)
	if !ok {
		t.Fatalf("noon lb does not know %s", server)
	}
	return s
}

// until waits until the server stands as it is wanted.
func until(t testing.TB, d *lb.Driver, server, what string, wanted func(fleet.Standing) bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		s := standing(t, d, server)
		if wanted(s) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s is not %s after 30s: %+v", server, what, s)
		}
	}
}

func healthy(s fleet.Standing) bool   { return s.Health == fleet.Healthy }
func unhealthy(s fleet.Standing) bool { return s.Health == fleet.Unhealthy }
func drained(s fleet.Standing) bool   { return s.Rotation == fleet.Draining && s.InFlight.Zero() }

// move applies a change that must succeed.
func move(t testing.TB, d *lb.Driver, server string, from, to fleet.Rotation, weight int) {
	t.Helper()
	if err := d.Apply(t.Context(), fleet.Change{Server: server, Expect: from, Rotation: to, Weight: weight}); err != nil {
		t.Fatal(err)
	}
}

// unused is an address where nothing listens.
func unused(t testing.TB) fleet.Server {
	return fleet.Server{Name: "gone", Address: testbed.Address(t)}
}

// listening is a server of the test itself.
func listening(t testing.TB, name string) (net.Listener, fleet.Server) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l, fleet.Server{Name: name, Address: l.Addr().String()}
}
