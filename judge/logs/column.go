package logs

import (
	"time"

	"noon/fleet"
)

// column is one version on one server: who writes.
type column struct {
	server  string
	version fleet.Version
	live    bool
	lines   int64
	// starting lines are of start-ups; they are in no block.
	starting int64
	// lost lines had no room among the families.
	lost int64
	// late lines came when their time had been compared already.
	late int64
	// leftOut are lines in blocks that were not compared, as they or all live
	// servers were not wholly read.
	leftOut     int64
	first, last time.Time
	// started counts the starts whose lines were seen.
	started  bool
	episodes episodes
	// number in the comparer, -1 while it has none.
	number int
}

// episodes remembers the episodes of the last blocks, so that each counts
// once.
type episodes struct {
	now, before map[uint64]struct{}
	block       int64
}

// episodesMost bounds what is remembered of one column and block. Beyond it
// lines count as episodes.
const episodesMost = 1 << 15

// fresh tells whether the episode is counted for the first time.
func (e *episodes) fresh(block int64, episode uint64) bool {
	if block > e.block || e.now == nil {
		e.before, e.now, e.block = e.now, map[uint64]struct{}{}, block
	}
	if _, ok := e.before[episode]; ok {
		return false
	}
	if _, ok := e.now[episode]; ok {
		return false
	}
	if len(e.now) < episodesMost {
		e.now[episode] = struct{}{}
	}
	return true
}

// column returns the number of a writer.
func (j *Judge) column(server string, version fleet.Version) int {
	key := writer{server, version}
	if i, ok := j.writers[key]; ok {
		return i
	}
	j.writers[key] = len(j.columns)
	j.columns = append(j.columns, &column{server: server, version: version, live: version == j.watch.Live, number: -1})
	return len(j.columns) - 1
}

// writer is one version on one server.
type writer struct {
	server  string
	version fleet.Version
}

func (c *column) add(l Line) {
	c.lines++
	if c.first.IsZero() || l.Time.Before(c.first) {
		c.first = l.Time
	}
	if l.Time.After(c.last) {
		c.last = l.Time
	}
	if l.Starting {
		c.started = true
	}
}

// comparable is how many lines are compared, sooner or later.
func (c *column) comparable() int64 { return c.lines - c.starting - c.lost - c.late - c.leftOut }

// hash is FNV-1a.
func hash(texts ...string) uint64 {
	h := uint64(14695981039346656037)
	for _, text := range texts {
		for i := range len(text) {
			h = (h ^ uint64(text[i])) * 1099511628211
		}
		h = (h ^ 0xff) * 1099511628211
	}
	return h
}
