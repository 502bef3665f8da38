package logs_test

import (
	"fmt"
	"regexp"
	"slices"
	"testing"
	"time"

	"noon/fleet"
	"noon/judge/logs"
	"noon/judge/logs/simulated"
)

// scenario is one canary of a simulated fleet, told line by line.
type scenario struct {
	name  string
	fault simulated.Fault
	// caveat: the family of the fault is in the register.
	caveat bool
	// reword: the new version words the family of the fault anew.
	reword bool
	// panics: one panic, in the middle of the watch.
	panics bool
	// what has to come out: the tier of the family, and whether to stop.
	tier logs.Tier
	kind logs.Kind
}

var scenarios = []scenario{
	{name: "nothing wrong"},
	{name: "a known caveat at its usual rate", fault: simulated.Fault{Factor: 1, Severity: simulated.Warning}, caveat: true, tier: logs.TierKnown},
	{name: "a known caveat at 10 times its rate", fault: simulated.Fault{Factor: 10, Severity: simulated.Warning}, caveat: true, tier: logs.TierStop, kind: logs.KindRate},
	{name: "a burst of the whole fleet", fault: simulated.Fault{Burst: true}},
	{name: "an error in other words", fault: simulated.Fault{Factor: 1, Severity: simulated.Error}, reword: true, tier: logs.TierWatch, kind: logs.KindReworded},
	{name: "a new panic, at its first line", panics: true, tier: logs.TierWatch, kind: logs.KindNew},
	{name: "an error in 5 % of sessions", fault: simulated.Fault{Sessions: 0.05}, tier: logs.TierStop},
}

// play returns the last report, and the first one after the panic.
func (s scenario) play(seed uint64) (last, first logs.Report) {
	f := simulated.New(simulated.World{Servers: 6, Spread: 0.15, Bursts: true}, s.fault, seed)
	w := logs.Watch{Service: "shop", Live: "v1"}
	if s.caveat {
		w.Register = []logs.Caveat{{Family: digits.ReplaceAllString(f.Text(f.Faulty()[0]), "<*>"), Why: "known", Ticket: "SHOP-1"}}
	}
	j := logs.New(w)
	for block := range simulated.History + simulated.Watch/2 {
		if f.Watching() && block == simulated.History {
			j.Upgraded(logs.Canary{Server: "web1", Version: "v2", Since: at(block * simulated.BlockSeconds)})
		}
		canary := f.Watching()
		f.Next()
		lines := f.Lines()
		slices.SortStableFunc(lines, func(a, b simulated.Line) int { return a.Second - b.Second })
		for _, l := range lines {
			j.Add(s.line(f, l, canary))
		}
		now := at((block+1)*simulated.BlockSeconds - 1)
		if s.panics && block == simulated.History+10 {
			j.Add(logs.Line{Server: "web1", Version: "v2", Time: now, Level: logs.Fatal, Text: "panic: nil", Raw: "panic: nil", Stack: &logs.Stack{Key: "nil: shop.pay", Text: "shop.pay()"}})
			first = j.Report(now)
		}
		last = j.Report(now)
		if last.Verdict == logs.Stop {
			break
		}
	}
	return last, first
}

var digits = regexp.MustCompile(`[0-9]+`)

func at(second int) time.Time { return noonTime.Add(time.Duration(second) * time.Second) }

func (s scenario) line(f *simulated.Fleet, l simulated.Line, watching bool) logs.Line {
	levels := map[simulated.Severity]logs.Level{simulated.Quiet: logs.Info, simulated.Warning: logs.Warning, simulated.Error: logs.Error}
	version := fleet.Version("v1")
	text := l.Text
	if watching && l.Server == 0 {
		version = "v2"
		if s.reword && l.Family == f.Faulty()[0] {
			text = simulated.Reworded(text)
		}
	}
	return logs.Line{
		Server: fmt.Sprint("web", l.Server+1), Version: version, Time: at(l.Second), Level: levels[l.Severity],
		Episode: l.Episode, Text: text, Raw: text,
	}
}

// right tells whether a report is as it has to be.
func (s scenario) right(last, first logs.Report) bool {
	if s.panics {
		return slices.ContainsFunc(first.Findings, func(f logs.Finding) bool { return f.Stack != "" && f.Tier == logs.TierWatch && f.Canary == 1 })
	}
	if (last.Verdict == logs.Stop) != (s.tier == logs.TierStop) {
		return false
	}
	return s.tier == "" || slices.ContainsFunc(last.Findings, func(f logs.Finding) bool {
		return f.Tier == s.tier && (s.kind == "" || f.Kind == s.kind)
	})
}

func printScenarios(canaries int) {
	fmt.Printf("\nLine by line through the miner, 6 servers, %d blocks watched: share that comes out right, false STOPs\n\n", simulated.Watch/2)
	for _, s := range scenarios {
		right, wrong := 0, 0
		for seed := range uint64(canaries) {
			last, first := s.play(seed)
			if s.right(last, first) {
				right++
			}
			if last.Verdict == logs.Stop && s.tier != logs.TierStop {
				wrong++
			}
		}
		fmt.Printf("%-37s %.2f  %d\n", s.name, float64(right)/float64(canaries), wrong)
	}
}

func TestSimulatedFleetsAreJudgedRightLineByLine(t *testing.T) {
	for _, s := range scenarios {
		if last, first := s.play(3); !s.right(last, first) {
			t.Errorf("%s: %s", s.name, told(last))
		}
	}
}
