package e2e

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	_ "embed"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"noon/demo/customers"
	"noon/fleet"
	"noon/host"
	"noon/host/hosts"
	"noon/host/ssh"
	"noon/release"
	"noon/testbed"
)

// webshop is a shop of several servers with all that is around it. Its folder
// holds noon.yaml, dist with the artifacts, servers/NAME with what is on each.
type webshop struct {
	t   testing.TB
	dir string
	// noon is the program that is under test.
	noon    string
	servers []fleet.Server
	haproxy []*testbed.HAProxy
	lb      *embedded
	sshd    *testbed.SSHD
	// machines are the SSH servers of servers that have one each, by name.
	machines map[string]*testbed.SSHD
	front    string
	crowd    *customers.Crowd
	// pace is how long pages take, "" for no time at all.
	pace string
	// version and sequence are of the last event that deployAndKill saw.
	version  string
	sequence int64
}

// newShop returns a webshop with a folder, which ends with the test.
func newShop(t testing.TB) *webshop {
	w := &webshop{t: t}
	w.open()
	return w
}

func (w *webshop) open() {
	w.t.Helper()
	var err error
	if w.noon, err = exec.LookPath("noon"); err != nil {
		w.t.Fatal(err)
	}
	// Not t.TempDir: the path of a unix socket has at most 107 characters.
	if w.dir, err = os.MkdirTemp("", "noon-e2e"); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { os.RemoveAll(w.dir) })
}

// size says what a webshop is made of.
type size struct {
	servers, haproxy int
	// lb: the embedded load balancer, not HAProxy.
	lb bool
	// ssh: the servers and HAProxy are reached over SSH, not as this machine;
	// machines: each server is, over one of its own.
	ssh, machines bool
	// logs: noon reads the shop's logs; journald: from the journals of the
	// machines.
	logs, journald bool
	// monitors is that section of noon.yaml, indented; without, nothing is
	// measured, so that a rollout needs no customers.
	monitors string
	// rollout is the rollout section of noon.yaml, indented.
	rollout string
}

//go:embed testdata/ctl.sh
var ctl string

const quick = `
  keep: 1
  watch: { least: 500ms, most: 60s }
  promote: auto
  drain: { before: ./ctl drain, wait: 20s, after: fail }
`

const check = `
  url: "http://{address}/healthz"
  version: "http://{address}/version"
  started: "http://{address}/version"
  times: 2
  every: 50ms
  within: 5s
`

// build starts everything, with version v1 on every server.
func (w *webshop) build(s size) {
	w.t.Helper()
	w.t.Cleanup(w.end)
	if s.ssh {
		w.sshd = testbed.StartSSHD(w.t, w.dir)
	}
	for i := range s.servers {
		server := fleet.Server{Name: fmt.Sprintf("web%d", i+1), Address: testbed.Address(w.t)}
		switch {
		case s.ssh:
			server.Host = w.sshd.Name
		case s.machines:
			server.Host = w.machine(server.Name, s.journald)
		}
		w.servers = append(w.servers, server)
	}
	w.write("ctl", ctl, 0o755)
	w.artifact("v1", "none")
	switch {
	case s.lb:
		w.lb = startEmbedded(w.t, w.noon, w.dir, w.servers)
	default:
		w.startHAProxy(s.haproxy)
	}
	w.configure(s)
	w.first()
	w.awaitServing()
}

// machine starts the SSH server of a server, and returns its host. What the
// server writes goes into the machine's journal, where it has one.
func (w *webshop) machine(server string, journald bool) string {
	if w.machines == nil {
		w.machines = map[string]*testbed.SSHD{}
	}
	var settings []string
	if journald {
		journal := testbed.StartJournal(w.t)
		settings = append(settings, "SetEnv SHLVL=2 PATH="+journal.Path)
		w.journal(filepath.Join(w.dir, "servers", server, "log"), journal)
	}
	w.machines[server] = testbed.StartSSHD(w.t, w.dir, settings...)
	return w.machines[server].Name
}

func (w *webshop) startHAProxy(n int) {
	for range n {
		w.haproxy = append(w.haproxy, testbed.StartHAProxy(w.t, w.servers, testbed.HAProxyConfig{}))
	}
}

