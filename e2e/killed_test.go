package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"noon/rollout"
)

const (
	// kills is how often noon is killed, and eventsBetween the most events that
	// a run is given before; a rollout of 4 servers has some 70.
	kills         = 50
	eventsBetween = 14
	// stepsInto is the most time between an event and the kill: it reaches into
	// whatever the event began.
	stepsInto = 150 * time.Millisecond
)

// TestKilledAtFiftyMoments kills "noon deploy" over and over, by events and
// random delays, while customers order; started again each time, it finishes
// every rollout, no request fails, and no server is left out. NOON_SEED=n
// repeats the moments of one run.
func TestKilledAtFiftyMoments(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("NOON_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("NOON_SEED: %v", err)
		}
	}
	t.Logf("NOON_SEED=%d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	w := newShop(t)
	w.build(size{servers: 4, haproxy: 1, ssh: true})
	w.welcome(2)
	killed, rollouts, moments := 0, 0, map[string]int{}
	for killed < kills {
		rollouts++
		version := fmt.Sprintf("v%d", rollouts+1)
		w.artifact(version, "none")
		for finished := false; !finished; {
			after := 0 // never
			if killed < kills {
				after = 1 + random.IntN(eventsBetween)
			}
			var last rollout.Event
			last, finished = w.deployAndKill(version, after, time.Duration(random.Int64N(int64(stepsInto))))
			if !finished {
				killed++
				moments[momentOf(last)]++
			}
		}
		for _, s := range w.servers {
			if got, err := w.runs(s.Name); err != nil || !strings.Contains(got, version) {
				t.Fatalf("after rollout %d %s runs %s, not %s (%v)", rollouts, s.Name, got, version, err)
			}
			if err := w.stands(s.Name, "in"); err != nil {
				t.Fatalf("after rollout %d: %v", rollouts, err)
			}
		}
	}
	tally := w.home()
	t.Logf("killed %d times in %d rollouts; customers: %s", killed, rollouts, tally)
	for moment, n := range moments {
		t.Logf("  %2d x %s", n, moment)
	}
	if tally.Lost() > 0 || tally.Sent == 0 {
		t.Fatalf("customers were lost: %s", tally)
	}
}

func momentOf(e rollout.Event) string {
	return strings.TrimSpace(fmt.Sprintf("%s %s", e.Kind, e.Step))
}

// deployAndKill runs "noon deploy" and kills it after so many new events
// (0: never) and the delay, unless it ends before. It returns the last event that was seen.
func (w *webshop) deployAndKill(version string, after int, delay time.Duration) (last rollout.Event, finished bool) {
	w.t.Helper()
	cmd := exec.Command(w.noon, "deploy", version, "--output", "json")
	cmd.Dir, cmd.Env = w.dir, append(os.Environ(), "HOME="+w.dir)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		w.t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 16<<20)
	fresh := 0
	for lines.Scan() {
		last = rollout.Event{}
		if err := json.Unmarshal(lines.Bytes(), &last); err != nil {
			w.t.Fatalf("not an event: %s: %v", lines.Text(), err)
		}
		if last.Sequence <= w.sequence && version == w.version {
			continue
		}
		w.sequence, w.version = last.Sequence, version
		if fresh++; fresh == after {
			time.AfterFunc(delay, func() { _ = cmd.Process.Kill() }) // it may have ended
		}
	}
	err = cmd.Wait()
	switch {
	case err == nil:
		return last, true
	case cmd.ProcessState.ExitCode() == -1:
		return last, false
	}
	w.t.Fatalf("noon deploy %s: %v\n%s", version, err, stderr.String())
	return last, false
}
