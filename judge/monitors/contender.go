package monitors

import (
	"slices"
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
	// worst is the most evidence there ever was against it, as a logarithm;
	// worse that it was once enough: it stays so.
	worst float64
	worse bool
	// accused are the series that were named then, with their evidence.
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
	if at < 0 || u.Version == "" {
		return
	}
	c := j.columns[at]
	j.forsake(at)
	c.left = false
	if u.Version == j.watch.Live {
		// It was brought back: from now on it is one of the live servers, with a
		// past of its own.
		c.upgrades = nil
		return
	}
	c.upgrades = append(c.upgrades, u)
	k := j.contender(u.Version)
	if k == nil {
		k = &contender{version: u.Version, since: u.Time, accused: map[string]float64{}}
		j.contenders = append(j.contenders, k)
	}
	if u.Time.Before(k.since) {
		k.since = u.Time
	}
	k.columns = append(k.columns, at)
}

// forsake takes a server away from the versions that it ran.
func (j *Judge) forsake(at int) {
	for _, k := range j.contenders {
		k.columns = slices.DeleteFunc(k.columns, func(known int) bool { return known == at })
	}
}

// Left tells that a server is no longer compared: it was turned back, or
// somebody else changed it.
func (j *Judge) Left(server string) {
	if at, known := j.named[server]; known {
		j.columns[at].leave()
		j.forsake(at)
	}
}
