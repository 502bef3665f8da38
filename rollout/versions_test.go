package rollout

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"noon/fleet"
	"noon/judge"
	"noon/plan"
)

// TestSeveralVersionsKilledBetweenAnyTwoEffects kills the controller once at
// every operation of rollouts of two versions: where both are fit and either is
// chosen, and where one falls ill.
func TestSeveralVersionsKilledBetweenAnyTwoEffects(t *testing.T) {
	for name, c := range map[string]struct {
		ill          string
		choice, want fleet.Version
		hasty        bool
	}{
		"both fit, v2 is chosen":  {"", "v2", "v2", false},
		"both fit, v3 is chosen":  {"", "v3", "v3", false},
		"v3 falls ill":            {"v3 falls ill after 4s", "", "v2", false},
		"v2 is chosen in haste":   {"v3 falls ill after 4s", "", "v2", true},
		"v2 is never healthy":     {"v2 is never healthy", "", "v3", false},
		"v2 is chosen with worse": {"v3 falls ill after 4s\nworse ask", "v2", "v2", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			moment, more := 1, true
			for ; more; moment++ {
				more = killedAt(t, moment, c.hasty, c.ill, c.choice, c.want)
			}
			if moment < 200 {
				t.Errorf("only %d moments were tried", moment)
			}
		})
	}
}

// killedAt tells whether there were operations after the moment.
func killedAt(t *testing.T, moment int, hasty bool, ill string, choice, want fleet.Version) (more bool) {
	synctest.Test(t, func(t *testing.T) {
		s, err := readScenario("servers 4\nkeep 3\nversions v2 v3\nwatch 5s 200s\n" + ill)
		if err != nil {
			t.Fatal(err)
		}
		s.world.kills[moment], s.world.hasty = true, hasty
		run := simulation{w: s.world, ill: s.ill, quiet: true, choice: choice}
		run.do()
		more = s.world.ops > moment
		state := s.world.journal.state
		if len(s.world.violations) > 0 || state.End == nil || state.End.Outcome != Succeeded || state.Version != want {
			t.Errorf("killed at operation %d: %v to %q: %s", moment, state.End, state.Version, s.world.violationText())
		}
	})
	return more
}

// TestRandomRolloutsOfSeveralVersionsGoEveryWay shows that the random rollouts
// come to what is special about several versions.
func TestRandomRolloutsOfSeveralVersionsGoEveryWay(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(1500) {
		synctest.Test(t, func(t *testing.T) {
			w, ill := newWorld(seed)
			run := simulation{w: w, ill: ill}
			w.journal.heard = func(e Event) { waysOf(e, w.journal, seen) }
			run.do()
		})
	}
	for _, way := range []string{
		"out", "chosen by noon", "chosen by a human", "chosen too late", "chosen while one goes back",
		"brought to the chosen version", "back to the live version on its way to the chosen one", "rolled back before it is brought", "succeeded",
	} {
		if seen[way] == 0 {
			t.Errorf("never %s: %v", way, seen)
		}
	}
	t.Log(seen)
}

// waysOf counts what happens in rollouts of several versions.
func waysOf(e Event, j *simJournal, seen map[string]int) {
	s := j.state
	if len(s.Plan.Versions) == 0 {
		return
	}
	second := e.Kind != RolloutStarted && s.Version != "" && e.Turn < s.canaries() && wasOf(s.Turns[e.Turn], s.Version)
	switch {
	case e.Kind == VersionRuledOut:
		seen["out"]++
	case e.Kind == Promoted && e.Version != "" && s.Version != e.Version:
		seen["chosen too late"]++
	case e.Kind == Promoted && e.By == Noon:
		seen["chosen by noon"]++
	case e.Kind == Promoted && slices.ContainsFunc(s.Turns, Turn.Open):
		seen["chosen while one goes back"]++
	case e.Kind == Promoted:
		seen["chosen by a human"]++
	case e.Kind == StepDone && e.Step == Settle && e.Course == Forward && second:
		seen["brought to the chosen version"]++
	case e.Kind == TurnReversed && e.Course == Back && second && s.Phase == Others:
		seen["back to the live version on its way to the chosen one"]++
	case e.Kind == TurnReversed && second && s.Phase == RollingBack:
		seen["rolled back before it is brought"]++
	case e.Kind == RolloutFinished:
		seen[string(e.Outcome)]++
	}
}

