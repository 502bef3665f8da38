package receipt_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"noon/fleet"
	"noon/judge"
	"noon/plan"
	"noon/receipt"
	"noon/rollout"
)

var update = flag.Bool("update", false, "write the golden receipts anew")

// script writes events down, a second apart.
type script struct{ events []rollout.Event }

func began(servers ...string) *script {
	p := plan.Plan{Service: "shop", Version: "v2", Canaries: 1, Policy: fleet.Policy{Keep: 1}}
	for _, name := range servers {
		server := fleet.Server{Name: name}
		p.Servers = append(p.Servers, server)
		p.Batches = append(p.Batches, plan.Batch{Turns: []plan.Turn{{Server: server, From: "v1", To: "v2"}}})
	}
	p.Left = []plan.Left{{Server: fleet.Server{Name: "web9"}, Why: "runs v2 already"}}
	s := &script{}
	s.add(rollout.Event{Kind: rollout.RolloutStarted, By: "ana@laptop", Why: "ticket 1", Plan: &p})
	return s.add(rollout.Event{Kind: rollout.ControllerStarted, By: "ana@laptop"})
}

func (s *script) add(e rollout.Event) *script {
	e.Sequence = int64(len(s.events) + 1)
	e.Time = time.Date(2026, 11, 21, 12, 0, len(s.events), 0, time.Local)
	if e.By == "" {
		e.By = rollout.Noon
	}
	s.events = append(s.events, e)
	return s
}

// step begins a step and ends it.
func (s *script) step(turn int, course rollout.Course, step rollout.Step, seen rollout.Seen) *script {
	at := rollout.Event{Turn: turn, Server: "web" + string(rune('1'+turn)), Course: course, Step: step}
	e := at
	e.Kind = rollout.StepBegan
	s.add(e)
	e = at
	e.Kind, e.Seen = rollout.StepDone, &seen
	return s.add(e)
}

func (s *script) fails(turn int, course rollout.Course, step rollout.Step, why string) *script {
	at := rollout.Event{Kind: rollout.StepBegan, Turn: turn, Server: "web" + string(rune('1'+turn)), Course: course, Step: step}
	s.add(at)
	at.Kind, at.Why = rollout.StepFailed, why
	return s.add(at)
}

func (s *script) turn(turn int, course rollout.Course, cut fleet.Count) *script {
	s.step(turn, course, rollout.TakeOut, rollout.Seen{Words: "3 in flight, 0 after 2s", Cut: &cut})
	s.step(turn, course, rollout.Stop, rollout.Seen{})
	if course == rollout.Back {
		s.step(turn, course, rollout.Restore, rollout.Seen{Version: "v1"})
	} else {
		s.step(turn, course, rollout.Install, rollout.Seen{Version: "v2"})
	}
	s.step(turn, course, rollout.Start, rollout.Seen{})
	s.step(turn, course, rollout.Check, rollout.Seen{Words: "GET /healthz: 200"})
	s.step(turn, course, rollout.PutBack, rollout.Seen{Words: "in rotation"})
	return s.step(turn, course, rollout.Settle, rollout.Seen{Words: "in rotation and well"})
}

func scripts() map[string]*script {
	none := fleet.Known(0, "api")
	return map[string]*script{
		"judged": judged(),
		"good": began("web1", "web2").
			step(0, rollout.Forward, rollout.Stage, rollout.Seen{Words: "on the server's disk"}).turn(0, rollout.Forward, none).
			add(rollout.Event{Kind: rollout.WatchStarted}).
			add(rollout.Event{Kind: rollout.Promoted, By: "ben@desk", Why: "looks good"}).
			step(1, rollout.Forward, rollout.Stage, rollout.Seen{}).turn(1, rollout.Forward, none).
			add(rollout.Event{Kind: rollout.RolloutFinished, Outcome: rollout.Succeeded}),
		"rolled_back": began("web1", "web2", "web3").
			step(0, rollout.Forward, rollout.Stage, rollout.Seen{}).turn(0, rollout.Forward, fleet.Known(2, "api")).
			add(rollout.Event{Kind: rollout.WatchStarted}).
			add(rollout.Event{Kind: rollout.RollbackStarted, Why: "web1: its health check fails: 503 \x1b[2Jill\u202e"}).
			add(rollout.Event{Kind: rollout.TurnReversed, Turn: 0, Server: "web1", Course: rollout.Back, Why: "its health check fails"}).
			turn(0, rollout.Back, none).
			add(rollout.Event{Kind: rollout.RolloutFinished, Outcome: rollout.WentBack, Why: "web1: its health check fails"}),
		"two_versions": twoVersions(),
		"crashed_and_left_out": began("web1", "web2").
			step(0, rollout.Forward, rollout.TakeOut, rollout.Seen{Cut: &fleet.Count{}}).
			add(rollout.Event{Kind: rollout.StepBegan, Turn: 0, Server: "web1", Course: rollout.Forward, Step: rollout.Stop}).
			add(rollout.Event{Kind: rollout.ControllerStarted, By: "ben@desk"}).
			fails(0, rollout.Forward, rollout.Stop, "web1 does not answer").
			add(rollout.Event{Kind: rollout.Held, Why: "web1: stop: web1 does not answer"}).
			add(rollout.Event{Kind: rollout.Aborted, By: "ben@desk"}).
			add(rollout.Event{Kind: rollout.RolloutFinished, Outcome: rollout.Ended, Out: []string{"web1"}}),
	}
}

