package monitors

import (
	"time"

	"noon/fleet"
)

// role is what a server is compared as.
type role int

const (
	// other servers are not compared: being upgraded, or changed by somebody else.
	other role = iota
	live
	canary
)

// column is one server.
type column struct {
	name string
	// version and seen are of its last observation.
	version fleet.Version
	seen    time.Time
	role    role
	// of is the contender whose version it runs, nil if it is no canary.
	of *contender
	// upgrades are those that it had, or will have, the first one first.
	upgrades []Upgrade
	left     bool
	// restarted is when its process was last seen to be another one, zero if
	// that was not seen.
	restarted time.Time
	// served are its requests since then, or since it was first seen.
	served float64
	// observations were taken; values are the last ones of each series, taken
	// at that observation.
	observations int
	// passed is how many in a row were passed over as older than the last one,
	// doubted the time of the last one if that was far ahead of the others.
	passed     int
	doubted    time.Time
	values     []reading
	histograms map[string]Histogram
}

// reading is a cumulative number.
type reading struct {
	value float64
	known bool
}

// behind tells whether a time is not after the last observation.
func (c *column) behind(now time.Time) bool {
	if c.observations == 0 || now.After(c.seen) {
		c.passed = 0
		return false
	}
	c.passed++
	return true
}

// young tells whether the process was started so little ago that it is not yet
// as it will be.
func (c *column) young(now time.Time, within time.Duration) bool {
	return !c.restarted.IsZero() && now.Sub(c.restarted) < within
}

// age of the process of a canary.
func (c *column) age(now time.Time) time.Duration {
	since := c.upgraded(now).Time
	if c.restarted.After(since) {
		since = c.restarted
	}
	return now.Sub(since)
}

// upgraded is the last upgrade before a time.
func (c *column) upgraded(now time.Time) Upgrade {
	last := Upgrade{}
	for _, u := range c.upgrades {
		if !u.Time.After(now) {
			last = u
		}
	}
	return last
}

// leave: from now on it is not compared.
func (c *column) leave() { c.left, c.role, c.of = true, other, nil }

// runs decides what a server with that version is at that time.
func (c *column) runs(version, liveVersion fleet.Version, now time.Time) role {
	if c.left {
		return other
	}
	switch upgraded := c.upgraded(now); {
	case upgraded.Version != "" && version == upgraded.Version:
		return canary
	case upgraded.Version == "" && version == liveVersion:
		return live
	}
	return other
}

// step is what one counter did between two observations.
type step struct {
	by    float64
	known bool
	// reset: it began anew, and by is what it counted since.
	reset bool
}

// next takes a counter's value and returns its step. A value that falls began
// anew if its server restarted; otherwise nobody knows what it did. Where the
// version changed without a fall it is unknown who counted what.
func (r *reading) next(value float64, changed, restarted bool) step {
	before := *r
	*r = reading{value, true}
	switch {
	case !before.known:
		return step{}
	case value < before.value:
		return step{value, restarted, restarted}
	case changed:
		return step{}
	}
	return step{value - before.value, true, false}
}

// countMost is the highest number that a counter has without losing any.
const countMost = 1 << 53

// counts tells whether a number can be a counter.
func counts(value float64) bool { return value >= 0 && value <= countMost }

// reading is the last one of the series at a place.
func (c *column) reading(at int) *reading {
	for len(c.values) <= at {
		c.values = append(c.values, make([]reading, at+1-len(c.values)+16)...)
	}
	return &c.values[at]
}
