package logs_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"noon/fleet"
	"noon/host"
	judged "noon/judge/logs"
	"noon/observe/logs"
)

// byServer keeps what is heard of each server.
type byServer struct {
	mu      sync.Mutex
	servers map[string]*heard
}

func (b *byServer) of(server string) *heard {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.servers == nil {
		b.servers = map[string]*heard{}
	}
	if b.servers[server] == nil {
		b.servers[server] = newHeard()
	}
	return b.servers[server]
}

func (b *byServer) Line(l judged.Line)                       { b.of(l.Server).Line(l) }
func (b *byServer) Missed(s string, n int64, why string)     { b.of(s).Missed(s, n, why) }
func (b *byServer) Silent(s string, t time.Time, why string) { b.of(s).Silent(s, t, why) }

func TestServersOfOneMachineShareItsSession(t *testing.T) {
	h, _ := overSSHWith(t, "MaxSessions 2")
	dir := t.TempDir()
	var servers []fleet.Server
	for i := range 6 {
		name := fmt.Sprintf("web%d", i)
		servers = append(servers, fleet.Server{Name: name, Address: name + ":80"})
		add(t, filepath.Join(dir, name+".log"), "of "+name)
	}
	f := logs.New(logs.Options{
		Sources: []fleet.LogSource{fileSource(filepath.Join(dir, "{server}.log")), commandSource("echo command of {server}; exec sleep 1000")},
		Reach:   func(fleet.Server) (host.Host, error) { return h, nil },
		Poll:    50 * time.Millisecond, Pause: 100 * time.Millisecond,
	})
	ctx, cancel := context.WithCancel(t.Context())
	to := &byServer{}
	var all sync.WaitGroup
	for i, s := range servers {
		all.Go(func() { f.Follow(ctx, s, time.Time{}, to) })
		if i == 2 { // the session is shared by those that come later, too
			to.of(s.Name).awaitRead(t)
		}
	}
	for _, s := range servers {
		to.of(s.Name).awaitRead(t)
		to.of(s.Name).exactly(t, "of "+s.Name, "command of "+s.Name)
	}
	if result, err := h.Run(ctx, host.Command{Line: "echo beside"}); err != nil || string(result.Stdout) != "beside\n" {
		t.Error(result, err)
	}
	cancel()
	all.Wait()
}

func TestAServerThatLeavesDoesNotEndTheOthers(t *testing.T) {
	h, _ := places[0].make(t)
	dir := t.TempDir()
	f := logs.New(logs.Options{
		Sources: []fleet.LogSource{fileSource(filepath.Join(dir, "{server}.log"))},
		Reach:   func(fleet.Server) (host.Host, error) { return h, nil }, Poll: 20 * time.Millisecond,
	})
	to := &byServer{}
	var all sync.WaitGroup
	ends := map[string]context.CancelFunc{}
	for _, name := range []string{"web1", "web2"} {
		add(t, filepath.Join(dir, name+".log"), "start of "+name)
		ctx, cancel := context.WithCancel(t.Context())
		ends[name] = cancel
		all.Go(func() { f.Follow(ctx, fleet.Server{Name: name}, time.Time{}, to) })
	}
	to.of("web1").awaitRead(t)
	to.of("web2").awaitRead(t)
	ends["web1"]()
	add(t, filepath.Join(dir, "web2.log"), "after web1")
	to.of("web2").awaitLine(t, "after web1")
	ends["web2"]()
	all.Wait()
}

// The last line of a log may be followed by a stack trace: until that is known
// it waits.
func TestWhatWaitsIsGivenOutAtTheEnd(t *testing.T) {
	h, _ := places[0].make(t)
	dir := t.TempDir()
	to := &byServer{}
	f := logs.New(logs.Options{
		Sources: []fleet.LogSource{fileSource(filepath.Join(dir, "{server}.log"))},
		Reach:   func(fleet.Server) (host.Host, error) { return h, nil }, Poll: 20 * time.Millisecond,
	})
	names := []string{"web1", "web2"}
	var ends []func()
	for _, name := range names {
		add(t, filepath.Join(dir, name+".log"), "start of "+name)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			f.Follow(ctx, fleet.Server{Name: name}, time.Time{}, to)
		}()
		ends = append(ends, func() { cancel(); <-ended })
	}
	for i, name := range names {
		heard := to.of(name)
		heard.awaitRead(t)
		add(t, filepath.Join(dir, name+".log"), "ERROR the last but one", "ERROR the last one")
		heard.awaitLine(t, "ERROR the last but one")
		ends[i]() // while the other is followed, and as the last of the machine
		heard.exactly(t, "start of "+name, "ERROR the last but one", "ERROR the last one")
	}
}

