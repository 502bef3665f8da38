package monitors

import (
	"math"
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
	// of is the contender whose version it runs, for a canary.
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
	values       []reading
	histograms   map[string]Histogram
}

// reading is a cumulative number.
type reading struct {
	value float64
	known bool
}

// young tells whether the process was started so little ago that it is not yet
// as it will be.
func (c *column) young(now time.Time, within time.Duration) bool {
	return !c.restarted.IsZero() && now.Sub(c.restarted) < within
}

// age of the process of a canary.
func (c *column) age(now time.Time) time.Duration {
	since := c.restarted
	if n := len(c.upgrades); n > 0 {
		for _, u := range c.upgrades {
			if !u.Time.After(now) && u.Time.After(since) {
				since = u.Time
			}
		}
	}
	return now.Sub(since)
}

// runs decides what a server with that version is at that time.
func (c *column) runs(version, liveVersion fleet.Version, now time.Time) (role, fleet.Version) {
	if c.left {
		return other, ""
	}
	upgraded := Upgrade{}
	for _, u := range c.upgrades {
		if !u.Time.After(now) {
			upgraded = u
		}
	}
	switch {
	case upgraded.Version != "" && version == upgraded.Version:
		return canary, version
	case upgraded.Version == "" && version == liveVersion:
		return live, ""
	}
	return other, ""
}

// step is what one counter did between two observations.
type step struct {
	by    float64
	known bool
	// reset: it began anew, and by is what it counted since.
	reset bool
}

// next takes a counter's value and returns its step. A value that falls is of
// another process. Where the version changed without a fall it is unknown who
// counted what.
func (r *reading) next(value float64, changed bool) step {
	before := *r
	*r = reading{value, true}
	switch {
	case !before.known:
		return step{}
	case value < before.value:
		return step{value, true, true}
	case changed:
		return step{}
	}
	return step{value - before.value, true, false}
}

// counts tells whether a number can be a counter.
func counts(value float64) bool { return value >= 0 && !math.IsInf(value, 0) && !math.IsNaN(value) }
