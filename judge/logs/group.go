package logs

import "time"

// group is a family with all its shapes added up.
type group struct {
	root     *family
	severity severity
	level    Level
	counts   []count // by column, blocks that are still open included
	starts   []int64
	// canary and live are episodes; liveStarts and canaryStarts are lines of
	// start-ups; canaryLines and liveLines are all others, those too
	// late for a block included.
	canary, live             int64
	canaryLines, liveLines   int64
	canaryStarts, liveStarts int64
	first                    time.Time
	lastLive, lastCanary     time.Time
	samples                  []string
	stack                    string
	marks                    []*marks
}

// groups are all families, in the order in which they were first seen.
func (j *Judge) groups() []*group {
	byRoot := make([]*group, len(j.families))
	var all []*group
	for _, f := range j.families {
		root := j.root(f)
		g := byRoot[root.number]
		if g == nil {
			g = &group{root: root, counts: make([]count, len(j.columns)), starts: make([]int64, len(j.columns))}
			byRoot[root.number] = g
			all = append(all, g)
		}
		g.add(f)
	}
	for _, b := range j.open {
		if j.watch.Elapsed {
			break // all of it was compared
		}
		for _, t := range j.tallies(b) {
			byRoot[t.family].counts[t.column].episodes += int64(t.n)
		}
	}
	for _, g := range all {
		g.sum(j.columns)
	}
	return all
}

func (g *group) add(f *family) {
	g.severity = max(g.severity, f.severity)
	g.level = max(g.level, f.level)
	for i, n := range f.counts {
		g.counts[i].lines += n.lines
		g.counts[i].episodes += n.episodes
	}
	for i, n := range f.starts {
		g.starts[i] += n
	}
	if !f.first.IsZero() && (g.first.IsZero() || f.first.Before(g.first)) {
		g.first = f.first
	}
	g.lastLive, g.lastCanary = later(g.lastLive, f.lastLive), later(g.lastCanary, f.lastCanary)
	g.samples = append(g.samples, f.samples[:min(len(f.samples), SamplesMost-len(g.samples))]...)
	if g.stack == "" {
		g.stack = f.stack
	}
	if f.marks.timed > 0 {
		g.marks = append(g.marks, &f.marks)
	}
}

func (g *group) sum(columns []*column) {
	for i, c := range columns {
		if c.live {
			g.live += g.counts[i].episodes
			g.liveLines += g.counts[i].lines
			g.liveStarts += g.starts[i]
		} else {
			g.canary += g.counts[i].episodes
			g.canaryLines += g.counts[i].lines
			g.canaryStarts += g.starts[i]
		}
	}
}

// together tells whether two families come in the same episodes, or, where
// lines name none, in the same few seconds.
func (g *group) together(o *group) bool {
	named, timed, dense := [2]map[uint64]bool{{}, {}}, [2]map[uint64]bool{{}, {}}, false
	for i, marks := range [][]*marks{g.marks, o.marks} {
		for _, m := range marks {
			m.collect(named[i], timed[i])
		}
		dense = dense || isDense(timed[i])
	}
	if len(named[0]) > 0 && len(named[1]) > 0 {
		return overlap(named[0], named[1])
	}
	return !dense && overlap(timed[0], timed[1])
}

func (m *marks) collect(named, timed map[uint64]bool) {
	for _, mark := range m.episodes[:min(m.named, marksMost)] {
		named[mark] = true
	}
	for _, mark := range m.seconds[:min(m.timed, marksMost)] {
		timed[mark] = true
	}
}

// overlap tells whether most of either set is in the other.
func overlap(a, b map[uint64]bool) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	common := 0
	for mark := range a {
		if b[mark] {
			common++
		}
	}
	return len(a) > 0 && 5*common >= 3*len(a) && 3*len(a) >= len(b)
}

// isDense tells whether most seconds are marked, so that a common one means
// nothing.
func isDense(seconds map[uint64]bool) bool {
	if len(seconds) < 3 {
		return false
	}
	first, last := ^uint64(0), uint64(0)
	for s := range seconds {
		first, last = min(first, s), max(last, s)
	}
	return last-first < 3*uint64(len(seconds))
}
