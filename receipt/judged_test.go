package receipt_test

import (
	"bytes"
	"encoding/xml"
	"math"
	"strings"
	"testing"
	"time"

	"noon/fleet"
	"noon/judge"
	"noon/judge/monitors"
	"noon/receipt"
	"noon/rollout"
)

// judged is a script whose canary was worse by its monitors; a second version
// was not.
func judged() *script {
	points := func(values ...float64) []monitors.Point {
		all := make([]monitors.Point, len(values))
		for i, x := range values {
			all[i] = monitors.Point(x)
		}
		return all
	}
	nan := math.NaN()
	chart := monitors.Chart{
		Name: "errors<script>", Unit: "%", From: time.Date(2026, 11, 21, 11, 55, 0, 0, time.Local), Every: time.Minute, Upgraded: 3,
		Canary: points(0.2, 0.3, nan, nan, 1.4, 1.6, nan, 1.5), Live: points(0.2, 0.25, 0.2, 0.2, 0.3, 0.2, 0.2, 0.25),
		Low: points(0.1, 0.1, 0.1, nan, 0.1, 0.1, 0.1, 0.1), High: points(0.4, 0.4, 0.4, nan, 0.5, 0.4, 0.4, 0.4),
	}
	verdict := judge.Verdict{Opinion: judge.Worse, Monitors: []monitors.Report{{
		Version: "v2", Opinion: monitors.Worse, Evidence: 31415, Needed: 400, Requests: 1395, Charts: []monitors.Chart{chart, {Name: "latency p50", Unit: "ms"}},
		Findings: []monitors.Finding{
			{Series: "errors", Direction: monitors.Up, Evidence: 31415, Words: "Errors: 41 in 1,395 requests; web1's own history and 9 peers predict 12. Evidence 31,415:1 (400:1 needed)."},
			{Series: "errors{endpoint=\"/cart\"}", Direction: monitors.Up, Evidence: 90, Words: "Errors of /cart\x1b[2J: 9 in 120 requests."},
		},
		Notes: []string{"Nothing is known of restarts of v1: the floor is wider."},
	}, {
		Version: "v3", Opinion: monitors.Undecided, Evidence: 0.4, Needed: 400, Requests: 1200, Missing: []string{"3,800 more requests: 4 min at this rate"}, Findings: []monitors.Finding{},
	}}}
	return began("web1", "web2", "web3").turn(0, rollout.Forward, fleet.Known(0, "api")).
		add(rollout.Event{Kind: rollout.WatchStarted}).
		add(rollout.Event{Kind: rollout.VerdictReached, Verdict: &verdict}).
		add(rollout.Event{Kind: rollout.RollbackStarted, Why: "web1: errors"})
}

func TestThePageDrawsCharts(t *testing.T) {
	var page bytes.Buffer
	if err := receipt.Make(7, judged().events).HTML(&page); err != nil {
		t.Fatal(err)
	}
	text := page.String()
	for _, want := range []string{
		"<span class=\"bad\">\u2715 worse</span>", "evidence against it 31,415:1, 400:1 needed; 1,395 requests", "41 in 1,395 requests",
		"missing: 3,800 more requests", "<svg viewBox", `<polyline class="canary" points="70.0,136.0 159.3,129.0"/>`, "upgraded 11:58:00",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if strings.Count(text, `<polyline class="canary"`) != 3 || strings.Count(text, `<polygon class="band"`) != 2 {
		t.Error("what is not known is drawn, or what is known is not")
	}
	for _, never := range []string{"<script", "http:", "https:", "NaN", "ZgotmplZ"} {
		if strings.Contains(text, never) {
			t.Errorf("%q is on the page", never)
		}
	}
	if err := xml.Unmarshal([]byte(svgOf(t, text)), new(any)); err != nil {
		t.Errorf("the chart is not well formed: %v", err)
	}
}

// svgOf is the first picture on a page.
func svgOf(t *testing.T, page string) string {
	t.Helper()
	from, to := strings.Index(page, "<svg"), strings.Index(page, "</svg>")
	if from < 0 || to < from {
		t.Fatal("no picture")
	}
	return page[from : to+len("</svg>")]
}
