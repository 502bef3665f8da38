package monitors_test

import (
	"math"
	"testing"

	"noon/judge/monitors"
)

func TestTheTopOfAChartIsARoundNumber(t *testing.T) {
	for x, want := range map[float64]float64{0: 1, 0.9: 1, 1: 1, 1.2: 2, 2.1: 2.5, 3: 5, 7: 10, 1530: 2000, 0.00031: 0.0005, 100: 100} {
		c := monitors.Chart{Canary: []monitors.Point{monitors.Point(math.NaN()), monitors.Point(x)}}
		if got := float64(c.Top()); math.Abs(got-want) > want*1e-9 {
			t.Errorf("%v: %v", x, got)
		}
	}
}

func TestAPointInWords(t *testing.T) {
	for x, want := range map[float64]string{0: "0", 1.534: "1.53", 1234.5: "1230", 0.25: "0.25", 1e-9: "1e-09", 3e9: "3e+09"} {
		if got := monitors.Point(x).String(); got != want {
			t.Errorf("%v: %s", x, got)
		}
	}
}

func TestHowMuchThereIsForAnOpinion(t *testing.T) {
	r := monitors.Report{Evidence: 31.7, Needed: 200, Requests: 1395}
	if got, want := r.Standing(), "evidence against it 31:1, 200:1 needed; 1,395 requests"; got != want {
		t.Errorf("%s", got)
	}
	if got := (monitors.Report{Requests: 1}).Standing(); got != "1 request" {
		t.Errorf("%s", got)
	}
}
