package cli

import (
	"strings"
	"testing"
	"time"

	"noon/judge"
	"noon/judge/monitors"
	"noon/rollout"
)

// twoVersions is a verdict on two canaries: one is worse, of the other too
// little is known.
func twoVersions() judge.Verdict {
	worse := story()[4]
	worse.Version, worse.Evidence, worse.Needed = "v2", 31415, 400
	worse.Findings = []monitors.Finding{errorsUp(31415), {Series: "latency p99", Direction: monitors.Up, Evidence: 90, Words: "Requests slower than 120 ms\n(p99 of \"v1\"): 40 in 1,395 requests."}}
	undecided := monitors.Report{Version: "v3", Opinion: monitors.Undecided, Evidence: 1.5, Needed: 400, Requests: 120, Findings: []monitors.Finding{}, Missing: []string{"3,880 more requests: 4 min at this rate"}}
	return judge.Verdict{Opinion: judge.Worse, Findings: []judge.Finding{{Server: "web1", Words: "Errors: 41 in 1,395 requests"}}, Monitors: []monitors.Report{worse, undecided}}
}

func TestAVerdictShowsTheMonitorsOfEachVersion(t *testing.T) {
	a := &app{}
	golden(t, "verdict", a.verdictText(lastVerdict{Rollout: 7, Version: "v2", Time: upgradedAt.Add(time.Minute), Verdict: twoVersions()})+"\n")
}

func TestAStatusShowsTheMonitorsInAFewLines(t *testing.T) {
	a := &app{}
	golden(t, "status_monitors", a.monitorsStatus(twoVersions().Monitors))
}

func TestAFindingThatIsOnlyShownIsToldOnce(t *testing.T) {
	a, told := &app{}, told{}
	first := a.verdictStory(twoVersions(), judge.Verdict{}, rollout.Watching, told)
	if strings.Count(first, "WATCH v2: Requests slower than 120 ms (p99 of \"v1\")") != 1 || strings.Contains(first, "STOP") {
		t.Errorf("%s", first)
	}
	if again := a.verdictStory(twoVersions(), twoVersions(), rollout.Watching, told); again != "" {
		t.Errorf("told again: %s", again)
	}
}
