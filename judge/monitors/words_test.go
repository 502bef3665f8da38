package monitors_test

import (
	"flag"
	"fmt"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"noon/judge/monitors"
)

var update = flag.Bool("update", false, "rewrite testdata")

// saying is a watch of the shop, and what its report says.
type saying struct {
	name string
	// spoil is what is wrong from the upgrade on, with web1 and how long ago.
	spoil    func(o *monitors.Observation, since time.Duration)
	settings monitors.Settings
	harm     func(s *shopServer)
	// until is the length of the watch, history what it has before the upgrade.
	until, history time.Duration
}

var sayings = []saying{
	{name: "errors up", harm: func(s *shopServer) { s.failing = .12 }, until: 2 * time.Minute},
	{name: "errors of an endpoint", spoil: func(o *monitors.Observation, since time.Duration) {
		o.Counters[`errors{endpoint="/cart"}`] = math.Floor(o.Counters["requests"] / 10 * .02)
		if o.Server == "web1" && since >= 0 {
			o.Counters[`errors{endpoint="/cart"}`] = math.Floor(o.Counters["requests"] / 10 * .5)
		}
		o.Counters[`requests{endpoint="/cart"}`] = o.Counters["requests"] / 10
	}, until: 5 * time.Minute},
	{name: "slower in the tail", harm: func(s *shopServer) { s.shares = []float64{.48, .38, .04, .1} }, until: 6 * time.Minute},
	{name: "a histogram that is not latency", spoil: func(o *monitors.Observation, since time.Duration) {
		h := o.Histograms["latency_seconds"]
		delete(o.Histograms, "latency_seconds")
		o.Histograms["batch_rows"] = monitors.Histogram{LE: []float64{10, 30, 100, math.Inf(1)}, Count: h.Count}
	}, harm: func(s *shopServer) { s.shares = []float64{.3, .3, .2, .2} }, until: 6 * time.Minute},
	{name: "business down", harm: func(s *shopServer) { s.ordering = .02 }, until: 3 * time.Minute},
	{name: "errors where there were none", harm: func(s *shopServer) { s.failing = .1 }, spoil: func(o *monitors.Observation, since time.Duration) {
		if o.Server != "web1" || since < 0 {
			o.Counters["errors"] = 0
		}
	}, until: 3 * time.Minute},
	{name: "gauge up", spoil: func(o *monitors.Observation, since time.Duration) {
		if o.Server == "web1" && since >= 0 {
			o.Gauges["cpu"] = .83
		}
	}, until: 12 * time.Minute},
	{name: "leak", spoil: func(o *monitors.Observation, since time.Duration) {
		if o.Server == "web1" && since >= 0 {
			o.Gauges["memory"] = 200e6 * (1 + .02*since.Minutes())
		}
	}, until: 28 * time.Minute},
	{name: "undecided: it grows, and may stop", spoil: func(o *monitors.Observation, since time.Duration) {
		if o.Server == "web1" && since >= 0 {
			o.Gauges["memory"] = 200e6 * (1 + .015*since.Minutes())
		}
	}, until: 16 * time.Minute},
	{name: "undecided: requests and time", until: time.Minute, settings: monitors.Settings{Least: 10 * time.Minute, Requests: 5000}},
	{name: "undecided: in between, another canary", harm: func(s *shopServer) { s.failing = .035 }, until: 30 * time.Minute},
	{name: "no history", history: time.Nanosecond, until: 2 * time.Minute},
	{name: "nothing wrong", until: 12 * time.Minute},
}

func (c saying) report(t *testing.T) monitors.Report {
	if c.settings.Least == 0 {
		c.settings = usual
	}
	history := 10 * time.Minute
	if c.history > 0 {
		history = c.history.Truncate(time.Second)
	}
	at := noon(history)
	s := newShop(t, c.settings, monitors.Upgrade{Server: "web1", Version: "v2", Time: at})
	if c.spoil != nil {
		s.spoil = func(o *monitors.Observation) *monitors.Observation { c.spoil(o, o.Time.Sub(at)); return o }
	}
	if history > 0 {
		s.run(history - 5*time.Second)
	}
	if c.harm != nil {
		c.harm(s.canary())
	}
	for until := history; until <= history+c.until; until += 15 * time.Second {
		s.run(until)
		s.judge.Report("v2")
	}
	return s.report()
}

func TestWords(t *testing.T) {
	var b strings.Builder
	for _, c := range sayings {
		r := c.report(t)
		fmt.Fprintf(&b, "# %s: %s\n", c.name, r.Opinion)
		for _, f := range r.Findings {
			fmt.Fprintf(&b, "finding  %s\n", f.Words)
		}
		lines(&b, "waiting ", r.Waiting)
		lines(&b, "missing ", r.Missing)
		lines(&b, "note    ", r.Notes)
		b.WriteByte('\n')
	}
	const path = "testdata/words.txt"
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != b.String() {
		t.Errorf("%v; -update writes it anew:\n%s", err, b.String())
	}
}

func lines(b *strings.Builder, kind string, all []string) {
	for _, text := range all {
		fmt.Fprintf(b, "%s %s\n", kind, text)
	}
}

// number is one in words; those of names, like web1's, are none.
var number = regexp.MustCompile(`(?:^|[ (])([0-9][0-9,]*(?:\.[0-9]+)?)(?:$|[ :;.)])`)

func TestEveryNumberInTheWordsIsOneThatTheJudgeUsed(t *testing.T) {
	said := 0
	for _, c := range sayings {
		r := c.report(t)
		for _, f := range r.Findings {
			used := []float64{f.Seen, f.Expected, f.Ratio, f.Evidence, r.Needed, f.Among, f.Floor, f.Growth, 4 /* live servers */, 1}
			words := regexp.MustCompile(`^[^:]*: |over [0-9]+ minutes?`).ReplaceAllString(f.Words, "") // the name, the time
			for _, m := range number.FindAllStringSubmatch(strings.ReplaceAll(words, " ", "  "), -1) {
				x, err := strconv.ParseFloat(strings.ReplaceAll(m[1], ",", ""), 64)
				if err != nil || !slices.ContainsFunc(used, func(y float64) bool { return saidAs(x, y) }) {
					t.Errorf("%s: %v of %q is none of %v", c.name, x, f.Words, used)
				}
				said++
			}
			for name, x := range map[string]float64{"seen": f.Seen, "evidence": f.Evidence, "needed": r.Needed} {
				if !slices.ContainsFunc(number.FindAllStringSubmatch(strings.ReplaceAll(words, " ", "  "), -1), func(m []string) bool {
					y, _ := strconv.ParseFloat(strings.ReplaceAll(m[1], ",", ""), 64)
					return saidAs(y, x)
				}) {
					t.Errorf("%s: %s, %v, is not in %q", c.name, name, x, f.Words)
				}
			}
		}
	}
	if said < 40 {
		t.Errorf("only %d numbers are said", said)
	}
}

// saidAs tells whether x is y, rounded to two digits, or as memory.
func saidAs(x, y float64) bool {
	for _, unit := range []float64{1, 1 << 20, 1.0 / 1000} {
		if y := y / unit; math.Abs(x-y) <= .05*math.Abs(y) && (x < 100 || math.Abs(x-y) <= 1) {
			return true
		}
	}
	return false
}
