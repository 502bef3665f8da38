package control

import (
	"strings"
	"testing"

	"noon/fleet"
	"noon/judge"
	"noon/plan"
	"noon/rollout"
)

// watching is a rollout of the versions whose canaries are watched.
func watching(verdict judge.Verdict, versions ...fleet.Version) rollout.State {
	p := plan.Plan{Versions: versions}
	if len(versions) == 1 {
		p.Version, p.Versions = versions[0], nil
	}
	return rollout.Fold([]rollout.Event{
		{Kind: rollout.RolloutStarted, Plan: &p}, {Kind: rollout.WatchStarted}, {Kind: rollout.VerdictReached, Verdict: &verdict},
	})
}

// mixed is a verdict by which v2 is healthy and v3 worse.
func mixed() judge.Verdict {
	return judge.Verdict{Opinion: judge.Undecided, Versions: []judge.VersionVerdict{{Version: "v2", Opinion: judge.Healthy}, {Version: "v3", Opinion: judge.Worse}}}
}

func TestPromoteChoosesOneOfTheCandidates(t *testing.T) {
	out := watching(mixed(), "v2", "v3")
	out.Apply(rollout.Event{Kind: rollout.VersionRuledOut, Version: "v3", Why: "web2: ill"})
	gone := watching(mixed(), "v2", "v3")
	gone.Apply(rollout.Event{Kind: rollout.RollbackStarted})
	worse := judge.Verdict{Opinion: judge.Worse}
	for name, c := range map[string]struct {
		state   rollout.State
		words   Words
		version fleet.Version
		refused string
	}{
		"the healthy one":              {watching(mixed(), "v2", "v3"), Words{Version: "v2"}, "v2", ""},
		"the worse one":                {watching(mixed(), "v2", "v3"), Words{Version: "v3"}, "v3", "the verdict is worse"},
		"the worse one, with a reason": {watching(mixed(), "v2", "v3"), Words{Version: "v3", Why: "it must"}, "v3", ""},
		"none of two":                  {watching(mixed(), "v2", "v3"), Words{}, "", `v2 and v3 are candidates: choose one with "noon promote v2" or "noon promote v3"`},
		"another one":                  {watching(mixed(), "v2", "v3"), Words{Version: "v9"}, "v9", "v9 is not a candidate of this rollout: v2 or v3 can be promoted"},
		"one that is out":              {out, Words{Version: "v3"}, "v3", "v3 is out: web2: ill; v2 can be promoted"},
		"the last one, unnamed":        {out, Words{}, "v2", ""},
		"while it goes back":           {gone, Words{Version: "v2"}, "v2", "nothing to promote"},
		"the only one":                 {watching(judge.Verdict{}, "v2"), Words{}, "", ""},
		"the only one by its name":     {watching(judge.Verdict{}, "v2"), Words{Version: "v2"}, "", ""},
		"another than the only one":    {watching(judge.Verdict{}, "v2"), Words{Version: "v3"}, "", "v3 is not a candidate"},
		"the only one, and worse":      {watching(worse, "v2"), Words{}, "", "the verdict is worse"},
	} {
		c.words.Verb = Promote
		got := ""
		if err := fits(c.state, c.words); err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, c.refused) || (got == "") != (c.refused == "") || promoted(c.state, c.words) != c.version {
			t.Errorf("%s: %q, promotes %q", name, got, promoted(c.state, c.words))
		}
	}
	if v := promoted(out, Words{Verb: Hold, Version: "v2"}); v != "" {
		t.Errorf("a hold promotes %s", v)
	}
}
