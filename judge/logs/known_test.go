package logs_test

import (
	"slices"
	"testing"
	"time"

	"noon/judge/logs"
)

func TestWhatIsKnownOfTheLiveVersionIsKeptFromWatchToWatch(t *testing.T) {
	old := logs.Known{Key: "01234567", Template: "yearly report <*> written"}
	s := newShop(3, logs.Watch{Known: []logs.Known{old}})
	s.write("web2", logs.Info, "inventory began")
	s.run(10 * time.Minute)
	start := s.line("web2", logs.Info, "listening")
	start.Starting = true
	s.judge.Add(start)
	known := templates(s.judge.Known())
	if n := len(known); n < 5 || known[0] != "listening" || known[n-2] != "inventory began" || known[n-1] != old.Template {
		t.Errorf("%q", known)
	}
	again := logs.New(logs.Watch{Live: "v1", Known: s.judge.Known()})
	if got := templates(again.Known()); !slices.Equal(got, known) {
		t.Errorf("after a watch that saw nothing: %q", got)
	}
}

func TestWhatTheNewVersionWroteIsKnownOnceItIsTheLiveOne(t *testing.T) {
	s := newShop(3, logs.Watch{})
	s.also = coupons(s)
	s.run(10 * time.Minute)
	s.upgrade("web1")
	s.run(10 * time.Minute)
	next := newShop(3, logs.Watch{Known: s.judge.KnownOf("v2")})
	next.run(10 * time.Minute)
	next.upgrade("web1")
	next.also = coupons(next)
	if r := next.run(5 * time.Minute); slices.ContainsFunc(r.Findings, func(f logs.Finding) bool { return f.Kind == logs.KindNew }) {
		t.Errorf("%s", told(r))
	}
	if slices.Contains(templates(s.judge.Known()), "coupon <*> cannot be applied: no basket") {
		t.Error("what only v2 wrote is known of v1")
	}
}

func templates(all []logs.Known) (templates []string) {
	for _, k := range all {
		templates = append(templates, k.Template)
	}
	return templates
}
