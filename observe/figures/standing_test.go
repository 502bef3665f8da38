package figures_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"noon/fleet"
	"noon/judge/monitors"
	"noon/observe/figures"
)

func TestWhatTheBalancerCountedHasTheJudgesNames(t *testing.T) {
	got := figures.OfStanding(fleet.Standing{Server: "web1", Counters: fleet.Counters{
		Requests: fleet.Known(1000, "api"), Errors: fleet.Known(5, "api"), Failures: fleet.Known(2, "api"), Rejected: fleet.Known(31, "api"),
		AnswerTimes: fleet.Histogram{LE: []float64{.1, 1}, Count: []int64{900, 990, 993}},
	}})
	want := monitors.Observation{
		Counters:   map[string]float64{"requests": 1000, "errors": 7, "rejected": 31},
		Histograms: map[string]monitors.Histogram{"latency_seconds": {LE: []float64{.1, 1, math.Inf(1)}, Count: []float64{900, 990, 993}}},
		Gauges:     map[string]float64{},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAnAverageIsAGauge(t *testing.T) {
	got := figures.OfStanding(fleet.Standing{AnswerTime: fleet.Average{Seconds: .012, Over: 1024}})
	if diff := cmp.Diff(map[string]float64{"response_time": .012}, got.Gauges); diff != "" || len(got.Histograms) > 0 {
		t.Errorf("%+v", got)
	}
}

func TestWhatTheBalancerDoesNotKnowIsNotThere(t *testing.T) {
	if got := figures.OfStanding(fleet.Standing{Server: "web1"}); len(got.Counters)+len(got.Histograms)+len(got.Gauges) > 0 {
		t.Errorf("%+v", got)
	}
	got := figures.OfStanding(fleet.Standing{Counters: fleet.Counters{Requests: fleet.Known(0, "api"), Errors: fleet.Known(3, "api")}})
	if _, there := got.Counters["errors"]; there || len(got.Counters) != 1 {
		t.Errorf("the failures are unknown, and so are all errors: %+v", got)
	}
}
