package logs_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"noon/judge/logs"
)

// served tells the requests of all servers, whether their logs are read or
// not.
func (s *shop) served() {
	all, requests := slices.Clone(s.servers), int64(0)
	s.also = func(server string, _ bool, _ int) {
		if server == all[0] {
			requests += 4
			for _, name := range all {
				s.judge.Served(name, s.now, requests)
			}
		}
	}
}

// TestALiveServerWhoseLogIsNotReadIsNotOneThatWritesNothing: the canary does
// not write more than a silence.
func TestALiveServerWhoseLogIsNotReadIsNotOneThatWritesNothing(t *testing.T) {
	for _, servers := range []int{2, 3, 4} {
		s := newShop(servers, logs.Watch{})
		s.served()
		s.run(10 * time.Minute)
		s.upgrade("web1")
		s.run(3 * time.Minute)
		all := s.servers
		s.servers = all[:1]
		for _, server := range all[1:] {
			s.judge.Blind(server, s.now)
		}
		r := s.run(5 * time.Minute)
		if r.Verdict != logs.Undecided || len(r.Findings) > 0 || !strings.Contains(told(r), "no log of a server with the live version is being read") {
			t.Errorf("%d servers, while no live one is read: %s", servers, told(r))
		}
		for _, server := range all[1:] {
			s.judge.Seeing(server, s.now)
		}
		s.servers = all
		if r := s.run(20 * time.Minute); r.Verdict != logs.Clean {
			t.Errorf("%d servers, when all are read again: %s", servers, told(r))
		}
	}
}

func TestOneLiveServerWhoseLogIsNotReadLeavesTheOthersToCompareWith(t *testing.T) {
	s := newShop(3, logs.Watch{})
	s.served()
	s.run(10 * time.Minute)
	s.upgrade("web1")
	s.run(3 * time.Minute)
	s.judge.Blind("web3", s.now)
	s.servers = s.servers[:2]
	if r := s.run(20 * time.Minute); r.Verdict != logs.Clean {
		t.Errorf("%s", told(r))
	}
	s.also = coupons(s)
	if r := s.run(5 * time.Minute); r.Verdict != logs.Stop {
		t.Errorf("with a fault: %s", told(r))
	}
}

func TestTheCountsOfALiveServerWhoseLinesWereMissedAreNotComparedWith(t *testing.T) {
	for _, missed := range []bool{false, true} {
		s := newShop(2, logs.Watch{})
		s.served()
		s.run(10 * time.Minute)
		s.upgrade("web1")
		s.run(3 * time.Minute)
		served := s.also
		s.also = func(server string, canary bool, second int) {
			served(server, canary, second)
			if s.calm = second%10 > 0; s.calm && canary {
				s.usual(server, 0, second) // the live server's line of one second in ten is read
			}
			if missed && !canary {
				s.judge.Missed(server, 4, "a flood")
			}
		}
		if r := s.run(10 * time.Minute); (r.Verdict == logs.Stop) == missed {
			t.Errorf("missed %v: %s", missed, told(r))
		}
	}
}

func TestACanaryWhoseLogIsNotReadIsNotClean(t *testing.T) {
	s := newShop(4, logs.Watch{})
	s.run(10 * time.Minute)
	s.upgrade("web1")
	if r := s.run(20 * time.Minute); r.Verdict != logs.Clean {
		t.Fatalf("%s", told(r))
	}
	s.judge.Blind("web1", s.now)
	all := s.servers
	s.servers = all[1:]
	if r := s.run(5 * time.Minute); r.Verdict != logs.Undecided || len(r.Findings) > 0 || !strings.Contains(told(r), "the log of web1 is not being read") {
		t.Errorf("%s", told(r))
	}
	s.judge.Seeing("web1", s.now)
	s.servers = all
	if r := s.run(time.Minute); r.Verdict != logs.Clean {
		t.Errorf("read again: %s", told(r))
	}
}

// TestWhatALiveServerWroteWhileItsLogWasNotWhollyReadStopsNobody: nobody knows
// how often it did.
func TestWhatALiveServerWroteWhileItsLogWasNotWhollyReadStopsNobody(t *testing.T) {
	s := newShop(4, logs.Watch{})
	s.run(10 * time.Minute)
	s.judge.Blind("web2", s.now)
	s.write("web2", logs.Error, "disk sda is slow")
	s.run(time.Minute)
	s.upgrade("web1")
	s.also = func(_ string, canary bool, second int) {
		if canary && second%7 == 0 {
			s.write("web1", logs.Error, "disk sda is slow")
		}
	}
	if f := only(t, s.run(10*time.Minute)); f.Kind != logs.KindRate || f.Tier != logs.TierWatch {
		t.Errorf("%s", f.Words)
	}
}
