package monitors

import (
	"time"

	"noon/fleet"
)

// contender is one new version, and the servers that run it.
type contender struct {
	version fleet.Version
	// since is when its first server was put back.
	since time.Time
	// columns are its servers.
	columns  []int
	requests float64
	// seen is when one of them was last measured, compared when one was last
	// compared with live servers.
	seen, compared time.Time
	// worst is the most evidence there ever was against it, as a logarithm.
	worst   float64
	accused map[string]float64
}

func (j *Judge) contender(v fleet.Version) *contender {
	for _, c := range j.contenders {
		if c.version == v {
			return c
		}
	}
	return nil
}

// Versions are the new versions, in the order in which they came.
func (j *Judge) Versions() []fleet.Version {
	var all []fleet.Version
	for _, c := range j.contenders {
		all = append(all, c.version)
	}
	return all
}

// Upgraded tells of one more server that was put back with a new version.
// Observations of it from then on are of that version.
func (j *Judge) Upgraded(u Upgrade) {
	at := j.column(u.Server)
	if at < 0 {
		return
	}
	c := j.columns[at]
	c.left = false
	c.upgrades = append(c.upgrades, u)
	if u.Version == j.watch.Live {
		// It was brought back: from now on it is one of the live servers, with a
		// past of its own.
		c.upgrades = nil
		return
	}
	k := j.contender(u.Version)
	if k == nil {
		k = &contender{version: u.Version, since: u.Time, accused: map[string]float64{}}
		j.contenders = append(j.contenders, k)
	}
	if u.Time.Before(k.since) {
		k.since = u.Time
	}
	for _, known := range k.columns {
		if known == at {
			return
		}
	}
	k.columns = append(k.columns, at)
}

// Left tells that a server is no longer compared: it was turned back, or
// somebody else changed it.
func (j *Judge) Left(server string) {
	if at := j.column(server); at >= 0 {
		j.columns[at].left = true
		for _, k := range j.contenders {
			for i, known := range k.columns {
				if known == at {
					k.columns = append(k.columns[:i:i], k.columns[i+1:]...)
					break
				}
			}
		}
	}
}
