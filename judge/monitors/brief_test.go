package monitors_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"noon/judge/monitors"
)

func points(n int, at func(int) float64) []monitors.Point {
	all := make([]monitors.Point, n)
	for i := range all {
		all[i] = monitors.Point(at(i))
	}
	return all
}

func TestABriefReportIsShortAndFinite(t *testing.T) {
	r := monitors.Report{Version: "v2", Opinion: monitors.Worse, Evidence: math.Inf(1), Needed: 200}
	for range 1000 {
		r.Findings = append(r.Findings, monitors.Finding{Series: strings.Repeat("s", 5000), Ratio: math.Inf(1), Expected: math.NaN(), Words: strings.Repeat("w\u00e9", 5000)})
		r.Missing, r.Notes = append(r.Missing, strings.Repeat("m", 5000)), append(r.Notes, "n")
		noise := points(5000, func(i int) float64 { return math.Sin(float64(i)) })
		r.Charts = append(r.Charts, monitors.Chart{Name: "errors", Every: time.Second, Canary: noise, Live: noise, Low: noise, High: noise})
	}
	text, err := json.Marshal(r.Brief())
	if err != nil || len(text) > 64<<10 {
		t.Errorf("%d bytes, %v", len(text), err)
	}
	if !math.IsInf(r.Findings[0].Ratio, 1) || len(r.Findings[0].Words) < 5000 {
		t.Error("the report itself was changed")
	}
	text, err = json.Marshal(monitors.Report{}.Brief())
	if err != nil || !strings.Contains(string(text), `"findings":[]`) {
		t.Errorf("%s, %v", text, err)
	}
}

func TestABriefChartKeepsTheMomentOfTheUpgrade(t *testing.T) {
	for _, n := range []int{0, 1, 59, 60, 61, 119, 361, 1000} {
		for _, upgraded := range []int{0, 1, 7, n / 3, n - 1, n, n + 5} {
			if upgraded < 0 {
				continue
			}
			c := monitors.Chart{From: noon(0), Every: 5 * time.Second, Upgraded: upgraded}
			// 1 before the upgrade, 2 after it: no point may be a mixture.
			c.Canary = points(n, func(i int) float64 { return 1 + float64(min(1, max(0, i-upgraded+1))) })
			b := c.Brief()
			if len(b.Canary) > 62 {
				t.Errorf("%d points, upgraded at %d: %d are left", n, upgraded, len(b.Canary))
			}
			for i, p := range b.Canary {
				if want := monitors.Point(1 + min(1, max(0, i-b.Upgraded+1))); p != want {
					t.Errorf("%d points, upgraded at %d: point %d is %v, upgraded at %d", n, upgraded, i, p, b.Upgraded)
				}
			}
			if was, is := c.From.Add(time.Duration(min(upgraded, n))*c.Every), b.From.Add(time.Duration(b.Upgraded)*b.Every); !was.Equal(is) {
				t.Errorf("%d points, upgraded at %d: the upgrade moved from %v to %v", n, upgraded, was, is)
			}
		}
	}
}

func TestABriefChartKeepsGapsAndTheBand(t *testing.T) {
	c := monitors.Chart{Every: time.Second}
	c.Canary = points(120, func(i int) float64 {
		if i < 60 {
			return math.NaN()
		}
		return 1.0 / 3
	})
	c.Low, c.High = points(120, func(i int) float64 { return float64(i) }), points(120, func(i int) float64 { return float64(i) })
	b := c.Brief()
	want := monitors.Chart{Every: 2 * time.Second}
	want.Canary = points(60, func(i int) float64 {
		if i < 30 {
			return math.NaN()
		}
		return 0.3333
	})
	want.Low, want.High = points(60, func(i int) float64 { return float64(2 * i) }), points(60, func(i int) float64 { return float64(2*i + 1) })
	if diff := cmp.Diff(want, b, cmp.Comparer(func(a, b monitors.Point) bool { return a == b || !a.Known() && !b.Known() })); diff != "" {
		t.Error(diff)
	}
}
