package logs

import (
	"cmp"
	"math"
	"slices"
	"time"

	"noon/judge/logs/evidence"
)

const (
	// late is how long a block waits for lines that are on their way.
	late = 5 * time.Second
	// rareShare: a family that no server wrote in more than this share of a
	// block's seconds is rare; where its lines name no episode, each second is
	// one.
	rareShare = 0.3
	// blocksMost bounds the blocks that wait; later lines are unknown.
	blocksMost = 100_000
)

// block is what was counted in one block of time, by family and column.
type block map[place]*cell

type place struct {
	family int32
	column int16
}

// cell counts the episodes that have names, and the lines and seconds of those
// that have none.
type cell struct {
	lines                   int32
	named, unnamed, seconds int32
	second                  int64
}

func (c *cell) add(l Line, fresh bool) {
	c.lines++
	switch second := l.Time.Unix(); {
	case l.Episode != "" && fresh:
		c.named++
	case l.Episode != "":
	case second != c.second:
		c.second = second
		c.seconds++
		c.unnamed++
	default:
		c.unnamed++
	}
}

// blockOf is the number of the block that a column's line belongs to.
func (j *Judge) blockOf(c *column, at time.Time) int64 {
	if j.watch.Elapsed {
		return max(int64(at.Sub(c.first)/j.watch.Block), 0)
	}
	return max(at.UnixNano()/int64(j.watch.Block), j.closed+1)
}

// lateBlocks is how many blocks late a line may be to count in the next one.
const lateBlocks = 2

// tooLate tells that a line is of a time that was compared long ago: a server's
// connection was broken, or its past is read after that of the others. In a
// block of now it would be a burst that never was.
func (j *Judge) tooLate(at time.Time) bool {
	return !j.watch.Elapsed && at.UnixNano()/int64(j.watch.Block) < j.closed-lateBlocks
}

// count counts one line in its block, and tells whether there was room.
func (j *Judge) count(f *family, number int, l Line) bool {
	c := j.columns[number]
	if j.tooLate(l.Time) {
		c.late++
		return true
	}
	at := j.blockOf(c, l.Time)
	b := j.open[at]
	if b == nil {
		if len(j.open) >= blocksMost {
			return false
		}
		b = block{}
		j.open[at] = b
	}
	p := place{f.number, int16(number)}
	if b[p] == nil {
		b[p] = &cell{}
	}
	b[p].add(l, l.Episode != "" && c.episodes.fresh(at, hash(l.Episode)^uint64(f.number)*0x9e3779b97f4a7c15))
	return true
}

// waiting is how many lines of a column are in blocks that are not compared
// yet.
func (j *Judge) waiting(column int) (lines int64) {
	if j.watch.Elapsed {
		return 0 // all of them were compared
	}
	for _, b := range j.open {
		for p, c := range b {
			if int(p.column) == column {
				lines += int64(c.lines)
			}
		}
	}
	return lines
}

// tallies are the counts of a block by family, as families are by now.
func (j *Judge) tallies(b block) []tally {
	sums := map[place]*tally{}
	var all []*tally
	for p, c := range b {
		root := place{j.root(j.families[p.family]).number, p.column}
		t := sums[root]
		if t == nil {
			t = &tally{place: root}
			sums[root] = t
			all = append(all, t)
		}
		t.named += c.named
		t.unnamed += c.unnamed
		t.seconds += c.seconds
	}
	slices.SortFunc(all, func(a, b *tally) int {
		return cmp.Or(cmp.Compare(a.family, b.family), cmp.Compare(a.column, b.column))
	})
	return j.settle(all)
}

// tally is how often a column wrote a family in one block.
type tally struct {
	place
	named, unnamed, seconds int32
	n                       int32
}

// settle decides, alike for all columns of a family, what an episode is. Where
// lines name none and the family is rare, it is what the live servers write in
// one second: a fault that logs 300 lines at once is one episode, but three
// lines where there was one are three.
func (j *Judge) settle(all []*tally) []tally {
	var settled []tally
	for from := 0; from < len(all); {
		to, seconds := from, int32(0)
		for to < len(all) && all[to].family == all[from].family {
			seconds = max(seconds, all[to].seconds)
			to++
		}
		rare := float64(seconds) <= rareShare*j.watch.Block.Seconds()
		for _, t := range all[from:to] {
			t.n = t.named + t.unnamed
			if rare {
				t.n = t.named + j.families[t.family].moments(t)
			}
			settled = append(settled, *t)
		}
		from = to
	}
	return settled
}

// moments are the lines that name no episode, in what live servers write in
// one second.
func (f *family) moments(t *tally) int32 {
	if f.liveSeconds == 0 || t.unnamed == 0 {
		return t.seconds
	}
	usual := float64(f.liveLines) / float64(f.liveSeconds)
	return max(int32(math.Round(float64(t.unnamed)/usual)), 1)
}

// Advance compares what nobody waits for any more, as Report does, so that long
// logs that are complete need no more memory than short ones.
func (j *Judge) Advance(now time.Time) {
	if !j.watch.Elapsed {
		j.close(now)
	}
}

// close gives every block that nobody waits for any more to the comparer.
func (j *Judge) close(now time.Time) {
	j.merge()
	for _, at := range j.ready(now) {
		j.compare(at, j.open[at])
		delete(j.open, at)
		j.closed = at
	}
	j.forget()
}

// ready are the blocks to close, the earliest first.
func (j *Judge) ready(now time.Time) []int64 {
	var ready []int64
	for at := range j.open {
		if now.IsZero() || time.Unix(0, (at+1)*int64(j.watch.Block)).Add(late).Before(now) {
			ready = append(ready, at)
		}
	}
	slices.Sort(ready)
	return ready
}

// learnMoments learns how many lines live servers write in one second.
func (j *Judge) learnMoments(b block) {
	for p, c := range b {
		if root := j.root(j.families[p.family]); j.columns[p.column].live {
			root.liveLines += int64(c.unnamed)
			root.liveSeconds += int64(c.seconds)
		}
	}
}

// compare closes one block.
func (j *Judge) compare(at int64, b block) {
	j.enter(at, b)
	j.learnMoments(b)
	var counts []evidence.Count
	for _, t := range j.tallies(b) {
		f, c := j.families[t.family], j.columns[t.column]
		if (!j.past || j.upgradedLater(c)) && !(c.live && j.blindAt(c.server, at)) {
			f.at(int(t.column)).episodes += int64(t.n)
		}
		if !j.entered(c, at) {
			continue
		}
		counts = append(counts, evidence.Count{Family: t.family, Column: int32(c.number), N: t.n, Severe: f.severity == severe})
	}
	if !j.past {
		j.leaveOut(at, b)
	}
	j.comparer.Add(evidence.Block{Exposure: j.exposures(at, counts), Counts: counts})
}
