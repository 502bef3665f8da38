package evidence

import "slices"

// historyMost is how many counts are kept to learn from, about 16 MB.
const historyMost = 1 << 20

// history is the blocks so far, the oldest forgotten first.
type history struct {
	blocks []Block
	counts int
}

func (h *history) add(b Block) {
	h.blocks = append(h.blocks, b)
	h.counts += len(b.Counts)
	for h.counts > historyMost && len(h.blocks) > 1 {
		h.counts -= len(h.blocks[0].Counts)
		h.blocks = h.blocks[1:]
	}
}

// begin begins the watching anew: what was won is shared out evenly between
// the canaries, and what is usual is learned from all of history.
func (c *Comparer) begin() {
	c.trials = 0
	for f := range c.families {
		c.stake(&c.families[f])
	}
	c.begun = c.blocks
	c.weigh()
	pasts := make([][]*filter, len(c.canaries))
	var all []*filter
	for i, canary := range c.canaries {
		pasts[i] = c.pastsOf(canary)
		for _, s := range pasts[i] {
			if s != nil {
				all = append(all, s)
			}
		}
	}
	c.population = learn(all)
	c.fresh = c.population.of(newFilter(0))
	for f := range c.families {
		for _, t := range c.families[f].trials {
			t.past = c.fresh
		}
	}
	for i, past := range pasts {
		for f, s := range past {
			if s == nil {
				continue
			}
			if t := c.trial(int32(f), i); t != nil {
				t.past = c.population.of(s)
			}
		}
	}
}

// stake begins a family's trials anew with what was won so far.
func (c *Comparer) stake(f *family) {
	w, any := f.won(c.surfaces)
	if f.trials = nil; !any {
		return
	}
	c.trials += len(c.canaries)
	for range c.canaries {
		f.trials = append(f.trials, &trial{capital: w, now: w})
	}
}

// pastsOf is what a canary's past says of every family, by its number, against
// the servers that are still live; nil is nothing.
func (c *Comparer) pastsOf(canary canary) []*filter {
	pasts := make([]*filter, len(c.families))
	if canary.before == NoPast {
		return pasts
	}
	for i, b := range c.history.blocks {
		exposure, rest := b.exposure(canary.before), c.exposureOfLive(b)
		if c.columns[canary.before].role == live {
			rest -= exposure
		}
		if exposure <= 0 || rest <= 0 {
			continue
		}
		c.tally.takePast(b.Counts, c.columns, canary.before)
		for _, f := range c.tally.families {
			if pasts[f] == nil {
				pasts[f] = newFilter(i)
			}
			pasts[f].add(i, c.surfaces.of(share{c.tally.of(f, 0), c.tally.rest(f), exposure, rest}))
		}
		c.tally.clear()
	}
	return pasts
}

// relearnAt are the blocks after which the population is learned anew, where
// no canary has a past: what differs between servers is then seen on the live
// ones, each against the others.
var relearnAt = []int{15, 30, 60, 120, 360}

// relearn learns the population from the live servers.
func (c *Comparer) relearn() {
	if !slices.Contains(relearnAt, c.blocks-c.begun) || slices.ContainsFunc(c.canaries, func(k canary) bool { return k.before != NoPast }) {
		return
	}
	var all []*filter
	for col := range c.columns {
		if c.columns[col].role != live {
			continue
		}
		for _, s := range c.pastsOf(canary{before: col}) {
			if s != nil {
				all = append(all, s)
			}
		}
	}
	c.population = learn(all)
	*c.fresh = *c.population.of(newFilter(0))
	for f := range c.families {
		for _, t := range c.families[f].trials {
			t.stale = t.watch != nil || len(t.waiting) > 0
		}
	}
}
