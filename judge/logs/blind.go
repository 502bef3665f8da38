package logs

import (
	"slices"
	"time"
)

// blindness is the times in which a server's log was not wholly read, in
// order. What it wrote then is unknown, which is not nothing.
type blindness []span

// span is from one time to another, the end included; a zero end is not known
// yet.
type span struct{ from, to time.Time }

// spansMost is how many times of one server are told apart.
const spansMost = 1024

// Blind tells that a server's log is not read, or not wholly, since then and
// until Seeing says otherwise. Blocks of that time are not compared with what
// the server wrote. It may be told again.
func (j *Judge) Blind(server string, from time.Time) {
	b := j.blind[server]
	if n := len(b); n > 0 && (b[n-1].to.IsZero() || n >= spansMost) {
		b[n-1] = span{earlier(b[n-1].from, from), time.Time{}}
		return
	}
	j.blind[server] = append(b, span{from: from})
}

// Seeing tells that all of a server's log is read from then on.
func (j *Judge) Seeing(server string, at time.Time) {
	if j.isBlind(server) {
		last := &j.blind[server][len(j.blind[server])-1]
		last.to = later(at, last.from)
	}
}

func (j *Judge) isBlind(server string) bool {
	b := j.blind[server]
	return len(b) > 0 && b[len(b)-1].to.IsZero()
}

// blindAt tells whether a server's log was not wholly read in a block.
func (j *Judge) blindAt(server string, block int64) bool {
	if j.watch.Elapsed {
		return false
	}
	from, to := j.times(block)
	return slices.ContainsFunc(j.blind[server], func(s span) bool { return s.from.Before(to) && (s.to.IsZero() || !s.to.Before(from)) })
}

// times are the beginning and the end of a block by the clock.
func (j *Judge) times(block int64) (from, to time.Time) {
	from = time.Unix(0, block*int64(j.watch.Block))
	return from, from.Add(j.watch.Block)
}

// short tells that the counts of a live server's last lines are too small.
func (j *Judge) short(server string) {
	i, ok := j.writers[writer{server, j.watch.Live}]
	if !ok || j.columns[i].last.IsZero() || j.isBlind(server) {
		return
	}
	j.Blind(server, j.columns[i].last)
	j.Seeing(server, j.columns[i].last)
}

// forget drops the times of which every block was compared.
func (j *Judge) forget() {
	if j.watch.Elapsed || j.closed < 0 {
		return
	}
	_, to := j.times(j.closed)
	for server, b := range j.blind {
		j.blind[server] = slices.DeleteFunc(b, func(s span) bool { return !s.to.IsZero() && s.to.Before(to) })
	}
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// leaveOut counts the lines of canaries in a block that is not compared, as
// they or all the live servers were not wholly read.
func (j *Judge) leaveOut(at int64, b block) {
	live := slices.ContainsFunc(j.columns, func(c *column) bool { return c.live && j.entered(c, at) })
	for p, n := range b {
		if c := j.columns[p.column]; !c.live && (!live || j.blindAt(c.server, at)) {
			c.leftOut += int64(n.lines)
		}
	}
}
