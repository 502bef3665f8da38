package logs_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"noon/fleet"
	"noon/host"
	"noon/host/local"
	"noon/host/ssh"
	judged "noon/judge/logs"
	"noon/observe/logs"
	"noon/testbed"
)

// heard is a sink that keeps what it is told.
type heard struct {
	mu     sync.Mutex
	lines  []judged.Line
	count  map[string]int
	missed int64
	unsure int
	whys   []string
	silent string
	quiet  bool
	since  time.Time
	keep   int
	late   []time.Duration
}

func newHeard() *heard { return &heard{count: map[string]int{}, keep: 100_000, quiet: true} }

func (h *heard) Line(l judged.Line) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.lines) < h.keep {
		h.lines = append(h.lines, l)
	}
	h.count[l.Raw]++
	// What BenchmarkFollowing writes.
	if stamp, _, ok := strings.Cut(l.Raw, " was written"); ok {
		if n, err := strconv.ParseInt(stamp, 10, 64); err == nil {
			h.late = append(h.late, time.Since(time.Unix(0, n)))
		}
	}
}

func (h *heard) Missed(_ string, lines int64, why string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if lines < 0 {
		h.unsure++
	} else {
		h.missed += lines
	}
	h.whys = append(h.whys, why)
}

func (h *heard) Silent(_ string, since time.Time, why string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.silent, h.quiet, h.since = why, !since.IsZero(), since
}

func (h *heard) locked(f func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f()
}

// await waits until f holds.
func (h *heard) await(t *testing.T, what string, f func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		ok := false
		h.locked(func() { ok = f() })
		if ok {
			return
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	t.Fatalf("waited for %s: %d lines (%.300s), missed %d + %d unsure %q, silent %v %q", what, len(h.lines), fmt.Sprint(h.texts()), h.missed, h.unsure, h.whys, h.quiet, h.silent)
}

func (h *heard) texts() []string {
	var all []string
	for _, l := range h.lines {
		all = append(all, l.Raw)
	}
	return all
}

func (h *heard) awaitRead(t *testing.T) {
	t.Helper()
	h.await(t, "all to be read", func() bool { return !h.quiet })
}

// awaitLine waits for a line, once.
func (h *heard) awaitLine(t *testing.T, raw string) {
	t.Helper()
	h.await(t, raw, func() bool { return h.count[raw] > 0 })
}

// exactly asserts which lines there were, in whatever order, each once.
func (h *heard) exactly(t *testing.T, want ...string) {
	t.Helper()
	h.await(t, "the last line", func() bool { return len(h.lines) >= len(want) })
	time.Sleep(50 * time.Millisecond)
	h.mu.Lock()
	defer h.mu.Unlock()
	times := map[string]int{}
	for _, line := range want {
		times[line]--
	}
	for _, line := range h.texts() {
		times[line]++
	}
	var wrong []string
	for line, n := range times {
		if n != 0 {
			wrong = append(wrong, fmt.Sprintf("%q %+d", line, n))
		}
	}
	if len(wrong) > 0 {
		slices.Sort(wrong)
		t.Errorf("got %d lines, want %d; wrong are %d, %v; said %q", len(h.lines), len(want), len(wrong), append(wrong[:min(len(wrong), 3):min(len(wrong), 3)], wrong[max(0, len(wrong)-3):]...), h.whys)
	}
}

// place is a way to a machine: this one, or one over SSH.
type place struct {
	name string
	make func(t *testing.T) (host.Host, *testbed.SSHD)
}

var places = []place{
	{"here", func(*testing.T) (host.Host, *testbed.SSHD) { return local.New(), nil }},
	{"here with busybox", withBusybox},
	{"over SSH", overSSH},
}

// withBusybox is this machine with nothing but busybox, as Alpine has it.
func withBusybox(t *testing.T) (host.Host, *testbed.SSHD) {
	busybox := testbed.Need(t, "busybox")
	dir := t.TempDir()
	if out, err := exec.Command(busybox, "--install", "-s", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	t.Setenv("PATH", dir)
	return local.New(), nil
}

func overSSH(t *testing.T) (host.Host, *testbed.SSHD) { return overSSHWith(t) }

func overSSHWith(t *testing.T, lines ...string) (host.Host, *testbed.SSHD) {
	sshd := testbed.StartSSHD(t, t.TempDir(), lines...)
	h := hostOf(sshd)
	t.Cleanup(func() { h.Close() })
	return h, sshd
}

func hostOf(sshd *testbed.SSHD) *ssh.Host {
	return ssh.New(sshd.Name, ssh.Settings{Home: sshd.Home, User: "x", Configs: []string{filepath.Join(sshd.Home, ".ssh", "config")}})
}

// everywhere runs a test at all places; with -short only over SSH.
func everywhere(t *testing.T, test func(t *testing.T, h host.Host)) {
	for _, p := range places {
		if testing.Short() && p.name != "over SSH" {
			continue
		}
		t.Run(p.name, func(t *testing.T) {
			h, _ := p.make(t)
			test(t, h)
		})
	}
}

var web1 = fleet.Server{Name: "web1", Address: "127.0.0.1:80"}

// follow follows until the test ends, and asserts that it ends then.
func follow(t *testing.T, h host.Host, sources ...fleet.LogSource) *heard {
	t.Helper()
	to := newHeard()
	followTo(t, h, to, sources...)
	return to
}

func followTo(t *testing.T, h host.Host, to logs.Sink, sources ...fleet.LogSource) context.CancelFunc {
	t.Helper()
	return followServer(t, h, web1, to, sources...)
}

func followServer(t *testing.T, h host.Host, s fleet.Server, to logs.Sink, sources ...fleet.LogSource) context.CancelFunc {
	t.Helper()
	return followSince(t, h, s, time.Time{}, to, sources...)
}

func followSince(t *testing.T, h host.Host, s fleet.Server, since time.Time, to logs.Sink, sources ...fleet.LogSource) context.CancelFunc {
	t.Helper()
	f := logs.New(logs.Options{
		Sources: sources, Reach: func(fleet.Server) (host.Host, error) { return h, nil },
		Poll: 50 * time.Millisecond, Pause: 100 * time.Millisecond,
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		f.Follow(ctx, s, since, to)
	}()
	stop := sync.OnceFunc(func() { cancel(); <-ended })
	t.Cleanup(stop)
	return stop
}

func fileSource(pattern string) fleet.LogSource {
	return fleet.LogSource{File: pattern, History: 10 * time.Minute}
}

// add appends to a file.
func add(t *testing.T, file string, lines ...string) {
	t.Helper()
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(strings.Join(lines, "\n") + "\n"); err != nil {
		t.Fatal(err)
	}
}

func numbered(word string, from, to int) []string {
	var all []string
	for i := from; i < to; i++ {
		all = append(all, fmt.Sprintf("%s %06d", word, i))
	}
	return all
}
