package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"noon/fleet"
	"noon/judge/monitors"
)

// scripted is a judge that says what the test wants at each tick.
type scripted struct {
	ticks   []monitors.Report
	looks   int
	at      time.Time
	reports map[fleet.Version]int
}

func (s *scripted) Observe(o monitors.Observation) { s.at = o.Time }

func (s *scripted) Report(v fleet.Version) monitors.Report {
	if s.reports == nil {
		s.reports = map[fleet.Version]int{}
	}
	r := s.ticks[min(s.reports[v], len(s.ticks)-1)]
	s.reports[v]++
	s.looks++
	return r
}

var upgradedAt = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// recorded is a trace of two servers with so many ticks; web1 is upgraded after
// two of them.
func recorded(ticks int) string {
	text := monitors.AppendWatch(nil, monitors.Watch{Service: "shop", Step: 5, Live: "v1", Servers: []string{"web1", "web2"}, Upgrades: []monitors.Upgrade{{Server: "web1", Version: "v2", Time: upgradedAt}}})
	for tick := range ticks {
		for i, server := range []string{"web1", "web2"} {
			// No two servers are asked at the very same moment.
			at := upgradedAt.Add(time.Duration(tick-2)*5*time.Second + time.Duration(i)*300*time.Millisecond)
			text = monitors.AppendObservation(text, monitors.Observation{Time: at, Server: server, Version: "v1", Counters: map[string]float64{"requests": float64(100 * tick)}})
		}
	}
	return string(text)
}

func errorsUp(evidence float64) monitors.Finding {
	return monitors.Finding{Series: "errors", Direction: monitors.Up, Ratio: 3.4, Expected: 12, Seen: 41, Evidence: evidence, Words: "Errors: 41 in 1,395 requests; this server's own history and 9 peers predict 12."}
}

func story() []monitors.Report {
	undecided := monitors.Report{Opinion: monitors.Undecided, Evidence: 0.7, Needed: 200, Requests: 120, Missing: []string{"8m20s more of watching"}}
	seen := undecided
	seen.Evidence, seen.Findings = 31, []monitors.Finding{errorsUp(31)}
	more := seen
	more.Evidence, more.Findings = 44.25, []monitors.Finding{errorsUp(44)}
	worse := monitors.Report{Opinion: monitors.Worse, Evidence: math.Inf(1), Needed: 200, Requests: 1395, Findings: []monitors.Finding{errorsUp(math.Inf(1))}, Charts: []monitors.Chart{failing()}, Notes: []string{"nothing is known of restarts \x1b[2Jyet"}}
	return []monitors.Report{undecided, undecided, seen, more, worse, worse}
}

func play(t *testing.T, text string, j judging) *replay {
	t.Helper()
	trace, w, err := monitors.OpenTrace(strings.NewReader(text), "watch.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	r := newReplay("watch.jsonl", w, j)
	if err := r.run(t.Context(), trace); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAReplayTellsEachChangeAndTheEnd(t *testing.T) {
	j := &scripted{ticks: story()}
	r := play(t, recorded(8), j)
	if j.looks != 8 {
		t.Errorf("the judge was asked %d times in 8 ticks", j.looks)
	}
	a := &app{}
	golden(t, "replay", a.replayText(r, true)+"\n")
	var out bytes.Buffer
	a.out = &out
	if err := a.replayJSON(r, false, false); err != nil {
		t.Fatal(err)
	}
	golden(t, "replay_json", out.String())
}

func TestAReplayWithoutChangesTellsTheEndOfEachVersion(t *testing.T) {
	text := strings.Replace(recorded(20), `"upgrades":[`, `"upgrades":[{"server":"web2","version":"v3","time":"2026-11-21T12:00:30Z"},{"server":"web2","version":"v1","time":"2026-11-21T11:00:30Z"},`, 1)
	r := play(t, text, &scripted{ticks: story()[:1]})
	if len(r.changes) != 2 || r.changes[0].Version != "v2" || r.changes[1].Version != "v3" || !r.changes[1].last {
		t.Errorf("%+v", r.changes)
	}
}

// replayFile runs the command on a file.
func replayFile(t *testing.T, text string, args ...string) (out string, err error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "watch.jsonl")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	a := &app{out: &b, err: &b}
	root := a.root()
	root.SetArgs(append([]string{"judge", "replay", path}, args...))
	err = root.ExecuteContext(t.Context())
	return b.String(), err
}

func TestNoVerdictIsToldOfABrokenTrace(t *testing.T) {
	for name, text := range map[string]string{
		"cut at the end": recorded(20) + `{"kind":"obser`,
		"empty":          "",
		"only the watch": strings.SplitAfter(recorded(1), "\n")[0],
		"no upgrade":     strings.Replace(recorded(3), `[{"server":"web1","version":"v2","time":"2026-11-21T12:00:00Z"}]`, `[]`, 1),
	} {
		out, err := replayFile(t, text, "--output", "json")
		if err == nil || out != "" || statusOf(err) != exitError || !strings.Contains(err.Error(), "watch.jsonl") {
			t.Errorf("%s: status %d, %q, %v", name, statusOf(err), out, err)
		}
	}
}

func TestAReplayPrintsLinesOfJSON(t *testing.T) {
	out, err := replayFile(t, recorded(20), "--output", "json", "--least", "1m", "--requests", "10", "--errors", "+0.5pt", "--latency", "1.25x", "--ignore", "memory")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out) {
		var got map[string]any
		if err := json.Unmarshal([]byte(line), &got); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"time", "version", "verdict", "evidence", "needed", "requests", "findings"} {
			if got[name] == nil {
				t.Errorf("no %s in %s", name, line)
			}
		}
	}
	if out == "" {
		t.Error("nothing was printed")
	}
}

func TestWrongWordsOfAReplayAreUsage(t *testing.T) {
	for _, args := range [][]string{{"--errors", "2%"}, {"--errors", "0.5x"}, {"--errors", "NaNx"}, {"--errors", "-1pt"}, {"--errors", "0.5pt"}, {"--errors", "1x"}, {"--errors", "0x9x"}, {"--errors", "1e2x"}, {"--errors", "+101pt"}, {"--latency", "+0.5pt"}, {"--latency", "20%"}, {"--latency", "fast"}, {"--least", "-1m"}, {"--requests", "many"}} {
		out, err := replayFile(t, recorded(3), args...)
		if statusOf(err) != exitUsage || out != "" {
			t.Errorf("%v: status %d, %v", args, statusOf(err), err)
		}
	}
	a := &app{}
	root := a.root()
	root.SetArgs([]string{"judge", "replay", "none.jsonl"})
	if err := root.Execute(); statusOf(err) != exitUsage || !strings.Contains(err.Error(), "open trace: open none.jsonl") {
		t.Error(err)
	}
	root = a.root()
	root.SetArgs([]string{"judge", "replay"})
	var usage *usageError
	if err := root.Execute(); !errors.As(err, &usage) {
		t.Error(err)
	}
}

func TestLimitsAreWrittenAsTheyAreRead(t *testing.T) {
	for text, want := range map[string]fleet.Limit{"2x": {Ratio: 2}, "1.25x": {Ratio: 1.25}, "+0.5pt": {Points: 0.5}} {
		var got fleet.Limit
		f := limitFlag{&got, true}
		if err := f.Set(text); err != nil || got != want || f.String() != text {
			t.Errorf("%s: %+v, %q, %v", text, got, f.String(), err)
		}
	}
}
