package logs

import (
	"slices"

	"noon/fleet"
)

// knownMost is how many families Known and KnownOf return.
const knownMost = 5000

// Known returns the families that the live version is known to write, for its
// next watch: those that it was seen to write, the last ones first, then those
// that were known before.
func (j *Judge) Known() []Known {
	known := j.KnownOf(j.watch.Live)
	seen := map[string]bool{}
	for _, k := range known {
		seen[k.Key] = true
	}
	for _, k := range j.watch.Known {
		if len(known) < knownMost && !seen[k.Key] {
			known = append(known, k)
		}
	}
	return known
}

// KnownOf returns the families that servers with a version were seen to write,
// the last ones first: what is known of it once it is the live one.
func (j *Judge) KnownOf(v fleet.Version) []Known {
	groups := slices.DeleteFunc(j.groups(), func(g *group) bool { return !j.wrote(v, g) })
	slices.SortStableFunc(groups, func(a, b *group) int {
		if v == j.watch.Live {
			return b.lastLive.Compare(a.lastLive)
		}
		return b.lastCanary.Compare(a.lastCanary)
	})
	var known []Known
	for _, g := range groups[:min(len(groups), knownMost)] {
		known = append(known, Known{j.key(g.root), j.template(g.root)})
	}
	return known
}

// wrote tells whether servers with a version wrote a family.
func (j *Judge) wrote(v fleet.Version, g *group) bool {
	for i, c := range j.columns {
		if c.version == v && g.counts[i].lines+g.starts[i] > 0 {
			return true
		}
	}
	return false
}
