package observe

import (
	"fmt"
	"hash/fnv"
	"slices"

	"noon/fleet"
	"noon/judge"
	"noon/observe/logs"
)

// compared are the servers that a watch compares: the canaries, upgraded or not,
// those that are looked at anyway, and some of the live ones. The cost does not
// grow with the fleet.
func compared(w judge.Watch, before func(server string) bool) []fleet.Server {
	all := slices.Clone(w.Canaries)
	for _, u := range w.Upgraded {
		if u.Asked {
			all = append(all, u.Server)
		}
	}
	return append(all, sample(w, before)...)
}

// sample returns those of the live servers that are compared with: the ones that
// were before, while they live, and others at random, the same ones after a
// crash, and for logs and monitors.
func sample(w judge.Watch, before func(server string) bool) []fleet.Server {
	var known, others []fleet.Server
	for _, s := range w.Live {
		if before(s.Name) {
			known = append(known, s)
		} else {
			others = append(others, s)
		}
	}
	known = known[:min(len(known), logs.LiveMost)]
	seed := fnv.New64a()
	fmt.Fprintf(seed, "%s\x00%s", w.Service, w.New())
	return append(known, logs.Chosen(others, logs.LiveMost-len(known), seed.Sum64())...)
}
