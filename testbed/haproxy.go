package testbed

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"noon/fleet"
)

// HAProxy is a running HAProxy with the backend "shop", which ends with the
// test.
type HAProxy struct {
	// Socket is the path of its runtime API with level admin, TCP the same as
	// an address, Operator the path of one that may only read.
	Socket, TCP, Operator string
	// Front is where it listens: "127.0.0.1:8080".
	Front   string
	program string
	config  string
	process *exec.Cmd
	leaving []*exec.Cmd
	log     *bytes.Buffer
}

// HAProxyConfig says what differs from a good configuration.
type HAProxyConfig struct {
	// Backend holds more lines for the backend.
	Backend []string
	// ServerLine goes behind each server's name and address; by default
	// "check inter 100ms rise 2 fall 2 weight 100".
	ServerLine string
}

// StartHAProxy starts HAProxy in front of servers, under the names they have,
// and waits until it answers at its socket.
func StartHAProxy(t testing.TB, servers []fleet.Server, c HAProxyConfig) *HAProxy {
	t.Helper()
	// Not t.TempDir: the path of a unix socket has at most 107 characters, and
	// tests have long names.
	dir, err := os.MkdirTemp("", "noon-haproxy")
	if err != nil {
		t.Fatal(err)
	}
	h := &HAProxy{program: Need(t, "haproxy"), Front: Address(t), TCP: Address(t),
		Socket: filepath.Join(dir, "admin.sock"), Operator: filepath.Join(dir, "operator.sock"), config: filepath.Join(dir, "haproxy.cfg")}
	t.Cleanup(func() { os.RemoveAll(dir) })
	t.Cleanup(h.Kill)
	if err := os.WriteFile(h.config, []byte(h.text(servers, c)), 0o600); err != nil {
		t.Fatal(err)
	}
	h.Start(t)
	return h
}

func (h *HAProxy) text(servers []fleet.Server, c HAProxyConfig) string {
	if c.ServerLine == "" {
		c.ServerLine = "check inter 100ms rise 2 fall 2 weight 100"
	}
	lines := []string{
		"global",
		"  stats socket " + h.Socket + " mode 600 level admin expose-fd listeners",
		"  stats socket " + h.Operator + " mode 600 level operator",
		"  stats socket ipv4@" + h.TCP + " level admin",
		"defaults",
		"  mode http",
		"  timeout connect 2s",
		"  timeout check 2s",
		"  timeout client 60s",
		"  timeout server 60s",
		"frontend front",
		"  bind " + h.Front,
		"  default_backend shop",
		"backend shop",
		"  balance roundrobin",
		"  option httpchk GET /healthz",
	}
	for _, line := range c.Backend {
		lines = append(lines, "  "+line)
	}
	for _, server := range servers {
		lines = append(lines, "  server "+server.Name+" "+server.Address+" "+c.ServerLine)
	}
	return strings.Join(lines, "\n") + "\n"
}

// Start starts a HAProxy that was killed, and waits until it answers.
func (h *HAProxy) Start(t testing.TB) {
	t.Helper()
	h.launch(t, "-db", "-f", h.config)
	h.untilItAnswers(t)
}

func (h *HAProxy) launch(t testing.TB, arguments ...string) {
	t.Helper()
	h.log = &bytes.Buffer{}
	h.process = exec.Command(h.program, arguments...)
	h.process.Stdout, h.process.Stderr = h.log, h.log
	if err := h.process.Start(); err != nil {
		t.Fatal(err)
	}
}

func (h *HAProxy) untilItAnswers(t testing.TB) {
	t.Helper()
	want := fmt.Sprintf("Pid: %d\n", h.process.Process.Pid)
	for deadline := time.Now().Add(20 * time.Second); !strings.Contains(h.ask("show info"), want); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			h.Kill()
			t.Fatalf("HAProxy does not answer after 20s: %s", h.log)
		}
	}
}

// Tell gives it a command, as a person with socat would.
func (h *HAProxy) Tell(t testing.TB, command string) {
	t.Helper()
	if answer := strings.TrimSpace(h.ask(command)); answer != "" {
		t.Fatalf("HAProxy answered %q to %q", answer, command)
	}
}

// Status is how it treats a server: "UP", "DOWN", "DRAIN", "MAINT" ... , and ""
// when it does not answer.
func (h *HAProxy) Status(server string) string {
	for line := range strings.Lines(h.ask("show stat")) {
		if f := strings.Split(line, ","); len(f) > 17 && f[0] == "shop" && f[1] == server {
			return f[17]
		}
	}
	return ""
}

func (h *HAProxy) ask(command string) string {
	conn, err := net.DialTimeout("unix", h.Socket, time.Second)
	if err != nil {
		return ""
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(5 * time.Second))
	fmt.Fprintln(conn, command)
	var answer bytes.Buffer
	answer.ReadFrom(conn)
	return answer.String()
}

// Dial connects to its runtime API.
func (h *HAProxy) Dial(ctx context.Context) (net.Conn, error) {
	return (&net.Dialer{}).DialContext(ctx, "unix", h.Socket)
}

// Gone tells whether a process of this machine has ended.
func (h *HAProxy) Gone(_ context.Context, pid int) (bool, error) {
	return syscall.Kill(pid, 0) == syscall.ESRCH, nil
}

// Kill ends all its processes at once and waits for their end. It may be
// called again.
func (h *HAProxy) Kill() {
	for _, process := range append(h.leaving, h.process) {
		if process != nil && process.Process != nil {
			process.Process.Kill()
			process.Wait()
		}
	}
	h.leaving, h.process = nil, nil
}

// Reload starts a new process, which takes the listening sockets over from
// the present one; that one finishes its requests and ends.
func (h *HAProxy) Reload(t testing.TB) {
	t.Helper()
	earlier := h.process
	h.leaving = append(h.leaving, earlier)
	h.launch(t, "-db", "-f", h.config, "-x", h.Socket, "-sf", fmt.Sprint(earlier.Process.Pid))
	h.untilItAnswers(t)
}

// UntilEarlierEnd waits for the processes that were there before a reload.
func (h *HAProxy) UntilEarlierEnd() {
	for _, process := range h.leaving {
		process.Wait()
	}
	h.leaving = nil
}