func (w *webshop) configure(s size) {
	w.t.Helper()
	var y strings.Builder
	fmt.Fprintln(&y, "service: shop\nservers:")
	for _, server := range w.servers {
		if server.Host != "" {
			fmt.Fprintf(&y, "  %s: { host: %q, address: %q }\n", server.Name, server.Host, server.Address)
		} else {
			fmt.Fprintf(&y, "  %s: { address: %q }\n", server.Name, server.Address)
		}
	}
	fmt.Fprintf(&y, "balancer:\n  %s\n", w.balancer())
	fmt.Fprintf(&y, "release:\n  directories: { root: %q, artifact: \"dist/shop-{version}.tar.gz\", keep: 3 }\n", filepath.Join(w.dir, "servers", "{server}"))
	if s.ssh || s.machines {
		fmt.Fprintf(&y, "  restart: cd %q && ./ctl restart\n", w.dir)
	} else {
		fmt.Fprintln(&y, "  run: here\n  restart: ./ctl restart")
	}
	rollout := quick
	if s.rollout != "" {
		rollout = s.rollout
	}
	if s.ssh || s.machines {
		rollout = strings.ReplaceAll(rollout, "./ctl", fmt.Sprintf("cd %s && ./ctl", w.dir))
	}
	switch {
	case s.journald:
		fmt.Fprintln(&y, "logs: { journald: shop }")
	case s.logs:
		fmt.Fprintf(&y, "logs: { file: %q }\n", filepath.Join(w.dir, "servers", "{server}", "log"))
	}
	monitors := "  ignore: [ \"*\" ]\n"
	if s.monitors != "" {
		monitors = s.monitors
	}
	fmt.Fprintf(&y, "monitors:\n%s\ncheck:%srollout:%s", monitors, check, rollout)
	w.write("noon.yaml", y.String(), 0o644)
}

// balancer is that line of noon.yaml; it sets where customers go.
func (w *webshop) balancer() string {
	if w.lb != nil {
		w.front = w.lb.front
		return "lb: { socket: " + w.lb.socket + " }"
	}
	var sockets []string
	for _, h := range w.haproxy {
		socket := h.Socket
		if w.sshd != nil {
			socket = w.sshd.Name + ":" + h.Socket
		}
		sockets = append(sockets, fmt.Sprintf("%q", socket))
	}
	w.front = w.haproxy[0].Front
	return "haproxy: { backend: shop, sockets: [" + strings.Join(sockets, ", ") + "] }"
}

// artifact packs a version of the shop, with what is wrong with it.
func (w *webshop) artifact(version, fault string) {
	w.t.Helper()
	script := fmt.Sprintf("#!/bin/sh\nexec '%s' demo shop --listen \"$NOON_ADDRESS\" --server \"$NOON_SERVER\" --shop-version %s --fault %s%s\n", w.noon, version, fault, w.pace)
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	archive := tar.NewWriter(zip)
	err := archive.WriteHeader(&tar.Header{Name: "run", Mode: 0o755, Size: int64(len(script))})
	if err == nil {
		_, err = archive.Write([]byte(script))
	}
	if err == nil {
		err = archive.Close()
	}
	if err == nil {
		err = zip.Close()
	}
	if err != nil {
		w.t.Fatal(err)
	}
	w.write("dist/shop-"+version+".tar.gz", packed.String(), 0o644)
}

