package logs

import (
	"slices"
	"time"

	"noon/judge/logs/evidence"
)

// enter makes the writers of a block known to the comparer: live servers with
// their first line, canaries with the first whole block of theirs.
func (j *Judge) enter(at int64, b block) {
	var writing []int
	for p := range b {
		if c := j.columns[p.column]; c.live && c.number < 0 {
			writing = append(writing, int(p.column))
		}
	}
	slices.Sort(writing)
	for _, i := range slices.Compact(writing) {
		if j.canaryOf(j.columns[i].server) == nil {
			j.columns[i].number = j.comparer.Live()
			j.entrants++
		}
	}
	for _, c := range j.columns {
		if !c.live && c.number < 0 && at >= j.from(c) {
			j.enterCanary(c)
		}
	}
}

func (j *Judge) enterCanary(c *column) {
	before := evidence.NoPast
	if i, ok := j.writers[writer{c.server, j.watch.Live}]; ok && j.columns[i].number >= 0 {
		before = j.columns[i].number
	}
	c.number = j.comparer.Canary(before)
	j.entrants++
}

// canaryOf is the server's column with a new version that is compared, nil if
// there is none.
func (j *Judge) canaryOf(server string) *column {
	for _, c := range j.columns {
		if !c.live && c.server == server && c.number >= 0 {
			return c
		}
	}
	return nil
}

// from is the first block of a canary that is compared: not one of which its
// version wrote less than half.
func (j *Judge) from(c *column) int64 {
	if j.past {
		return 1 << 62
	}
	since := j.canaries[writer{c.server, c.version}].Since
	if since.IsZero() {
		since = c.first
	}
	if since.IsZero() {
		return 1 << 62
	}
	if j.watch.Elapsed {
		return 0
	}
	return since.Add(j.watch.Block/2-time.Nanosecond).UnixNano() / int64(j.watch.Block)
}

// entered tells whether a column's lines of a block are compared. A canary's
// live version is its past only; what was not wholly read is not known.
func (j *Judge) entered(c *column, at int64) bool {
	switch {
	case c.number < 0 || j.blindAt(c.server, at):
		return false
	case c.live:
		return j.canaryOf(c.server) == nil
	}
	return at >= j.from(c)
}

// merge tells the comparer of families that were found to be one.
func (j *Judge) merge() {
	into := map[int32]int32{}
	for i, f := range j.families {
		root := j.root(f).number
		if i >= len(j.roots) {
			j.roots = append(j.roots, root)
			continue
		}
		if was := j.roots[i]; was != root {
			into[was] = root
			j.roots[i] = root
		}
	}
	if len(into) > 0 {
		j.comparer.Merge(into)
	}
}

// elapsed compares everything by the time since each server's first line: the
// live servers' lines first as history, if the canaries have one, and then as
// what is written meanwhile.
func (j *Judge) elapsed() {
	j.merge()
	j.begin()
	for _, c := range j.columns {
		c.number, c.leftOut = -1, 0
	}
	for _, f := range j.families {
		for i := range f.counts {
			f.counts[i].episodes = 0
		}
	}
	blocks := j.ready(time.Time{})
	if j.hasPast() {
		j.past = true
		j.compareSome(blocks, func(c *column) bool { return c.live })
		j.past = false
	}
	j.compareSome(blocks, func(c *column) bool { return !c.live || !j.upgradedLater(c) })
}

func (j *Judge) compareSome(blocks []int64, of func(*column) bool) {
	for _, at := range blocks {
		some := block{}
		for p, c := range j.open[at] {
			if of(j.columns[p.column]) {
				some[p] = c
			}
		}
		j.compare(at, some)
	}
}

func (j *Judge) hasPast() bool { return slices.ContainsFunc(j.columns, j.upgradedLater) }

// upgradedLater tells whether a column is the live version of a canary.
func (j *Judge) upgradedLater(c *column) bool {
	return c.live && slices.ContainsFunc(j.columns, func(o *column) bool { return !o.live && o.server == c.server })
}
