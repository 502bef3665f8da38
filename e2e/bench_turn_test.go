package e2e

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"noon/demo/customers"
)

// startTakes is how long the benchmarked shop takes until it serves: as a
// small application on a JVM, or a Ruby one.
const startTakes = 5 * time.Second

// BenchmarkTurn measures what noon adds to a server's upgrade. The floor is to
// restart the shop and wait until it serves; beside it, in the same run, the
// time per server of "noon deploy" behind HAProxy over SSH, with everything:
// stage, drain, install, restart, check, put back, settle. Customers come in,
// none of whom waits long for an answer: how long a drain lasts is theirs.
func BenchmarkTurn(b *testing.B) {
	w := newShop(b)
	w.build(size{servers: 4, haproxy: 1, ssh: true, rollout: "\n  keep: 1\n  watch: { least: 0, most: 60s }\n  promote: auto\n  drain: { before: ./ctl drain, wait: 20s, after: fail }\n"})
	w.edit("noon.yaml", "within: 5s", "within: 30s")
	w.artifact("v2", "slow-start="+startTakes.String())
	w.artifact("v3", "slow-start="+startTakes.String())
	w.deploy("v2")
	for b.Loop() {
		floor := w.floor(b)
		w.crowd = customers.Start(b.Context(), customers.Config{URL: "http://" + w.front, Gets: 4, Posts: 2, Rate: 30})
		began := time.Now()
		w.deploy("v3")
		turn := time.Since(began) / time.Duration(len(w.servers))
		if tally := w.home(); tally.Lost() > 0 {
			b.Fatalf("customers were lost: %s", tally)
		}
		b.ReportMetric(floor.Seconds(), "s-floor")
		b.ReportMetric(turn.Seconds(), "s-per-server")
		b.ReportMetric(turn.Seconds()/floor.Seconds(), "ratio")
		b.ReportMetric(0, "ns/op")
	}
}

// floor restarts every server in turn, without noon and without a balancer,
// and returns the mean time until it serves again.
func (w *webshop) floor(b *testing.B) time.Duration {
	b.Helper()
	began := time.Now()
	for _, s := range w.servers {
		if err := w.ctl("restart", s.Name); err != nil {
			b.Fatal(err)
		}
		w.await(s.Name+" serves", func() error {
			answer, err := http.Get("http://" + s.Address + "/healthz")
			if err != nil {
				return err
			}
			answer.Body.Close()
			if answer.StatusCode != http.StatusOK {
				return fmt.Errorf("%s", answer.Status)
			}
			return nil
		})
	}
	took := time.Since(began) / time.Duration(len(w.servers))
	w.awaitServing()
	return took
}

func (w *webshop) edit(file, old, replacement string) {
	w.t.Helper()
	path := filepath.Join(w.dir, file)
	text, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(text), old) {
		w.t.Fatalf("%s does not hold %q (%v)", file, old, err)
	}
	w.write(file, strings.ReplaceAll(string(text), old, replacement), 0o644)
}
