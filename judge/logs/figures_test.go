package logs_test

import (
	"fmt"
	"slices"
	"testing"

	"noon/judge/logs"
	"noon/judge/logs/evidence"
	"noon/judge/logs/simulated"
)

const alpha = logs.AlphaDefault

var fleets = []int{3, 6, 10}

// worlds in which nothing is wrong.
var worlds = []simulated.World{
	{Name: "equal servers"},
	{Name: "lasting differences .15", Spread: 0.15},
	{Name: "lasting differences .4", Spread: 0.4},
	{Name: "bursts and shocks", Spread: 0.15, Bursts: true},
	{Name: "hot canary host", Spread: 0.15, HotHost: true},
	{Name: "unequal traffic", Spread: 0.15, UnequalTraffic: true},
	{Name: "warming after the restart", Spread: 0.15, Warming: true},
	{Name: "all of it", Spread: 0.4, Bursts: true, HotHost: true, UnequalTraffic: true, Warming: true},
}

// faults to be found.
var faults = []simulated.Fault{
	{Name: "new template, .1 a block", New: 0.1},
	{Name: "new template, .2 a block", New: 0.2},
	{Name: "new template, .5 a block", New: 0.5},
	{Name: "new template, 2 a block", New: 2},
	{Name: "rate x 3, even", Factor: 3, Severity: simulated.Warning},
	{Name: "rate x 3, bursty", Factor: 3, Severity: simulated.Warning, Shape: 2},
	{Name: "rate x 3, very bursty", Factor: 3, Severity: simulated.Warning, Shape: 0.4},
	{Name: "rate x 10, even", Factor: 10, Severity: simulated.Warning},
	{Name: "rate x 10, bursty", Factor: 10, Severity: simulated.Warning, Shape: 2},
	{Name: "rate x 10, very bursty", Factor: 10, Severity: simulated.Warning, Shape: 0.4},
	{Name: "5 % faulty sessions", Sessions: 0.05},
	{Name: "20 % faulty sessions", Sessions: 0.2},
	{Name: "burst of the fleet (no STOP)", Burst: true},
}

// ours is the judge's comparison, with exposures estimated from the counts.
type ours struct {
	comparer *evidence.Comparer
	traffic  *evidence.Traffic
	present  []bool
	canary   int
	fleet    *simulated.Fleet
	blocks   int
}

func newOurs(servers int) *ours {
	o := &ours{comparer: evidence.New(alpha), traffic: evidence.NewTraffic(), present: make([]bool, servers+1), canary: -1}
	for s := range servers {
		o.comparer.Live()
		o.present[s] = true
	}
	return o
}

func (o *ours) add(f *simulated.Fleet, watching bool) {
	if watching && o.canary < 0 {
		o.canary = o.comparer.Canary(0)
		o.present[0], o.present[o.canary] = false, true
	}
	o.fleet = f
	o.blocks++
	var counts []evidence.Count
	for i, row := range f.Counts {
		for s, n := range row {
			if s == 0 && watching {
				s = o.canary
			}
			if n > 0 {
				counts = append(counts, evidence.Count{Family: int32(i), Column: int32(s), N: int32(n), Severe: f.SeverityOf(i) == simulated.Error})
			}
		}
	}
	o.comparer.Add(evidence.Block{Exposure: o.traffic.Exposures(counts, o.present), Counts: counts})
}

// stops looks every third block.
func (o *ours) stops() (int, bool) {
	if o.canary < 0 || o.blocks%3 != 0 {
		return 0, false
	}
	for i := range o.fleet.Counts {
		e := o.comparer.Evidence(int32(i))
		value := e.More
		if o.fleet.SeverityOf(i) == simulated.Quiet {
			value = e.Twice
		}
		if value >= e.Needed {
			return i, true
		}
	}
	return 0, false
}

// stop is how one watch ended.
type stop struct {
	found, wrong  bool
	blocks, lines int
}

// watch lets several methods watch one canary.
func watch(w simulated.World, fault simulated.Fault, seed uint64, methods ...rival) []stop {
	f := simulated.New(w, fault, seed)
	ends := make([]stop, len(methods))
	lines := 0
	for block := range simulated.History + simulated.Watch {
		watching := f.Watching()
		f.Next()
		for _, row := range f.Counts {
			if watching {
				lines += row[0]
			}
		}
		for i, m := range methods {
			if ends[i].found || ends[i].wrong {
				continue
			}
			m.add(f, watching)
			if family, ok := m.stops(); ok && watching {
				right := slices.Contains(f.Faulty(), family) && !fault.Burst
				ends[i] = stop{right, !right, block - simulated.History + 1, lines}
			}
		}
		if !slices.ContainsFunc(ends, func(s stop) bool { return !s.found && !s.wrong }) {
			break
		}
	}
	return ends
}

// BenchmarkFigures is `make bench-judge-logs`.
func BenchmarkFigures(b *testing.B) {
	printFalse(b, 88)
	printFound(b, 30)
	printScenarios(15)
}

