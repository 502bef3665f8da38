package evidence

import (
	"maps"
	"slices"
)

// Merge tells that families have been found to be others: what was counted of
// a key is its value's from now on. What they won before the watching was last
// begun is given up, what they lost is not.
func (c *Comparer) Merge(into map[int32]int32) {
	for i := range c.history.blocks {
		c.history.blocks[i].rename(into)
	}
	for _, from := range slices.Sorted(maps.Keys(into)) {
		c.mergeOne(from, into[from])
	}
}

// rename leaves the counts that others hold as they are.
func (b *Block) rename(into map[int32]int32) {
	named := func(n Count) bool { _, ok := into[n.Family]; return ok }
	if !slices.ContainsFunc(b.Counts, named) {
		return
	}
	b.Counts = slices.Clone(b.Counts)
	for i, n := range b.Counts {
		if to, ok := into[n.Family]; ok {
			b.Counts[i].Family = to
		}
	}
}

func (c *Comparer) mergeOne(from, to int32) {
	for int(max(from, to)) >= len(c.families) {
		c.families = append(c.families, family{})
	}
	a, b := &c.families[from], &c.families[to]
	if !a.seen {
		return
	}
	if !b.seen {
		b.seen, b.budget, b.weight = true, a.budget, a.weight
	}
	b.written += a.written
	b.predicted += a.predicted
	capital := won{more: min(a.lost().more, b.lost().more), twice: min(a.lost().twice, b.lost().twice), less: min(a.lost().less, b.lost().less)}
	b.trials = c.together([]int32{to})
	for _, t := range b.trials {
		t.capital = capital
	}
	*a = family{seen: true, budget: a.budget}
}

// lost is what was lost before the watching was last begun, as logarithms.
func (f *family) lost() (l won) {
	for _, t := range f.trials {
		l.more, l.twice, l.less = min(l.more, t.capital.more), min(l.twice, t.capital.twice), min(l.less, t.capital.less)
	}
	return l
}

// Together returns the evidence that several families, taken for one, are
// written more often. It needs what a known family does.
func (c *Comparer) Together(families ...int32) Evidence {
	f := family{trials: c.together(families)}
	e := Evidence{More: 1, Twice: 1, Less: 1, Needed: c.NeededOfKnown()}
	if w, ok := f.won(c.surfaces); ok && len(c.canaries) > 0 {
		e.More, e.Twice, e.Less = w.values()
	}
	return e
}

// NeededOfKnown is how large the evidence of a family must be that was known
// before the watching.
func (c *Comparer) NeededOfKnown() float64 { return 1 / (c.alpha * c.spending.part(0, 1)) }

// NeededOfNext is how large the evidence of a family must be that will be met
// next.
func (c *Comparer) NeededOfNext(severe bool) float64 {
	next := c.spending
	return 1 / (c.alpha * next.late(severe))
}

// together makes trials of families taken for one, from what is remembered.
func (c *Comparer) together(families []int32) []*trial {
	trials := make([]*trial, len(c.canaries))
	for i, canary := range c.canaries {
		trials[i] = &trial{}
		past := newFilter(0)
		first := c.blocks - len(c.history.blocks)
		for k, b := range c.history.blocks {
			at := first + k
			if at < c.begun {
				if sh, ok := c.shareOf(b, canary.before, families); ok {
					past.add(at, c.surfaces.of(sh))
				}
			} else if sh, ok := c.shareOf(b, canary.column, families); ok && !c.anyWarming(canary, at, families) {
				trials[i].add(at, sh, c.surfaces)
			}
		}
		trials[i].past = c.population.of(past)
	}
	return trials
}

func (c *Comparer) anyWarming(k canary, at int, families []int32) bool {
	return slices.ContainsFunc(families, func(f int32) bool { return int(f) < len(c.families) && k.warming(at, &c.families[f]) })
}

// shareOf is what a block says of families taken for one, and whether it says
// anything.
func (c *Comparer) shareOf(b Block, column int, families []int32) (share, bool) {
	sh := share{canaryExposure: b.exposure(column), restExposure: c.exposureOfLive(b)}
	if column == NoPast || sh.canaryExposure <= 0 || sh.restExposure <= 0 {
		return sh, false
	}
	for _, n := range b.Counts {
		if !slices.Contains(families, n.Family) {
			continue
		}
		switch {
		case int(n.Column) == column:
			sh.canary += int(n.N)
		case c.columns[n.Column].role == live:
			sh.rest += int(n.N)
		}
	}
	return sh, sh.canary+sh.rest > 0
}

// EpisodesNeeded is how many episodes of a severe family that nobody wrote
// before stop a canary that alone writes them, one a block, as things are; 0
// if none ever do, as there is nobody to compare with.
func (c *Comparer) EpisodesNeeded() int {
	rest := 0
	for _, col := range c.columns {
		if col.role == live {
			rest++
		}
	}
	if rest == 0 || len(c.canaries) == 0 {
		return 0
	}
	needed := c.NeededOfNext(true)
	t := trial{past: c.fresh}
	for n := 1; n <= episodesMost; n++ {
		t.add(n*forgotten, share{1, 0, 1, float64(rest)}, c.surfaces)
		if more, _, _ := t.value(c.surfaces).values(); more/float64(len(c.canaries)) >= needed {
			return n
		}
	}
	return 0
}

const episodesMost = 200
