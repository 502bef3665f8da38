package rollout

import (
	"testing"
	"time"

	"noon/fleet"
	"noon/judge"
	"noon/judge/logs"
	"noon/plan"
)

// watched is a rollout whose canary is watched since begun.
func watched(begun time.Time) State {
	p := plan.Plan{Service: "shop", Version: "v2", Canaries: 1, Batches: []plan.Batch{{Turns: []plan.Turn{{Server: fleet.Server{Name: "web1"}, From: "v1", To: "v2"}}}}}
	p.Policy = fleet.Policy{Promote: fleet.PromoteAuto, Watch: fleet.WatchPolicy{Least: time.Minute, Most: time.Hour}}
	return Fold([]Event{
		{Sequence: 1, Kind: RolloutStarted, Time: begun, Plan: &p},
		{Sequence: 2, Kind: ControllerStarted, Time: begun},
		{Sequence: 3, Kind: WatchStarted, Time: begun},
		{Sequence: 4, Kind: VerdictReached, Time: begun.Add(time.Second), Verdict: &judge.Verdict{Opinion: judge.Healthy}},
	})
}

func TestAVerdictFromBeforeACrashPromotesNobody(t *testing.T) {
	begun := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	s := watched(begun)
	s.Turns[0].Place = Upgraded
	if d := Next(s, begun.Add(2*time.Minute)); d.Record == nil || d.Record.Kind != Promoted {
		t.Fatalf("without a crash: %+v", d)
	}
	s.Apply(Event{Sequence: 5, Kind: ControllerStarted, Time: begun.Add(2 * time.Hour)})
	if d := Next(s, begun.Add(2*time.Hour)); d.Record != nil {
		t.Errorf("nobody has looked since the crash, and: %+v", d.Record)
	}
	if d := Next(s, begun.Add(3*time.Hour)); d.Record == nil || d.Record.Kind != Held {
		t.Errorf("no look for an hour: %+v", d)
	}
	s.Apply(Event{Sequence: 6, Kind: VerdictReached, Time: begun.Add(2*time.Hour + time.Second), Verdict: &judge.Verdict{Opinion: judge.Healthy}})
	if d := Next(s, begun.Add(2*time.Hour+time.Second)); d.Record == nil || d.Record.Kind != Promoted {
		t.Errorf("a look after the crash: %+v", d)
	}
}

func TestAStartThatFailedMayHaveLeftAProcessThatWrites(t *testing.T) {
	begun := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	s := watched(begun)
	mark := begun.Add(time.Minute)
	s.Apply(Event{Sequence: 5, Kind: StepBegan, Turn: 0, Step: Start, Course: Forward})
	s.Apply(Event{Sequence: 6, Kind: StepFailed, Turn: 0, Step: Start, Course: Forward, Why: "exit status 1", Seen: &Seen{Mark: mark}})
	if starts := watchOf(s).Starts; len(starts) != 1 || starts[0].Version != "v2" || !starts[0].Mark.Equal(mark) {
		t.Errorf("%+v", starts)
	}
}

func TestOnlyAHumanAcceptsWhatTheLogsShow(t *testing.T) {
	begun := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	shown := judge.Verdict{Opinion: judge.Healthy}.Join(reportWith("0a1b2c3d"))
	stop := judge.Verdict{Opinion: judge.Worse, Findings: []judge.Finding{{Server: "web1", Family: "0a1b2c3d"}}}
	for by, accepted := range map[string]bool{Noon: false, "ana": true} {
		s := watched(begun)
		s.Apply(Event{Sequence: 5, Kind: VerdictReached, Verdict: &shown})
		s.Apply(Event{Sequence: 6, Kind: Promoted, By: by})
		s.Apply(Event{Sequence: 7, Kind: VerdictReached, Verdict: &stop})
		if s.worse() == accepted {
			t.Errorf("promoted by %s: worse is %v", by, s.worse())
		}
	}
}

func reportWith(family string) logs.Report {
	return logs.Report{Verdict: logs.LookAt, Findings: []logs.Finding{{Family: family, Tier: logs.TierWatch, Kind: logs.KindNew, Level: logs.Warning}}}
}

func TestAResumedRolloutIsLookedAtBeforeItIsHeldAgain(t *testing.T) {
	begun := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	for name, policy := range map[string]fleet.Policy{
		"undecided":      {Watch: fleet.WatchPolicy{Most: time.Minute}, Undecided: fleet.Ask},
		"worse, and ask": {Watch: fleet.WatchPolicy{Most: time.Hour}, Worse: fleet.Ask},
	} {
		s := watched(begun)
		s.Turns[0].Place, s.Plan.Policy = Upgraded, policy
		verdict := judge.Verdict{Opinion: judge.Undecided, Missing: []string{"somebody who looks"}}
		if policy.Worse == fleet.Ask {
			verdict = judge.Verdict{Opinion: judge.Worse, Findings: []judge.Finding{{Server: "web1", Words: "ill"}}}
		}
		s.Apply(Event{Sequence: 5, Kind: VerdictReached, Time: begun.Add(2 * time.Minute), Verdict: &verdict})
		s.Apply(Event{Sequence: 6, Kind: Held, Time: begun.Add(2 * time.Minute)})
		s.Apply(Event{Sequence: 7, Kind: Resumed, By: "ana", Time: begun.Add(time.Hour)})
		if d := Next(s, begun.Add(time.Hour)); !d.Wait || d.Until.IsZero() {
			t.Errorf("%s: nobody has looked since: %+v", name, d.Record)
		}
		verdict.Requests = fleet.Known(7, "api")
		s.Apply(Event{Sequence: 8, Kind: VerdictReached, Time: begun.Add(time.Hour + time.Second), Verdict: &verdict})
		if d := Next(s, begun.Add(time.Hour+time.Second)); d.Record == nil || d.Record.Kind != Held {
			t.Errorf("%s: it is as it was: %+v", name, d)
		}
	}
}