// TestCanariesWithNothingWrongAreNotStopped is a small part of the tables.
func TestCanariesWithNothingWrongAreNotStopped(t *testing.T) {
	wrong := 0
	for i, w := range worlds {
		for seed := range uint64(3) {
			w.Servers = fleets[(i+int(seed))%len(fleets)]
			if watch(w, simulated.Fault{}, seed, newOurs(w.Servers))[0].wrong {
				wrong++
			}
		}
	}
	if wrong > 0 {
		t.Errorf("%d false STOPs", wrong)
	}
}

func TestFaultsAreFound(t *testing.T) {
	for _, c := range []struct {
		fault simulated.Fault
		least int // of 6 canaries
	}{
		{simulated.Fault{New: 0.5}, 5},
		{simulated.Fault{New: 2}, 6},
		{simulated.Fault{Factor: 10, Severity: simulated.Warning}, 5},
		{simulated.Fault{Factor: 3, Severity: simulated.Warning}, 3},
		{simulated.Fault{Sessions: 0.05}, 5},
		{simulated.Fault{Sessions: 0.2}, 6},
	} {
		found := 0
		for seed := range uint64(6) {
			if watch(simulated.World{Servers: 6, Spread: 0.15}, c.fault, seed, newOurs(6))[0].found {
				found++
			}
		}
		if found < c.least {
			t.Errorf("%+v: found in %d of 6", c.fault, found)
		}
	}
}

func printFalse(t testing.TB, canaries int) {
	fmt.Printf("\nFalse STOPs of canaries with nothing wrong (%d blocks of %d s watched, %d before)\n\n", simulated.Watch, simulated.BlockSeconds, simulated.History)
	fmt.Printf("%-26s %8s %8s %8s | %10s %10s %10s\n", "", "3", "6", "10", "rank+floor", "rank", "binomial")
	var sums [4]int
	for _, w := range worlds {
		row := fmt.Sprintf("%-26s", w.Name)
		var beside [4]int
		for _, w.Servers = range fleets {
			wrong := 0
			for seed := range uint64(canaries) {
				ends := watch(w, simulated.Fault{}, seed, newOurs(w.Servers), newRanks(true, seed), newRanks(false, seed), &pooled{})
				for i, e := range ends {
					if e.wrong {
						beside[i]++
					}
				}
				if ends[0].wrong {
					wrong++
				}
			}
			row += fmt.Sprintf(" %8d", wrong)
		}
		n := len(fleets) * canaries
		fmt.Printf("%s | %10s %10s %10s\n", row, share(beside[1], n), share(beside[2], n), share(beside[3], n))
		for i := range sums {
			sums[i] += beside[i]
		}
	}
	n := len(worlds) * len(fleets) * canaries
	fmt.Printf("\nof %d canaries, per 1,000: judge %.1f, rank e-process with floor %.1f, without %.0f, binomial with BH %.0f\n",
		n, perThousand(sums[0], n), perThousand(sums[1], n), perThousand(sums[2], n), perThousand(sums[3], n))
	if perThousand(sums[0], n) > 2 {
		t.Errorf("more than 2 false STOPs per 1,000")
	}
}

func perThousand(k, n int) float64 { return 1000 * float64(k) / float64(n) }

func share(k, n int) string { return fmt.Sprintf("%.3f", float64(k)/float64(n)) }

func printFound(t testing.TB, canaries int) {
	fmt.Printf("\nSTOP within %d blocks (lasting differences .15, bursts and shocks): share, median canary lines, median blocks\n\n", simulated.Watch)
	fmt.Printf("%-29s", "")
	for _, n := range fleets {
		fmt.Printf(" | %-20s", fmt.Sprint(n, " servers"))
	}
	fmt.Printf(" | %s\n", "rank+floor, 6")
	for _, fault := range faults {
		fmt.Printf("%-29s", fault.Name)
		beside := 0
		for _, n := range fleets {
			var ends []stop
			for seed := range uint64(canaries) {
				methods := []rival{newOurs(n)}
				if n == 6 {
					methods = append(methods, newRanks(true, seed))
				}
				both := watch(simulated.World{Servers: n, Spread: 0.15, Bursts: true}, fault, 5000+seed, methods...)
				ends = append(ends, both[0])
				if n == 6 && (both[1].found || fault.Burst && both[1].wrong) {
					beside++
				}
			}
			fmt.Printf(" | %-20s", summary(ends))
		}
		fmt.Printf(" | %.2f\n", float64(beside)/float64(canaries))
	}
}

func summary(ends []stop) string {
	var lines, blocks []int
	wrong := 0
	for _, e := range ends {
		if e.found {
			lines, blocks = append(lines, e.lines), append(blocks, e.blocks)
		}
		if e.wrong {
			wrong++
		}
	}
	text := fmt.Sprintf("%.2f", float64(len(lines))/float64(len(ends)))
	if len(lines) > 0 {
		slices.Sort(lines)
		slices.Sort(blocks)
		text += fmt.Sprintf(" %6d %4d", lines[len(lines)/2], blocks[len(blocks)/2])
	}
	if wrong > 0 {
		text += fmt.Sprintf(" (%d!)", wrong)
	}
	return text
}
