package e2e

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"noon/balancer/lb"
	"noon/fleet"
	"noon/testbed"
)

// embedded is a "noon lb", a process of its own, which ends with the test.
type embedded struct {
	program       string
	args          []string
	front, socket string
	process       *exec.Cmd
	log           *bytes.Buffer
}

// startEmbedded starts a "noon lb" in front of servers, which keeps its state
// in dir.
func startEmbedded(t testing.TB, program, dir string, servers []fleet.Server) *embedded {
	t.Helper()
	e := &embedded{program: program, front: testbed.Address(t), socket: filepath.Join(dir, "lb.sock")}
	e.args = []string{"lb", "--listen", e.front, "--admin", e.socket, "--lb-state", filepath.Join(dir, "lb.json"), "--health", "/healthz", "--health-interval", "100ms"}
	for _, s := range servers {
		e.args = append(e.args, "--server", s.Name+"="+s.Address)
	}
	t.Cleanup(e.kill)
	e.start(t)
	return e
}

// start starts it, anew after kill, and waits until it answers.
func (e *embedded) start(t testing.TB) {
	t.Helper()
	e.log = &bytes.Buffer{}
	e.process = exec.Command(e.program, e.args...)
	e.process.Stdout, e.process.Stderr = e.log, e.log
	if err := e.process.Start(); err != nil {
		t.Fatal(err)
	}
	err := eventually(func() error { _, err := e.observe(); return err })
	if err != nil {
		e.kill()
		t.Fatalf("noon lb does not answer: %v\n%s", err, e.log)
	}
}

// kill ends it without a chance to tidy up, and waits for its end.
func (e *embedded) kill() {
	if e.process != nil {
		e.process.Process.Kill()
		e.process.Wait()
	}
	e.process = nil
}

func (e *embedded) observe() (fleet.Pool, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return lb.Socket(e.socket).Observe(ctx)
}

func (e *embedded) stands(server, want string) error {
	pool, err := e.observe()
	if err != nil {
		return err
	}
	standing, _ := pool.Of(server)
	in, out := standing.Serving(), standing.Rotation == fleet.Draining || standing.Rotation == fleet.Out
	if want == "in" && !in || want == "out" && !out {
		return fmt.Errorf("noon lb says that %s is %s and %s, not %s", server, standing.Rotation.Words(), standing.Health, want)
	}
	return nil
}