// twoVersions tries v2 and v3: v3 is out, and v2 is chosen.
func twoVersions() *script {
	none, s := fleet.Known(0, "api"), began("web1", "web2", "web3")
	p := s.events[0].Plan
	p.Version, p.Versions, p.Canaries = "", fleet.Versions{"v2", "v3"}, 2
	p.Batches[1].Turns[0].To, p.Batches[2].Turns[0].To = "v3", ""
	ill := []judge.Finding{{Server: "web2", Words: "its health check fails: 503"}}
	verdict := judge.Verdict{Opinion: judge.Undecided, Findings: ill, Versions: []judge.VersionVerdict{
		{Version: "v2", Opinion: judge.Healthy, Servers: []string{"web1"}, Requests: fleet.Known(812, "api")},
		{Version: "v3", Opinion: judge.Worse, Servers: []string{"web2"}, Findings: ill},
	}}
	forward := func(i int) { s.step(i, rollout.Forward, rollout.Stage, rollout.Seen{}).turn(i, rollout.Forward, none) }
	forward(0)
	forward(1)
	s.add(rollout.Event{Kind: rollout.WatchStarted}).
		add(rollout.Event{Kind: rollout.VerdictReached, Verdict: &verdict}).
		add(rollout.Event{Kind: rollout.VersionRuledOut, Version: "v3", Why: "web2: its health check fails: 503"}).
		add(rollout.Event{Kind: rollout.TurnReversed, Turn: 1, Server: "web2", Course: rollout.Back, Why: "v3 is out"}).
		turn(1, rollout.Back, none).
		add(rollout.Event{Kind: rollout.Promoted, By: "ben@desk", Version: "v2"})
	forward(1)
	forward(2)
	return s.add(rollout.Event{Kind: rollout.RolloutFinished, Outcome: rollout.Succeeded})
}

func TestThePageShowsVersionsSideBySide(t *testing.T) {
	var page bytes.Buffer
	if err := receipt.Make(7, twoVersions().events).HTML(&page); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"v2 (of v2, v3)", "<td>v2</td><td>web1</td><td>yes</td><td>chosen; it was fit after 812 requests</td>",
		"<td>v3</td><td>web2</td><td></td><td class=\"bad\">out: web2: its health check fails: 503</td>", "ruled out v3", "v1 -> v2"} {
		if !strings.Contains(strings.ReplaceAll(page.String(), "&gt;", ">"), want) {
			t.Errorf("%q is missing", want)
		}
	}
}

func TestThePageShowsWhatOthersWroteAsText(t *testing.T) {
	s := scripts()["rolled_back"]
	s.events[0].Why = "<script>alert(1)</script>"
	var page bytes.Buffer
	if err := receipt.Make(7, s.events).HTML(&page); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"&lt;script&gt;alert(1)", "rolled back", "web1", "2 requests in flight were cut", "rollback started"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("%q is missing", want)
		}
	}
	if strings.Contains(page.String(), "<script") {
		t.Error("a script came through")
	}
}

func TestReceipts(t *testing.T) {
	for name, s := range scripts() {
		t.Run(name, func(t *testing.T) {
			var text bytes.Buffer
			if err := receipt.Make(7, s.events).Text(&text); err != nil {
				t.Fatal(err)
			}
			if strings.ContainsAny(text.String(), "\x1b\u202e") {
				t.Errorf("what was read reaches the terminal as it is: %q", text.String())
			}
			golden := filepath.Join("testdata", name+".txt")
			if *update {
				if err := os.WriteFile(golden, text.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), text.String()); diff != "" {
				t.Errorf("run \"go test ./receipt -update\" if the new text is better (-want +got)\n%s", diff)
			}
		})
	}
}
