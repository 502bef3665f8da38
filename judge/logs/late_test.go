package logs_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"noon/fleet"
	"noon/judge/logs"
)

// TestLinesThatComeTooLateAreToldAndNoBurst: the connection to the canary was
// broken for five minutes, and its lines come all at once. Those of the last
// half minute are not too late.
func TestLinesThatComeTooLateAreToldAndNoBurst(t *testing.T) {
	began := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	j := logs.New(logs.Watch{Live: "v1", Canaries: []logs.Canary{{Server: "web1", Version: "v2", Since: began}}})
	write := func(server string, from, to int) {
		version := "v1"
		if server == "web1" {
			version = "v2"
		}
		for second := from; second < to; second++ {
			for i := range 10 {
				text := fmt.Sprintf("order %d taken", second*10+i)
				j.Add(logs.Line{Server: server, Version: fleet.Version(version), Time: began.Add(time.Duration(second) * time.Second), Level: logs.Info, Text: text, Raw: text})
			}
		}
	}
	for _, server := range []string{"web2", "web3"} {
		write(server, 0, 600)
	}
	write("web1", 0, 300)
	j.Report(began.Add(11 * time.Minute))
	write("web1", 300, 600)
	r := j.Report(began.Add(11 * time.Minute))
	if r.Verdict != logs.Undecided || !strings.Contains(strings.Join(r.Missing, "\n"), "2,700 lines of web1 came too late to be compared") {
		t.Errorf("%s, missing %q, findings %+v", r.Verdict, r.Missing, r.Findings)
	}
}

func TestWhatWasMissedOfTheCanaryIsNotClean(t *testing.T) {
	for name, c := range map[string]struct {
		lines  int64
		before bool
		want   string
	}{
		"many":                     {1000, false, "1,000 lines of web1 were not read: a flood"},
		"nobody knows how many":    {-1, false, "nobody knows how many lines of web1 were not read: a flood"},
		"of the version before it": {1000, true, ""},
	} {
		j := logs.New(logs.Watch{Live: "v1"})
		if c.before {
			j.Missed("web1", c.lines, "a flood")
		}
		j.Upgraded(logs.Canary{Server: "web1", Version: "v2", Since: time.Unix(1000, 0)})
		if !c.before {
			j.Missed("web1", c.lines, "a flood")
		}
		r := j.Report(time.Unix(2000, 0))
		if got := strings.Join(r.Missing, "\n"); strings.Contains(got, "not read") != (c.want != "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: missing %q", name, got)
		}
		if r.MissedLines != max(c.lines, 0) {
			t.Errorf("%s: %d lines are missed", name, r.MissedLines)
		}
	}
}

// TestAPanicThatCameTooLateIsShown: the connection to the canary was broken,
// and what it wrote meanwhile comes when that time was compared.
func TestAPanicThatCameTooLateIsShown(t *testing.T) {
	s := newShop(4, logs.Watch{})
	s.run(10 * time.Minute)
	s.upgrade("web1")
	s.run(20 * time.Minute)
	l := s.line("web1", logs.Fatal, "panic: no stock")
	l.Time = s.now.Add(-time.Minute)
	l.Stack = &logs.Stack{Key: "panic @ main.order", Text: "panic: no stock\nmain.order"}
	s.judge.Add(l)
	r := s.run(30 * time.Second)
	f := only(t, r)
	if r.Verdict != logs.LookAt || f.Tier != logs.TierWatch || f.Words != "new: 1 line on web1, too late to be compared; none in 18,666 lines of 3 live servers" {
		t.Errorf("%s", told(r))
	}
}

// TestWhatALiveServerWroteTooLateToBeComparedIsNotNew: web9's past is read
// after that of the others.
func TestWhatALiveServerWroteTooLateToBeComparedIsNotNew(t *testing.T) {
	s := newShop(4, logs.Watch{})
	s.run(10 * time.Minute)
	s.upgrade("web1")
	s.run(5 * time.Minute)
	slow := func(version fleet.Version, at time.Time) {
		s.judge.Add(logs.Line{Server: "web9", Version: version, Time: at, Level: logs.Error, Text: "disk sda is slow", Raw: "disk sda is slow"})
	}
	for second := range 540 {
		slow("v1", s.now.Add(time.Duration(second-600)*time.Second))
	}
	s.upgrade("web9")
	s.also = func(server string, _ bool, second int) {
		if server == "web1" {
			s.usual("web9", 4, second)
			slow("v2", s.now)
		}
	}
	r := s.run(5 * time.Minute)
	if f := only(t, r); f.Kind != logs.KindRate || f.Tier != logs.TierWatch || !strings.Contains(f.Words, "the same server wrote it in 540 lines before, which could not be compared") {
		t.Errorf("%s", told(r))
	}
}
