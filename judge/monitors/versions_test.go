package monitors_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"noon/fleet"
	"noon/judge/monitors"
)

func TestVersionsWithEscapesAreSaidPlainly(t *testing.T) {
	evil := fleet.Version("v2\x1b[31m\n\x00")
	s := newShop(t, usual, monitors.Upgrade{Server: "web1", Version: evil, Time: upgradedAt})
	s.canary().failing = .5
	s.run(12 * time.Minute)
	check := func() {
		t.Helper()
		r := s.judge.Report(evil)
		for _, text := range slices.Concat(r.Missing, r.Notes, r.Waiting, words(r)) {
			if strings.ContainsAny(text, "\x1b\x00\n") {
				t.Errorf("%q", text)
			}
		}
	}
	check()
	s.judge.Left("web1")
	check()
}

func TestAVersionThatNobodyRunsIsUndecided(t *testing.T) {
	s := newShop(t, usual)
	s.run(time.Minute)
	r := s.judge.Report("v\x1b9")
	if r.Opinion != monitors.Undecided || r.Missing[0] != `no server runs "v\x1b9" yet` {
		t.Errorf("%+v", r)
	}
	s.judge.Upgraded(monitors.Upgrade{Server: "web2", Time: upgradedAt}) // without a version
	if all := s.judge.Versions(); !slices.Equal(all, []fleet.Version{"v2"}) {
		t.Error(all)
	}
}

func TestTwoVersionsAreJudgedApart(t *testing.T) {
	s := newShop(t, usual, monitors.Upgrade{Server: "web1", Version: "v2", Time: upgradedAt}, monitors.Upgrade{Server: "web2", Version: "v3", Time: upgradedAt})
	s.run(10 * time.Minute)
	s.servers[1].failing = .3
	s.run(22 * time.Minute)
	good, bad := s.report(), s.judge.Report("v3")
	if good.Opinion != monitors.Healthy || good.Needed != 400 || good.Evidence > 2 {
		t.Errorf("the good one: %+v", good)
	}
	if bad.Opinion != monitors.Worse || bad.Needed != 400 {
		t.Errorf("the bad one: %+v", bad)
	}
}

func TestAWorseVersionStaysWorseWhenAnotherOneComes(t *testing.T) {
	s := newShop(t, usual)
	s.run(10 * time.Minute)
	s.canary().failing = .09
	for s.report().Opinion != monitors.Worse && s.time.Before(noon(time.Hour)) {
		s.run(s.time.Sub(noon(0)))
	}
	s.wants(monitors.Worse)
	s.judge.Upgraded(monitors.Upgrade{Server: "web2", Version: "v3", Time: s.time})
	s.wants(monitors.Worse)
}

func TestAServerThatIsBroughtBackIsLiveAgain(t *testing.T) {
	s := newShop(t, usual)
	s.run(10 * time.Minute)
	s.canary().failing = .021 // no reason, but somebody did
	s.run(12 * time.Minute)
	back := monitors.Upgrade{Server: "web1", Version: "v1", Time: s.time}
	s.judge.Upgraded(back)
	s.watch.Upgrades = append(s.watch.Upgrades, back)
	s.run(20 * time.Minute)
	s.wants(monitors.Undecided, `no server runs "v2" any more`)

	// And another one gets it.
	again := monitors.Upgrade{Server: "web2", Version: "v2", Time: s.time}
	s.judge.Upgraded(again)
	s.watch.Upgrades = append(s.watch.Upgrades, again)
	s.run(40 * time.Minute)
	s.wants(monitors.Healthy)
}

func TestAServerThatLeftIsNotCompared(t *testing.T) {
	s := newShop(t, usual)
	s.run(12 * time.Minute)
	s.judge.Left("web1")
	s.canary().failing = .5
	s.run(14 * time.Minute)
	if r := s.wants(monitors.Undecided, `no server runs "v2" any more`); r.Evidence > 2 {
		t.Errorf("%+v", r)
	}
}

func TestCountsThatWaitAreOfTheVersionThatCountedThem(t *testing.T) {
	// Web2 is measured while the canary is not; then somebody changes web2. What
	// it failed before was no failure of the canary.
	s := newShop(t, usual)
	s.run(12 * time.Minute)
	since := s.time
	s.servers[1].failing = .6
	s.spoil = func(o *monitors.Observation) *monitors.Observation {
		switch {
		case o.Server == "web1" && o.Time.Sub(since) < 20*time.Second:
			return nil
		case o.Server == "web2" && o.Time.Sub(since) >= 20*time.Second:
			o.Version = "by hand"
		}
		return o
	}
	s.run(14 * time.Minute)
	if r := s.report(); r.Evidence > 2 || r.Opinion == monitors.Worse {
		t.Errorf("%+v", r)
	}
}

func TestASecondBatchTakesNoDoubtAwayAboutTheFirst(t *testing.T) {
	// The canary's restart made it a little worse than the floor of one server
	// allows to be called worse. That four more servers are upgraded is no news of
	// it.
	s := newShop(t, usual)
	s.run(10 * time.Minute)
	s.canary().failing = .025
	s.run(25 * time.Minute)
	before := s.report()
	for _, server := range s.servers[1:4] {
		s.judge.Upgraded(monitors.Upgrade{Server: server.name, Version: "v2", Time: s.time})
	}
	after := s.report()
	if before.Evidence != after.Evidence {
		t.Errorf("the evidence was %g, and is %g", before.Evidence, after.Evidence)
	}
}