func (w *webshop) write(name, text string, mode os.FileMode) {
	w.t.Helper()
	path := filepath.Join(w.dir, name)
	err := os.MkdirAll(filepath.Dir(path), 0o755)
	if err == nil {
		err = os.WriteFile(path, []byte(text), mode)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// first brings v1 to every server and starts it.
func (w *webshop) first() {
	w.t.Helper()
	service, err := fleet.Read(filepath.Join(w.dir, "noon.yaml"))
	if err != nil {
		w.t.Fatal(err)
	}
	machines := hosts.New(ssh.Settings{})
	defer machines.Close()
	service.Release.Here, service.Release.Restart = true, "./ctl restart"
	r := release.New(service.Release, service.Dir, func(fleet.Server) (host.Host, error) { return machines.Reach("") })
	for _, s := range w.servers {
		s.Host = ""
		for _, step := range []func(context.Context, fleet.Server, fleet.Version) error{r.Stage, r.Install, r.Start} {
			if err := step(w.t.Context(), s, "v1"); err != nil {
				w.t.Fatal(err)
			}
		}
	}
}

// awaitServing waits until every load balancer sends requests to all servers.
func (w *webshop) awaitServing() {
	w.t.Helper()
	w.await("all servers serve", func() error {
		for _, s := range w.servers {
			if err := w.stands(s.Name, "in"); err != nil {
				return err
			}
		}
		return nil
	})
}

// await waits until a condition holds; the test fails if it does not come to
// hold.
func (w *webshop) await(what string, condition func() error) {
	w.t.Helper()
	if err := eventually(condition); err != nil {
		w.t.Fatalf("%s: %v", what, err)
	}
}

// eventually waits until a condition holds, and returns what kept it from that
// after a minute.
func eventually(condition func() error) error {
	deadline := time.Now().Add(time.Minute)
	for {
		err := condition()
		if err == nil || time.Now().After(deadline) {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// stands tells how every load balancer says that it treats a server: "in" or
// "out".
func (w *webshop) stands(server, want string) error {
	if w.lb != nil {
		return w.lb.stands(server, want)
	}
	for i, h := range w.haproxy {
		status := h.Status(server)
		in := status == "UP"
		out := status == "DRAIN" || strings.HasPrefix(status, "MAINT")
		if want == "in" && !in || want == "out" && !out {
			return fmt.Errorf("HAProxy %d says that %s is %s, not %s", i+1, server, status, want)
		}
	}
	return nil
}

// runs returns the version that a server reports.
func (w *webshop) runs(server string) (string, error) {
	for _, s := range w.servers {
		if s.Name != server {
			continue
		}
		client := http.Client{Timeout: 5 * time.Second}
		answer, err := client.Get("http://" + s.Address + "/version")
		if err != nil {
			return "", err
		}
		defer answer.Body.Close()
		var text bytes.Buffer
		_, err = text.ReadFrom(answer.Body)
		return text.String(), err
	}
	return "", fmt.Errorf("there is no server %s", server)
}

// deploy deploys a version, which must go well.
func (w *webshop) deploy(version string) {
	w.t.Helper()
	cmd := exec.Command(w.noon, "deploy", version)
	cmd.Dir, cmd.Env = w.dir, append(os.Environ(), "HOME="+w.dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		w.t.Fatalf("noon deploy %s: %v\n%s", version, err, out)
	}
}

// ctl runs ctl on every server or on one.
func (w *webshop) ctl(verb, server string) error {
	cmd := exec.Command("./ctl", verb)
	cmd.Dir, cmd.Env = w.dir, append(os.Environ(), "NOON_SERVER="+server, "NOON_ADDRESS="+w.address(server))
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("ctl %s on %s: %w: %s", verb, server, err, out)
	}
	return nil
}

func (w *webshop) address(server string) string {
	for _, s := range w.servers {
		if s.Name == server {
			return s.Address
		}
	}
	return ""
}

func (w *webshop) end() {
	if w.crowd != nil {
		w.crowd.Stop()
	}
	for _, s := range w.servers {
		if err := w.ctl("kill", s.Name); err != nil {
			w.t.Error(err)
		}
	}
}

// welcome sends customers, who keep so many websockets open.
func (w *webshop) welcome(sockets int) {
	w.crowd = customers.Start(context.Background(), customers.Config{
		URL: "http://" + w.front, Gets: 4, Posts: 2, Slow: 1, SlowLeast: time.Second, SlowMost: 2 * time.Second, Sockets: sockets, Rate: 30,
	})
}

// steady sends customers with so many requests a second of all together, a tenth
// of them for the cart and another an order.
func (w *webshop) steady(rate float64) {
	w.crowd = customers.Start(context.Background(), customers.Config{
		URL: "http://" + w.front, Gets: 36, Posts: 4, Together: rate, Mix: map[string]float64{"/": 9, "/cart": 1}, Sockets: 1,
	})
}

// home waits until all customers have left, and returns their count.
func (w *webshop) home() customers.Tally {
	tally := w.crowd.Stop()
	w.crowd = nil
	return tally
}
