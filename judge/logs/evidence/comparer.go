package evidence

import "math"

// Comparer compares canaries with live servers, for every family at once.
// Families and columns are small numbers that the caller gives out.
type Comparer struct {
	alpha    float64
	columns  []column
	canaries []canary
	families []family
	history  history
	surfaces *surfaces
	blocks   int // that were added
	spending spending
	// population is what was learned when the watching was last begun.
	population population
	fresh      *past // of a family without history
	begun      int   // the first block of the watching
	trials     int
	untested   int
	tally      tally
}

// column is one version on one server.
type column struct{ role role }

type role int

const (
	live role = iota
	watched
	left // the live version of a server that is a canary now
)

// canary is one watched column and the same server's past. Until it is warm
// again after its restart, only families that were not known are compared.
type canary struct{ column, before, warm int }

// warmUp is how many blocks a restart is felt: what fills caches anew and opens
// connections is written more often for a while, by any version.
const warmUp = 6

// warming tells whether a restart may be what makes a canary write a known
// family more often in a block.
func (c *canary) warming(block int, f *family) bool { return block < c.warm && f.budget == 0 }

// family is what is known of one family.
type family struct {
	seen   bool
	budget float64 // its part of alpha; 0 if it was known before
	weight float64 // among those
	trials []*trial
	// untested: there was no room for trials.
	untested bool
	// written by the canaries while watching, and what the live servers' rate
	// and the exposures predict.
	written, predicted float64
}

// NoPast is the column of a canary's past that was not seen.
const NoPast = -1

// New returns a comparer whose chance of a false alarm is at most alpha.
func New(alpha float64) *Comparer {
	return &Comparer{alpha: alpha, surfaces: newSurfaces(), population: learn(nil)}
}

// Live adds a server with the live version and returns its column.
func (c *Comparer) Live() int {
	c.columns = append(c.columns, column{role: live})
	return len(c.columns) - 1
}

// Canary adds a server with a new version and returns its column. before is
// the column of the same server's live version, or NoPast. From now on what
// that server wrote before is its past, and no longer compared with.
//
// All watching begins anew, with what was won so far as its stake: the others
// are fewer now, and what is usual must be learned against those that remain.
func (c *Comparer) Canary(before int) int {
	c.columns = append(c.columns, column{role: watched})
	if before != NoPast {
		c.columns[before].role = left
	}
	c.canaries = append(c.canaries, canary{len(c.columns) - 1, before, c.warmFrom(before)})
	c.begin()
	return len(c.columns) - 1
}

// warmFrom is the block from which a canary that begins now is warm. A short
// history is compared with a short watch, of which not all is to be given up.
func (c *Comparer) warmFrom(before int) int {
	if before == NoPast {
		return c.blocks
	}
	return c.blocks + min(warmUp, len(c.history.blocks)/6)
}

// Block is what was counted in one block of time, in which all columns are
// equally long.
type Block struct {
	// Exposure of every column, by its number: 1 is what is usual for a
	// server, 0 is absent.
	Exposure []float64
	Counts   []Count
}

// Count is how often a column wrote a family.
type Count struct {
	Family, Column, N int32
	// Severe families that the live version was not seen to write before the
	// watching get half of alpha.
	Severe bool
}

// Add counts one closed block. The comparer keeps its counts.
func (c *Comparer) Add(b Block) {
	for _, n := range b.Counts {
		c.meet(n)
	}
	if len(c.canaries) > 0 {
		c.watchBlock(b)
	}
	c.history.add(b)
	c.blocks++
	if len(c.canaries) > 0 {
		c.relearn()
	}
}

// settling is how many blocks are seen before a family counts as met late: a
// watch without a past begins with families that are new to nobody.
const settling = 6

// meet gives a family that is seen for the first time its part of alpha. Who
// wrote it must not matter to that.
func (c *Comparer) meet(n Count) {
	for int(n.Family) >= len(c.families) {
		c.families = append(c.families, family{})
	}
	f := &c.families[n.Family]
	if f.seen {
		return
	}
	f.seen = true
	if len(c.canaries) == 0 || c.blocks < settling {
		f.weight = 1
		c.spending.known++
		return
	}
	f.budget = c.spending.late(n.Severe)
}

// watchBlock adds a block to every trial that it says something about.
func (c *Comparer) watchBlock(b Block) {
	restExposure := c.exposureOfLive(b)
	c.tally.take(b.Counts, c.columns, c.canaries)
	for i, canary := range c.canaries {
		exposure := b.exposure(canary.column)
		if exposure <= 0 || restExposure <= 0 {
			continue
		}
		for _, f := range c.tally.families {
			sh := share{c.tally.of(f, i), c.tally.rest(f), exposure, restExposure}
			c.families[f].written += float64(sh.canary)
			c.families[f].predicted += float64(sh.rest) * exposure / restExposure
			if canary.warming(c.blocks, &c.families[f]) {
				continue
			}
			if t := c.trial(f, i); t != nil {
				t.add(c.blocks, sh, c.surfaces)
			}
		}
	}
	c.tally.clear()
}

func (b Block) exposure(column int) float64 {
	if column < 0 || column >= len(b.Exposure) {
		return 0
	}
	return b.Exposure[column]
}

func (c *Comparer) exposureOfLive(b Block) float64 {
	sum := 0.0
	for i, col := range c.columns {
		if col.role == live {
			sum += b.exposure(i)
		}
	}
	return sum
}

// trialsMost bounds the memory of trials, about 4 KB each.
const trialsMost = 1 << 14

// Untested is how many families were not compared as there are too many.
func (c *Comparer) Untested() int { return c.untested }

// trial of a family on the i-th canary, nil if there is no room for one.
func (c *Comparer) trial(f int32, i int) *trial {
	fam := &c.families[f]
	if fam.trials == nil {
		if c.trials+len(c.canaries) > trialsMost {
			if !fam.untested {
				fam.untested = true
				c.untested++
			}
			return nil
		}
		c.trials += len(c.canaries)
		fam.trials = make([]*trial, len(c.canaries))
		for k := range fam.trials {
			fam.trials[k] = &trial{past: c.fresh}
		}
	}
	return fam.trials[i]
}

// Evidence returns what the blocks so far say of a family. One that was in no
// block yet needs what the next severe one will.
func (c *Comparer) Evidence(f int32) Evidence {
	e := Evidence{More: 1, Twice: 1, Less: 1, Needed: c.NeededOfNext(true)}
	if int(f) >= len(c.families) || !c.families[f].seen || len(c.canaries) == 0 {
		return e
	}
	fam := &c.families[f]
	e.Needed = 1 / (c.alpha * c.spending.part(fam.budget, fam.weight))
	e.Written, e.Predicted = fam.written, fam.predicted
	if w, ok := fam.won(c.surfaces); ok {
		e.More, e.Twice, e.Less = w.values()
	}
	return e
}

// won is the mean over the canaries: a mean of e-values is one. A canary on
// which the family was never seen has 1.
func (f *family) won(s *surfaces) (won, bool) {
	var sum won
	for _, t := range f.trials {
		w := t.value(s)
		sum.more += math.Exp(w.more)
		sum.twice += math.Exp(w.twice)
		sum.less += math.Exp(w.less)
	}
	n := float64(max(len(f.trials), 1))
	return won{math.Log(sum.more / n), math.Log(sum.twice / n), math.Log(sum.less / n)}, len(f.trials) > 0
}
