package simulated

import "math"

// World says what is usual in a fleet. Its zero value is a fleet of equal
// servers without bursts.
type World struct {
	Name    string
	Servers int
	// Spread is the standard deviation of the lasting log difference between
	// servers, drawn for every family and server.
	Spread float64
	// Bursts: servers have bursts of their own, and shocks hit all of them.
	Bursts bool
	// HotHost: the canary's machine writes a tenth of the families 4 to 12
	// times as often as others, always did.
	HotHost bool
	// Warming: after the upgrade, a tenth of the families come 2 to 6 times as
	// often on the canary, less and less so over some minutes.
	Warming bool
	// UnequalTraffic: servers get from a third to three times the requests,
	// and the canary's share changes when it is put back.
	UnequalTraffic bool
}

// Families that a world has; the first ones are the most frequent.
const Families = 200

// History and Watch are blocks before and after the upgrade of server 0, the
// canary. A block is 10 s.
const (
	History = 60
	Watch   = 60
)

// Severity of a family.
type Severity int

const (
	Quiet Severity = iota
	Warning
	Error
)

// family is one kind of line.
type family struct {
	rate     float64 // episodes a block on an average server
	shape    float64 // of its bursts, 0 is none
	severity Severity
	born     int // the block in which it is first written
}

// Fleet is a world with everything drawn, that moves on block by block.
type Fleet struct {
	draw     draw
	world    World
	fault    Fault
	families []family
	// lasting is by family and server; bursts by the same, the blocks left.
	lasting [][]float64
	bursts  []burst
	block   int
	warming []float64 // log factors by family
	// Traffic is the requests of each server in the last block, 1 is average.
	Traffic []float64
	// Counts are the episodes of the last block by family and server.
	Counts [][]int
	base   []float64
	faulty faulty
}

// burst multiplies some families for some blocks, on one server or on all.
type burst struct {
	server   int // all if negative
	families map[int]bool
	factor   float64
	left     int
}

// New draws a fleet.
func New(w World, fault Fault, seed uint64) *Fleet {
	f := &Fleet{draw: newDraw(seed), world: w, fault: fault}
	f.drawFamilies()
	f.drawServers()
	f.drawWarming()
	f.place()
	f.Counts = make([][]int, len(f.families))
	for i := range f.Counts {
		f.Counts[i] = make([]int, w.Servers)
	}
	f.Traffic = make([]float64, w.Servers)
	return f
}

// drawFamilies: rates after Zipf, 160 episodes a block and server in total;
// rare families are errors more often. Some begin late, on every server.
func (f *Fleet) drawFamilies() {
	sum := 0.0
	for i := range Families {
		sum += 1 / float64(i+1)
	}
	for i := range Families {
		n := family{rate: 160 / sum / float64(i+1)}
		switch p := f.draw.Float64(); {
		case p < 0.3:
			n.shape = 2
		case p < 0.5:
			n.shape = 0.4
		}
		switch p := f.draw.Float64() * float64(Families) / float64(i+20); {
		case p < 0.2:
			n.severity = Error
		case p < 0.5:
			n.severity = Warning
		}
		if i > 20 && f.draw.Float64() < 0.04 {
			n.born = f.draw.IntN(History + Watch)
		}
		f.families = append(f.families, n)
	}
	// A tail of families that are written once in a long while.
	for range Families / 2 {
		f.families = append(f.families, family{rate: 0.004 * f.draw.Float64(), severity: Severity(f.draw.IntN(3))})
	}
}

// warmingBlocks is in how many blocks what a restart does falls to a third.
const warmingBlocks = 6

func (f *Fleet) drawWarming() {
	f.warming = make([]float64, len(f.families))
	for i := range f.warming {
		if f.world.Warming && f.draw.Float64() < 0.1 {
			f.warming[i] = math.Log(2 + 4*f.draw.Float64())
		}
	}
}

// warm is the factor of a family so long after the restart.
func (f *Fleet) warm(i int) float64 {
	if i >= len(f.warming) || f.warming[i] == 0 {
		return 1
	}
	return math.Exp(f.warming[i] * math.Exp(-float64(f.block-History)/warmingBlocks))
}

func (f *Fleet) drawServers() {
	f.base = make([]float64, f.world.Servers)
	for s := range f.base {
		f.base[s] = 1
		if f.world.UnequalTraffic {
			f.base[s] = f.draw.lognormal(0.5)
		}
	}
	for range f.families {
		row := make([]float64, f.world.Servers)
		for s := range row {
			row[s] = f.draw.lognormal(f.world.Spread)
		}
		if f.world.HotHost && f.draw.Float64() < 0.1 {
			row[0] *= 4 + 8*f.draw.Float64()
		}
		f.lasting = append(f.lasting, row)
	}
}

// Next moves on by one block.
func (f *Fleet) Next() {
	f.drawTraffic()
	if f.world.Bursts {
		f.drawBursts()
	}
	for i, n := range f.families {
		factor := f.shared(i)
		for s := range f.Counts[i] {
			f.Counts[i][s] = 0
			if f.block < n.born {
				continue
			}
			mean := n.rate * f.Traffic[s] * f.lasting[i][s] * factor * f.own(i, s)
			if s == 0 && f.Watching() {
				mean *= f.faulty.factor(i) * f.warm(i)
			}
			f.Counts[i][s] = f.draw.negativeBinomial(mean, n.shape)
		}
	}
	f.addFault()
	f.block++
}

// Watching tells whether the next block is written by the new version.
func (f *Fleet) Watching() bool { return f.block >= History }

// SeverityOf a family.
func (f *Fleet) SeverityOf(i int) Severity { return f.families[i].severity }

func (f *Fleet) drawTraffic() {
	wave := f.draw.lognormal(0.1)
	for s := range f.Traffic {
		f.Traffic[s] = f.base[s] * wave
		if f.world.UnequalTraffic {
			f.Traffic[s] *= f.draw.lognormal(0.2)
		}
	}
	if f.world.UnequalTraffic && f.Watching() {
		f.Traffic[0] *= 1.6
	}
}

// drawBursts begins, in every 25th block, a shock of all servers; and on every
// server, in every 40th block, a burst of its own. They last up to 3 blocks.
func (f *Fleet) drawBursts() {
	kept := f.bursts[:0]
	for _, b := range f.bursts {
		if b.left--; b.left > 0 {
			kept = append(kept, b)
		}
	}
	f.bursts = kept
	if f.draw.Float64() < 1.0/25 {
		f.bursts = append(f.bursts, f.newBurst(-1, 10))
	}
	for s := range f.world.Servers {
		if f.draw.Float64() < 1.0/40 {
			f.bursts = append(f.bursts, f.newBurst(s, 4))
		}
	}
}

func (f *Fleet) newBurst(server, families int) burst {
	b := burst{server: server, families: map[int]bool{}, factor: 5 + 25*f.draw.Float64(), left: 1 + f.draw.IntN(3)}
	for range families {
		b.families[f.draw.IntN(len(f.families))] = true
	}
	return b
}

func (f *Fleet) shared(i int) float64 {
	factor := 1.0
	for _, b := range f.bursts {
		if b.server < 0 && b.families[i] {
			factor *= b.factor
		}
	}
	return factor
}

func (f *Fleet) own(i, s int) float64 {
	factor := 1.0
	for _, b := range f.bursts {
		if b.server == s && b.families[i] {
			factor *= b.factor
		}
	}
	return factor
}
