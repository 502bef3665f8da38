package logs_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"noon/judge/logs"
)

// TestAnotherMessageOfAGeneralExceptionIsAnotherFault: the same function throws
// both, as helpers do.
func TestAnotherMessageOfAGeneralExceptionIsAnotherFault(t *testing.T) {
	s := newShop(4, logs.Watch{})
	throw := func(server, message string) {
		l := s.line(server, logs.Error, "request failed")
		l.Stack = &logs.Stack{Key: "java.lang.RuntimeException @ shop.Db.query @ shop.Cart.total", Text: "java.lang.RuntimeException: " + message + "\n\tat shop.Db.query(Db.java:3)\n\tat shop.Cart.total(Cart.java:9)"}
		s.judge.Add(l)
	}
	s.also = func(server string, canary bool, second int) {
		if second%5 == 0 {
			throw(server, fmt.Sprintf("no such order %d", second))
		}
		if canary && second%7 == 0 {
			throw(server, "column discount does not exist")
		}
	}
	s.run(10 * time.Minute)
	s.upgrade("web1")
	r := s.run(3 * time.Minute)
	f := only(t, r)
	if f.Tier != logs.TierStop || !strings.HasPrefix(f.Template, "java.lang.RuntimeException: column discount does not exist") || f.Stack == "" {
		t.Errorf("%s", told(r))
	}
}

func TestAnExpiredCaveatExcusesNothing(t *testing.T) {
	for _, expired := range []bool{false, true} {
		c := logs.Caveat{Family: "invoice <*> cannot be written", Why: "known"}
		if expired {
			c.Until = noonTime.AddDate(0, 0, -2)
		}
		s := newShop(4, logs.Watch{Register: []logs.Caveat{c}})
		s.also = func(server string, canary bool, second int) {
			if canary && second%7 == 0 {
				s.judge.Add(s.line(server, logs.Error, fmt.Sprintf("invoice %d cannot be written", second)))
			}
		}
		s.run(10 * time.Minute)
		s.upgrade("web1")
		if f := only(t, s.run(5*time.Minute)); (f.Tier == logs.TierStop) != expired {
			t.Errorf("expired %v: %s", expired, f.Tier)
		}
	}
}
