package balancer_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"noon/balancer"
	"noon/fleet"
)

// saying is a load balancer that says one thing of web1, or nothing.
type saying struct {
	balancer.Driver
	standing fleet.Standing
	silent   bool
}

func (s saying) Observe(context.Context) (fleet.Pool, error) {
	if s.silent {
		return fleet.Pool{}, errors.New("silence")
	}
	s.standing.Server = "web1"
	return fleet.Pool{Epoch: "1", Standings: []fleet.Standing{s.standing}}, nil
}

// counting is a member that counted n of everything and whose answers took
// so many seconds in the mean.
func counting(n int64, seconds float64) balancer.Member {
	c := fleet.Known(n, "api")
	return balancer.Member{Name: "lb", Driver: saying{standing: fleet.Standing{
		Counters: fleet.Counters{Requests: c, Errors: c, Failures: c, Rejected: c,
			AnswerTimes: fleet.Histogram{LE: []float64{.1}, Count: []int64{n, 2 * n}}},
		AnswerTime: fleet.Average{Seconds: seconds, Over: min(n, 1024)},
	}}}
}

func together(t *testing.T, members ...balancer.Member) fleet.Standing {
	t.Helper()
	pool, err := balancer.NewSeveral(members).Observe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s, _ := pool.Of("web1")
	return s
}

func TestCountsOfSeveralBalancersAreAdded(t *testing.T) {
	s := together(t, counting(3, .25), counting(1, .5))
	for what, c := range map[string]fleet.Count{"requests": s.Counters.Requests, "errors": s.Counters.Errors, "failures": s.Counters.Failures, "rejected": s.Counters.Rejected} {
		if c != fleet.Known(4, "api") {
			t.Errorf("%s are %+v", what, c)
		}
	}
	if !slices.Equal(s.Counters.AnswerTimes.Count, []int64{4, 8}) {
		t.Errorf("the times are %+v", s.Counters.AnswerTimes)
	}
	if math.Abs(s.AnswerTime.Seconds-.3125) > 1e-9 || s.AnswerTime.Over != 4 {
		t.Errorf("the mean is %+v", s.AnswerTime)
	}
}

func TestABalancerWithoutTrafficHasNoSayInTheMean(t *testing.T) {
	s := together(t, counting(3, .25), counting(0, 0))
	if s.AnswerTime != (fleet.Average{Seconds: .25, Over: 3}) {
		t.Errorf("the mean is %+v", s.AnswerTime)
	}
}

func TestWhatOneOfSeveralDoesNotCountIsUnknown(t *testing.T) {
	blank := saying{standing: fleet.Standing{Counters: fleet.Counters{Requests: fleet.Known(9, "api")}}}
	s := together(t, counting(3, .25), balancer.Member{Name: "lb2", Driver: blank})
	if s.Counters.Requests.N != 12 || s.Counters.Rejected.Known || s.Counters.AnswerTimes.Known() || s.AnswerTime.Known() {
		t.Errorf("%+v", s)
	}
	s = together(t, counting(3, .25), balancer.Member{Name: "lb2", Driver: saying{silent: true}})
	if s.Counters.Requests.Known || s.Counters.AnswerTimes.Known() || s.AnswerTime.Known() {
		t.Errorf("one is silent: %+v", s)
	}
}

func TestWhatAStandbyCountsIsLeftOut(t *testing.T) {
	standby := counting(100, 9)
	standby.Standby = true
	s := together(t, standby, counting(3, .25))
	if s.Counters.Requests.N != 3 || s.Counters.AnswerTimes.Count[0] != 3 || s.AnswerTime.Seconds != .25 {
		t.Errorf("%+v", s)
	}
	if s := together(t, standby); s.Counters.Requests.Known || s.AnswerTime.Known() {
		t.Errorf("there are only standbys: %+v", s)
	}
}
