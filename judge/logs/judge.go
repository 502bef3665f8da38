package logs

import (
	"slices"
	"time"

	"noon/fleet"
	"noon/judge/logs/evidence"
	"noon/judge/logs/mine"
)

// Judge compares lines of canaries with lines of live servers. It is not safe
// for use by several goroutines at once. Its memory is bounded.
type Judge struct {
	watch    Watch
	register *register
	known    map[string]bool
	canaries map[writer]Canary

	// Who writes, and what.
	columns  []*column
	writers  map[writer]int
	miner    *mine.Miner
	shapes   []shaped
	stacks   map[string]*family
	families []*family
	roots    []int32 // of families, when they were last compared
	text     []byte
	sampled  int

	// Blocks that wait for late lines; closed is the last one that does not.
	open   map[int64]block
	closed int64
	// past: what is compared now is history only.
	past bool

	comparer *evidence.Comparer
	entrants int
	traffic  *evidence.Traffic
	requests map[string]*served

	unknown, noRoom int64
	missed          map[string]*missed
	missedBefore    int64
	stopped         map[int32]bool
	// blind is by server.
	blind map[string]blindness
}

// missed lines of one server.
type missed struct {
	lines int64
	// uncounted: nobody knows how many more there were.
	uncounted bool
	why       []string
}

// New returns a judge that has seen nothing.
func New(w Watch) *Judge {
	if w.Alpha <= 0 {
		w.Alpha = AlphaDefault
	}
	if w.Least <= 0 {
		w.Least = LeastDefault
	}
	if w.Block <= 0 {
		w.Block = BlockDefault
	}
	j := &Judge{
		watch: w, register: newRegister(w.Register, w.Service), known: map[string]bool{}, canaries: map[writer]Canary{},
		writers: map[writer]int{}, miner: mine.New(mine.Options{}), stacks: map[string]*family{},
		open: map[int64]block{}, requests: map[string]*served{}, missed: map[string]*missed{}, stopped: map[int32]bool{},
		blind: map[string]blindness{},
	}
	j.begin()
	for _, k := range w.Known {
		j.known[k.Key] = true
	}
	for _, c := range w.Canaries {
		j.Upgraded(c)
	}
	return j
}

// begin forgets what was compared, not what was counted.
func (j *Judge) begin() {
	j.comparer, j.traffic, j.entrants = evidence.New(j.watch.Alpha), evidence.NewTraffic(), 0
	j.closed = -1 << 62
}

// Upgraded tells that a server now runs a new version. What it wrote before
// stays its past. It may be told again.
func (j *Judge) Upgraded(c Canary) {
	if c.Version == j.watch.Live {
		return
	}
	key := writer{c.Server, c.Version}
	if _, again := j.canaries[key]; !again {
		j.forgive(c.Server)
	}
	j.canaries[key] = c
	j.column(c.Server, c.Version)
}

// Add counts one entry. Entries of one server come roughly in the order of
// their times; servers may be far apart.
func (j *Judge) Add(l Line) {
	switch {
	case l.Version == "" || l.Server == "" || l.Time.IsZero() && !j.onlyLive(l):
		j.unknown++
		return
	case l.Time.IsZero():
		j.learn(l)
		return
	}
	number := j.column(l.Server, l.Version)
	c := j.columns[number]
	c.add(l)
	f := j.family(l)
	if f == nil {
		c.lost++
		j.noRoom++
		return
	}
	f.level = max(f.level, l.Level)
	switch {
	case l.Starting:
		f.start(number)
		c.starting++
	case j.count(f, number, l):
		f.at(number).lines++
	default:
		c.lost++
		j.noRoom++
		return
	}
	if c.live {
		f.lastLive = later(f.lastLive, l.Time)
		return
	}
	f.lastCanary = later(f.lastCanary, l.Time)
	j.addCanary(f, l)
}

// onlyLive tells whether a line is of the live version on a server that never
// had another one. Of any other, a line without a time may be of either.
func (j *Judge) onlyLive(l Line) bool {
	return l.Version == j.watch.Live && !slices.ContainsFunc(j.columns, func(c *column) bool { return !c.live && c.server == l.Server })
}

// learn takes a line of the live version whose time is not known, as the past
// of a log without times is: it is in no block, but what it says is not new.
func (j *Judge) learn(l Line) {
	if f := j.family(l); f != nil {
		f.level = max(f.level, l.Level)
		f.at(j.column(l.Server, l.Version)).lines++
	} else {
		j.noRoom++
	}
}

// Served tells how many requests a server has served since some start. It is
// optional; without it exposure is estimated from the lines themselves.
func (j *Judge) Served(server string, at time.Time, requests int64) {
	if j.requests[server] == nil {
		j.requests[server] = &served{}
	}
	j.requests[server].add(at, requests)
}

// Missed tells that lines of a server were written but could not be read, and
// why; -1 is that nobody knows how many. A canary whose lines were missed is not
// clean; a live server is not compared with where its lines were missed.
func (j *Judge) Missed(server string, lines int64, why string) {
	m := j.missed[server]
	if m == nil {
		m = &missed{}
		j.missed[server] = m
	}
	m.lines, m.uncounted = m.lines+max(lines, 0), m.uncounted || lines < 0
	if !slices.Contains(m.why, why) && len(m.why) < 3 {
		m.why = append(m.why, why)
	}
	j.short(server)
}

// forgive forgets what was missed of a server before it got the new version:
// what the new one wrote is read from its beginning.
func (j *Judge) forgive(server string) {
	if m := j.missed[server]; m != nil {
		j.missedBefore += m.lines
		delete(j.missed, server)
	}
}

// canaryVersions are the new versions that were seen or told.
func (j *Judge) canaryVersions() []fleet.Version {
	var versions []fleet.Version
	for _, c := range j.columns {
		if !c.live && !slices.Contains(versions, c.version) {
			versions = append(versions, c.version)
		}
	}
	return versions
}
