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
