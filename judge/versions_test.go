package judge_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"noon/fleet"
	"noon/judge"
	"noon/judge/logs"
	"noon/judge/monitors"
)

// twoVersions compares web1 with v2 and web2 with v3, both with web3.
func twoVersions() judge.Watch {
	w := judge.Watch{Since: noon, From: "v1", Versions: fleet.Versions{"v2", "v3"}, Live: []fleet.Server{{Name: "web3"}}}
	for i, v := range w.Versions {
		name := []string{"web1", "web2"}[i]
		w.Upgraded = append(w.Upgraded, judge.Upgraded{Server: fleet.Server{Name: name}, Version: v, Process: fleet.Process{ID: "7"}, Asked: true})
	}
	return w
}

// lookAt is a look at both, and at those that are ill.
func lookAt(ill ...string) judge.Look {
	l := well(time.Second)
	for _, name := range []string{"web1", "web2"} {
		v := vitals()
		v.Version = map[string]fleet.Version{"web1": "v2", "web2": "v3"}[name]
		if slices.Contains(ill, name) {
			v.Healthy, v.Health = false, "GET /: 503"
		}
		l.Vitals[name] = v
	}
	return l
}

func TestEachOfSeveralVersionsIsJudgedByItsOwnServers(t *testing.T) {
	for name, c := range map[string]struct {
		ill           []string
		change        func(*judge.Watch)
		whole, v2, v3 judge.Opinion
		missing       string
	}{
		"both are well":     {nil, nil, judge.Healthy, judge.Healthy, judge.Healthy, ""},
		"one is ill":        {[]string{"web2"}, nil, judge.Undecided, judge.Healthy, judge.Worse, "v3 is worse"},
		"both are ill":      {[]string{"web1", "web2"}, nil, judge.Worse, judge.Worse, judge.Worse, ""},
		"one is not there":  {nil, func(w *judge.Watch) { w.Upgraded = w.Upgraded[:1] }, judge.Undecided, judge.Healthy, judge.Undecided, "v3: a server that runs it"},
		"ill, and no other": {[]string{"web1"}, func(w *judge.Watch) { w.Upgraded = w.Upgraded[:1] }, judge.Undecided, judge.Worse, judge.Undecided, "v2 is worse; v3: a server that runs it"},
		"too early":         {nil, func(w *judge.Watch) { w.Policy.Least = time.Minute }, judge.Undecided, judge.Undecided, judge.Undecided, "v2: 59s more of watching; v3: 59s more of watching"},
	} {
		w := twoVersions()
		if c.change != nil {
			c.change(&w)
		}
		v := judge.NewChecks(w, 1).See(lookAt(c.ill...))
		if v.Opinion != c.whole || v.Versions[0].Opinion != c.v2 || v.Versions[1].Opinion != c.v3 || strings.Join(v.Missing, "; ") != c.missing {
			t.Errorf("%s: %s, %+v, missing %q", name, v.Opinion, v.Versions, v.Missing)
		}
		if len(v.Findings) != len(c.ill) {
			t.Errorf("%s: %+v", name, v.Findings)
		}
	}
}

// TestTheChanceOfAFalseFindingIsShared: 57 errors are the border of one version
// (see TestTheBorderOfErrors), where two share the chance it is 59: 4.3e-8 is less than half of 1e-7, 5.9e-8 is not.
func TestTheChanceOfAFalseFindingIsShared(t *testing.T) {
	for errors, want := range map[int64]judge.Opinion{58: judge.Healthy, 59: judge.Worse} {
		w := twoVersions()
		w.Live = append(w.Live, fleet.Server{Name: "web4"})
		checks := judge.NewChecks(w, 1)
		look := func(requests, errors int64) judge.Look {
			l := lookAt()
			l.Pool.Standings = append(l.Pool.Standings, fleet.Standing{Server: "web4", Rotation: fleet.In, Health: fleet.Healthy})
			for i := range 4 {
				count(&l, i, requests, 0)
			}
			count(&l, 0, requests, errors)
			return l
		}
		checks.See(look(0, 0))
		if v := checks.See(look(1000, errors)); v.Versions[0].Opinion != want || v.Requests.N != 2000 {
			t.Errorf("%d errors: %+v", errors, v)
		}
	}
}

