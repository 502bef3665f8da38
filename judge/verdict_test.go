package judge

import (
	"strings"
	"testing"

	"noon/fleet"
	"noon/judge/logs"
)

func healthy() Verdict { return Verdict{Opinion: Healthy, Requests: fleet.Known(100, "api")} }

func finding(tier logs.Tier, level logs.Level) logs.Finding {
	return logs.Finding{Family: "0a1b2c3d", Template: "no stock for <*>", Kind: logs.KindNew, Tier: tier, Level: level, Words: "new", Servers: []string{"web1"}}
}

func excused(expired bool) logs.Finding {
	f := finding(logs.TierWatch, logs.Error)
	f.Caveat = &logs.KnownCaveat{Why: "ticket 7", Expired: expired}
	return f
}

func TestOnlyWhatTheLogsFindForCertainIsWorse(t *testing.T) {
	for name, c := range map[string]struct {
		report logs.Report
		want   Opinion
	}{
		"clean":                      {logs.Report{Verdict: logs.Clean}, Healthy},
		"stop":                       {logs.Report{Verdict: logs.Stop, Findings: []logs.Finding{finding(logs.TierStop, logs.Info)}}, Worse},
		"a new error to look at":     {logs.Report{Verdict: logs.LookAt, Findings: []logs.Finding{finding(logs.TierWatch, logs.Error)}}, Undecided},
		"a new warning to look at":   {logs.Report{Verdict: logs.LookAt, Findings: []logs.Finding{finding(logs.TierWatch, logs.Warning)}}, Healthy},
		"a known caveat":             {logs.Report{Verdict: logs.Clean, Findings: []logs.Finding{finding(logs.TierKnown, logs.Error)}}, Healthy},
		"a new error that is known":  {logs.Report{Verdict: logs.LookAt, Findings: []logs.Finding{excused(false)}}, Healthy},
		"known until yesterday":      {logs.Report{Verdict: logs.LookAt, Findings: []logs.Finding{excused(true)}}, Undecided},
		"too little seen":            {logs.Report{Verdict: logs.Undecided, Missing: []string{"12 lines"}}, Undecided},
		"too little seen, and watch": {logs.Report{Verdict: logs.LookAt, Missing: []string{"12 lines"}, Findings: []logs.Finding{finding(logs.TierWatch, logs.Warning)}}, Undecided},
	} {
		v := healthy().Join(c.report)
		if v.Opinion != c.want || (v.Opinion == Undecided) != (len(v.Missing) > 0) {
			t.Errorf("%s: %s, missing %q; want %s", name, v.Opinion, v.Missing, c.want)
		}
	}
}

func TestLogsNeverMakeAVerdictBetter(t *testing.T) {
	for _, opinion := range []Opinion{Worse, Undecided} {
		v := Verdict{Opinion: opinion, Findings: []Finding{{Server: "web1", Words: "its health check fails"}}}
		if got := v.Join(logs.Report{Verdict: logs.Clean}); got.Opinion != opinion {
			t.Errorf("%s became %s", opinion, got.Opinion)
		}
	}
}

func TestWhatIsFoundOnAServerNamesTheErrorInItsLog(t *testing.T) {
	v := Verdict{Opinion: Worse, Findings: []Finding{{Server: "web1", Words: "21 requests failed"}, {Server: "web2", Words: "ill"}}}
	v = v.Join(logs.Report{Verdict: logs.LookAt, Findings: []logs.Finding{finding(logs.TierWatch, logs.Error)}})
	if !strings.Contains(v.Findings[0].Words, `21 requests failed; only there the log says "no stock for <*>"`) || v.Findings[1].Words != "ill" {
		t.Errorf("%+v", v.Findings)
	}
}

func TestWhatWasAcceptedIsNotHeldAgainstTheVersionAgain(t *testing.T) {
	log := func(server, family string) Finding { return Finding{Server: server, Family: family} }
	accepted := Verdict{Opinion: Worse, Findings: []Finding{log("web1", "aa"), log("web1", "")}}
	for name, c := range map[string]struct {
		findings []Finding
		beyond   bool
	}{
		"the same":                     {accepted.Findings, false},
		"the family on another server": {[]Finding{log("web2", "aa")}, false},
		"another family":               {[]Finding{log("web1", "bb")}, true},
		"a check on another server":    {[]Finding{log("web2", "")}, true},
		"nothing":                      {nil, false},
	} {
		if got := (Verdict{Opinion: Worse, Findings: c.findings}).Beyond(accepted); got != c.beyond {
			t.Errorf("%s: beyond is %v", name, got)
		}
	}
}

func TestAReasonRepeatsOnlyTheBeginningOfALine(t *testing.T) {
	if got := brief("NullPointerException: x @ a.b.C @ a.b.D"); got != "NullPointerException: x" {
		t.Errorf("%q", got)
	}
	if got := brief(strings.Repeat("ä", 1000)); len([]rune(got)) > briefMost+3 {
		t.Errorf("%d characters", len([]rune(got)))
	}
}