func TestTheClockOfAServerIsPutRight(t *testing.T) {
	for name, off := range map[string]struct {
		shift string
		d     time.Duration
	}{"ahead": {"+7 minutes", 7 * time.Minute}, "behind": {"-3 minutes", -3 * time.Minute}} {
		t.Run(name, func(t *testing.T) {
			bin, dir := t.TempDir(), t.TempDir()
			script := "#!/bin/sh\nexec /bin/date -d '" + off.shift + "' \"$@\"\n"
			if err := os.WriteFile(filepath.Join(bin, "date"), []byte(script), 0o755); err != nil {
				t.Fatal(err)
			}
			t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
			h, _ := places[0].make(t)
			file := filepath.Join(dir, "app.log")
			stamp := func(at time.Time) string { return at.Add(off.d).UTC().Format("2006-01-02T15:04:05.000Z") }
			now := time.Now()
			add(t, file, stamp(now.Add(-time.Minute))+" past")
			to := follow(t, h, fileSource(file))
			to.awaitRead(t)
			add(t, file, stamp(time.Now())+" live", "without a stamp")
			to.await(t, "three lines", func() bool { return len(to.lines) == 3 })
			for i, want := range []time.Time{now.Add(-time.Minute), now, now} {
				if d := to.lines[i].Time.Sub(want).Abs(); d > 2*time.Second {
					t.Errorf("%q has a time that is %s off", to.lines[i].Raw, d)
				}
			}
		})
	}
}

// A program may write stamps of another zone than the machine has.
func TestAStampThatCannotBeIsNotBelieved(t *testing.T) {
	h, _ := places[0].make(t)
	file := filepath.Join(t.TempDir(), "app.log")
	add(t, file, "start")
	to := follow(t, h, fileSource(file))
	to.awaitRead(t)
	for _, zone := range []time.Duration{-5 * time.Hour, 2 * time.Hour} {
		add(t, file, time.Now().UTC().Add(zone).Format("2006-01-02 15:04:05.000")+" INFO of another zone")
	}
	to.await(t, "the lines", func() bool { return len(to.lines) == 3 })
	for _, l := range to.lines[1:] {
		if d := time.Since(l.Time).Abs(); d > 5*time.Second {
			t.Errorf("%q has a time that is %s off", l.Raw, d)
		}
	}
}

func TestOldLinesAreLeftOut(t *testing.T) {
	h, _ := places[0].make(t)
	file := filepath.Join(t.TempDir(), "app.log")
	old := time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)
	add(t, file, old+" an hour ago", time.Now().UTC().Format(time.RFC3339)+" now")
	to := follow(t, h, fileSource(file))
	to.awaitRead(t)
	to.await(t, "a line", func() bool { return len(to.lines) > 0 })
	if len(to.lines) != 1 || !strings.Contains(to.lines[0].Raw, "now") {
		t.Errorf("%q", to.texts())
	}
}

func TestLiveServersAreChosenAtRandomButAlwaysTheSame(t *testing.T) {
	var all []fleet.Server
	for i := range 40 {
		all = append(all, fleet.Server{Name: fmt.Sprint("web", i)})
	}
	one, same, other := logs.Chosen(all, logs.LiveMost, 1), logs.Chosen(all, logs.LiveMost, 1), logs.Chosen(all, logs.LiveMost, 2)
	if len(one) != 12 || !slices.Equal(one, same) || slices.Equal(one, other) {
		t.Errorf("%v %v %v", one, same, other)
	}
	if few := logs.Chosen(all[:3], logs.LiveMost, 1); !slices.Equal(few, all[:3]) {
		t.Errorf("%v", few)
	}
}