func TestWhatTheLogsFindIsOfTheVersionThatWroteIt(t *testing.T) {
	v := judge.NewChecks(twoVersions(), 1).See(lookAt())
	report := logs.Report{Findings: []logs.Finding{
		{Family: "aa", Tier: logs.TierStop, Kind: logs.KindNew, Level: logs.Error, Words: "new", Servers: []string{"web2"}},
		{Family: "bb", Tier: logs.TierWatch, Kind: logs.KindNew, Level: logs.Error, Words: "new", Servers: []string{"web1"}},
		{Family: "cc", Tier: logs.TierWatch, Kind: logs.KindNew, Level: logs.Info, Words: "new", Servers: []string{"web1", "web2"}},
	}}
	got := v.Join(report)
	if got.Opinion != judge.Undecided || got.Versions[0].Opinion != judge.Undecided || got.Versions[1].Opinion != judge.Worse {
		t.Fatalf("%s, %+v", got.Opinion, got.Versions)
	}
	if got.Logs == nil || len(got.Logs.Findings) != 3 || len(v.Versions[1].Findings) != 0 {
		t.Error("the report is not whole, or what came before was changed")
	}
	alone := got.Of("v2")
	if len(alone.Logs.Findings) != 2 || alone.Opinion != judge.Undecided || len(alone.Versions) != 0 || len(alone.Findings) != 0 {
		t.Errorf("v2 alone: %+v", alone)
	}
	if got := got.Of("v9"); got.Opinion != judge.Undecided || len(got.Missing) == 0 {
		t.Errorf("of a version that nobody judged: %+v", got)
	}
}

func TestWhatIsMissingInTheLogsIsMissingForAll(t *testing.T) {
	v := judge.NewChecks(twoVersions(), 1).See(lookAt()).Join(logs.Report{Missing: []string{"12 lines"}})
	if v.Opinion != judge.Undecided || strings.Join(v.Missing, "; ") != "v2: logs: 12 lines; v3: logs: 12 lines" {
		t.Errorf("%s: %q", v.Opinion, v.Missing)
	}
}

func TestAServerWhoseProcessIsStartedWritesAsItsVersion(t *testing.T) {
	w := twoVersions()
	w.Upgraded = w.Upgraded[:1]
	w.Starts = []judge.Start{{Server: "web1", Version: "v2"}, {Server: "web2", Version: "v3"}}
	v := judge.NewChecks(w, 1).See(lookAt())
	stop := logs.Finding{Family: "aa", Tier: logs.TierStop, Kind: logs.KindNew, Servers: []string{"web2"}}
	if v = v.Join(logs.Report{Findings: []logs.Finding{stop}}); v.Versions[1].Opinion != judge.Worse || v.Opinion == judge.Worse {
		t.Errorf("%s, %+v", v.Opinion, v.Versions)
	}
	w.Starts = append(w.Starts, judge.Start{Server: "web2", Version: "v1"})
	if v = judge.NewChecks(w, 1).See(lookAt()); len(v.Versions[1].Servers) != 0 {
		t.Errorf("it went back: %v", v.Versions[1].Servers)
	}
}

func TestWhatTheMonitorsFindIsOfTheirVersion(t *testing.T) {
	v := judge.NewChecks(twoVersions(), 1).See(lookAt())
	reports := []monitors.Report{
		{Version: "v2", Opinion: judge.Undecided, Missing: []string{"500 requests"}},
		{Version: "v3", Opinion: judge.Worse, Findings: []monitors.Finding{{Series: "errors", Words: "more errors"}}},
	}
	v = v.JoinMonitors(reports, map[string]fleet.Version{"web1": "v2", "web2": "v3"})
	if v.Opinion != judge.Undecided || strings.Join(v.Missing, "; ") != "v2: monitors: 500 requests; v3 is worse" || len(v.Monitors) != 2 {
		t.Errorf("%s: %q, %d reports", v.Opinion, v.Missing, len(v.Monitors))
	}
	if alone := v.Of("v3"); alone.Opinion != judge.Worse || len(alone.Monitors) != 1 || alone.Findings[0].Server != "web2" {
		t.Errorf("v3 alone: %+v", alone)
	}
}
