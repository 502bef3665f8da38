package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"noon/demo/customers"
	"noon/rollout"
)

// BenchmarkPanic deploys a version that panics in 3 of 100 requests, at 20
// requests a second and server, over SSH: how many seconds after the first
// line of the first panic noon tells it, and begins to roll back. Of what the
// version did not answer itself no request may fail.
func BenchmarkPanic(b *testing.B) {
	w := newShop(b)
	w.build(size{servers: 4, haproxy: 1, machines: true, logs: true,
		rollout: "\n  keep: 3\n  watch: { least: 1m, most: 5m }\n  promote: auto\n  drain: { before: ./ctl drain, wait: 20s, after: fail }\n"})
	w.artifact("v3", "partly=3%")
	for b.Loop() {
		w.crowd = customers.Start(b.Context(), customers.Config{URL: "http://" + w.front, Gets: 3, Posts: 1, Rate: 20})
		time.Sleep(20 * time.Second) // a past to compare with
		events := w.deployEvents(b, "v3")
		tally := w.home()
		line := w.firstPanic(b, "web1")
		told, back := tellsPanic(events), first(events, rollout.RollbackStarted)
		if told.IsZero() || back.IsZero() {
			b.Fatalf("the panic of %s is told at %s, rolled back at %s", line, told, back)
		}
		b.ReportMetric(told.Sub(line).Seconds(), "s-until-told")
		b.ReportMetric(back.Sub(line).Seconds(), "s-until-rollback")
		b.ReportMetric(float64(tally.Lost()-badOf(tally, "v3")), "failed-by-noon")
		b.ReportMetric(float64(tally.Sent), "requests")
		b.ReportMetric(0, "ns/op")
	}
}

// deployEvents deploys a version and returns the events of its rollout.
func (w *webshop) deployEvents(b *testing.B, version string) (events []rollout.Event) {
	b.Helper()
	cmd := exec.Command(w.noon, "deploy", version, "--output", "json")
	cmd.Dir, cmd.Env = w.dir, append(os.Environ(), "HOME="+w.dir)
	out, _ := cmd.Output() // it ends with the status of a rollback
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		var e rollout.Event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			b.Fatal(err)
		}
		events = append(events, e)
	}
	return events
}

// tellsPanic is when a panic was told.
func tellsPanic(events []rollout.Event) time.Time {
	for _, e := range events {
		if e.Verdict == nil || e.Verdict.Logs == nil {
			continue
		}
		for _, f := range e.Verdict.Logs.Findings {
			if strings.HasPrefix(f.Template, "panic: ") {
				return e.Time
			}
		}
	}
	return time.Time{}
}

func first(events []rollout.Event, kind rollout.Kind) time.Time {
	for _, e := range events {
		if e.Kind == kind {
			return e.Time
		}
	}
	return time.Time{}
}

// firstPanic is when a server wrote its first panic: by the line before it.
func (w *webshop) firstPanic(b *testing.B, server string) (at time.Time) {
	b.Helper()
	text, err := os.ReadFile(filepath.Join(w.dir, "servers", server, "log"))
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "panic: ") {
			return at
		}
		if stamp, ok := strings.CutPrefix(line, "time="); ok {
			stamp, _, _ = strings.Cut(stamp, " ")
			if at, err = time.Parse(time.RFC3339Nano, stamp); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.Fatal("there was no panic")
	return at
}

func badOf(tally customers.Tally, version string) (bad int64) {
	for _, a := range tally.Answers {
		if a.Version == version {
			bad += a.Bad
		}
	}
	return bad
}