// wasOf tells whether another version than the chosen one was started on the
// canary.
func wasOf(t Turn, chosen fleet.Version) bool {
	return slices.ContainsFunc(t.Starts, func(s judge.Start) bool { return s.Version != chosen && s.Version != t.From })
}

// several is a rollout of v2 and v3 whose canaries are watched.
func several(verdict judge.Verdict) State {
	p := plan.Plan{Service: "shop", Versions: fleet.Versions{"v2", "v3"}, Canaries: 2}
	p.Policy = fleet.Policy{Promote: fleet.PromoteAuto, Undecided: fleet.RollBack, Watch: fleet.WatchPolicy{Most: 1}}
	for i, to := range []fleet.Version{"v2", "v3", ""} {
		p.Batches = append(p.Batches, plan.Batch{Turns: []plan.Turn{{Server: fleet.Server{Name: []string{"web1", "web2", "web3"}[i]}, From: "v1", To: to}}})
	}
	s := Fold([]Event{{Kind: RolloutStarted, Plan: &p}, {Kind: WatchStarted}, {Kind: VerdictReached, Verdict: &verdict}})
	s.Turns[0].Place, s.Turns[1].Place = Upgraded, Upgraded
	return s
}

func one(v fleet.Version, o judge.Opinion) judge.VersionVerdict {
	return judge.VersionVerdict{Version: v, Opinion: o, Missing: []string{"7 more requests"}}
}

// TestTheEndOfAWatchOfSeveralVersions: noon chooses only where there is no
// choice, and what is undecided is never fit.
func TestTheEndOfAWatchOfSeveralVersions(t *testing.T) {
	for name, c := range map[string]struct {
		v2, v3 judge.Opinion
		kind   Kind
		chosen fleet.Version
	}{
		"the only fit one is promoted":     {judge.Undecided, judge.Healthy, Promoted, "v3"},
		"between two a human chooses":      {judge.Healthy, judge.Healthy, Held, ""},
		"none is fit, and the policy acts": {judge.Undecided, judge.Undecided, RollbackStarted, ""},
	} {
		verdict := judge.Verdict{Opinion: judge.Undecided, Versions: []judge.VersionVerdict{one("v2", c.v2), one("v3", c.v3)}}
		if c.v2 == c.v3 {
			verdict.Opinion = c.v2
		}
		s := several(verdict)
		d := Next(s, s.WatchSince.Add(1))
		if d.Record == nil || d.Record.Kind != c.kind || d.Record.Version != c.chosen {
			t.Errorf("%s: %+v", name, d.Record)
		}
	}
}

func TestOldPromotionsNameNoVersion(t *testing.T) {
	s := watched(time.Time{})
	s.Apply(Event{Kind: Promoted, By: "ana"})
	if s.Phase != Others || s.Version != "v2" {
		t.Errorf("phase %s, version %q", s.Phase, s.Version)
	}
	late := several(judge.Verdict{})
	late.Apply(Event{Kind: RollbackStarted, By: Noon})
	late.Apply(Event{Kind: Promoted, By: "ana", Version: "v3"})
	if late.Phase != RollingBack || late.Version != "" {
		t.Errorf("said too late: phase %s, version %q", late.Phase, late.Version)
	}
}

// TestWhatIsKnownOfOtherVersionsIsNotAccepted: who chooses v3 accepts what was
// found of v3, and is not held to what was found of v2.
func TestWhatIsKnownOfOtherVersionsIsNotAccepted(t *testing.T) {
	found := func(v fleet.Version, server string) judge.VersionVerdict {
		return judge.VersionVerdict{Version: v, Opinion: judge.Worse, Servers: []string{server}, Findings: []judge.Finding{{Server: server}}}
	}
	both := judge.Verdict{Opinion: judge.Worse, Findings: []judge.Finding{{Server: "web1"}, {Server: "web2"}}}
	both.Versions = []judge.VersionVerdict{found("v2", "web1"), found("v3", "web2")}
	s := several(both)
	s.Apply(Event{Kind: Promoted, By: "ana", Version: "v3"})
	if s.worse() {
		t.Error("what v2 did is held against v3")
	}
	s.Apply(Event{Kind: VerdictReached, Verdict: &judge.Verdict{Opinion: judge.Worse, Findings: []judge.Finding{{Server: "web1"}}}})
	if !s.worse() {
		t.Error("what v2 did on web1 is accepted of v3 there")
	}
}
