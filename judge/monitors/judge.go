package monitors

import (
	"math"
	"time"
)

const (
	// columnsMost and familiesMost bound what one watch holds; what is beyond is
	// not judged, and said.
	columnsMost  = 256
	familiesMost = 2000
	// paceDefault is the time between two observations of a server, until it is
	// known.
	paceDefault = 5 * time.Second
	paceLeast   = time.Second / 2
	paceMost    = time.Minute
	// paceLearned is of how many intervals it is learned.
	paceLearned = 30
)

// Judge compares the versions of one watch. It is used by one goroutine at a
// time.
type Judge struct {
	watch      Watch
	settings   Settings
	columns    []*column
	named      map[string]int
	contenders []*contender

	// known are the counters that were seen, plain how many of them have no
	// labels, parts how many families have some.
	known        map[string]*series
	plain, parts int
	steps        []step // of the observation that is taken
	families     []*family
	gauges       map[string]*gauge
	order        []*gauge
	// edges are those of each histogram.
	edges  map[string][]*family
	charts drawing

	began, now time.Time
	pace       time.Duration
	intervals  []time.Duration
	// tick is the one that is being filled.
	tick int64
	// restarts of servers with the live version that were seen.
	restarts []restart
	tooMany  bool
}

// restart is a server's process that was replaced by one of the same version.
type restart struct {
	column int
	at     int64 // minute
}

// New returns a judge of a watch.
func New(w Watch, s Settings) *Judge {
	j := &Judge{
		watch: w, settings: s, named: map[string]int{}, known: map[string]*series{},
		gauges: map[string]*gauge{}, edges: map[string][]*family{}, pace: paceDefault,
	}
	for _, server := range w.Servers {
		j.column(server)
	}
	for _, u := range w.Upgrades {
		j.Upgraded(u)
	}
	return j
}

// column returns the place of a server, -1 if there is no room for it.
func (j *Judge) column(server string) int {
	if at, ok := j.named[server]; ok {
		return at
	}
	if len(j.columns) >= columnsMost {
		j.tooMany = true
		return -1
	}
	j.named[server] = len(j.columns)
	j.columns = append(j.columns, &column{name: server, histograms: map[string]Histogram{}})
	return len(j.columns) - 1
}

// Observe takes an observation into account. Observations come in order of
// time; one that is older than the last of its server is passed over, and one
// that is far ahead until the next one agrees with it.
func (j *Judge) Observe(o Observation) {
	at := j.column(o.Server)
	if at < 0 {
		return
	}
	c := j.columns[at]
	if c.behind(o.Time) || j.ahead(c, o.Time) {
		return
	}
	j.clock(c, o.Time)
	changed := c.observations > 0 && c.version != o.Version
	if c.role = c.runs(o.Version, j.watch.Live, o.Time); c.role == canary {
		c.of = j.contender(o.Version)
	} else {
		c.of = nil
	}
	t := taken{j: j, at: at, c: c, o: o, changed: changed}
	t.take()
	c.version, c.seen = o.Version, o.Time
	c.observations++
}

// leapMost is how far time may leap at once without a second observation of the
// same server that agrees.
const leapMost = time.Hour

// ahead tells whether a time is so far ahead that it is rather a clock that was
// set wrongly for a moment.
func (j *Judge) ahead(c *column, now time.Time) bool {
	doubted := c.doubted
	c.doubted = time.Time{}
	if j.began.IsZero() || now.Sub(j.now) <= leapMost {
		return false
	}
	if since := now.Sub(doubted); !doubted.IsZero() && since > 0 && since <= leapMost {
		return false
	}
	c.doubted = now
	return true
}

// clock learns the pace, and closes a tick that is over.
func (j *Judge) clock(c *column, now time.Time) {
	if j.began.IsZero() {
		j.began, j.now = now, now
		j.charts.begin(now)
	}
	if c.observations > 0 && len(j.intervals) < paceLearned {
		j.intervals = append(j.intervals, now.Sub(c.seen))
		j.learnPace(now)
	}
	if tick := j.tickOf(now); tick > j.tick {
		j.weigh(j.now)
		j.tick = tick
	}
	if now.After(j.now) {
		j.now = now
	}
}

func (j *Judge) learnPace(now time.Time) {
	if n := len(j.intervals); n == 5 || n == paceLearned {
		j.pace = min(max(median(j.intervals), paceLeast), paceMost)
		j.tick = j.tickOf(j.now)
	}
}

func (j *Judge) tickOf(t time.Time) int64 {
	return int64(math.Floor(float64(t.Sub(j.began)) / float64(j.pace)))
}

// minuteOf a time, since the judge began.
func (j *Judge) minuteOf(t time.Time) int64 {
	return int64(math.Floor(t.Sub(j.began).Minutes()))
}
