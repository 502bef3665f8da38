package observe

import (
	"fmt"
	"hash/fnv"

	"noon/fleet"
	"noon/judge"
	"noon/observe/logs"
)

// sample returns those of the live servers that are compared with: the ones that
// were before, while they live, and others at random, the same ones after a
// crash.
func sample(w judge.Watch, before map[string]bool) []fleet.Server {
	var known, others []fleet.Server
	for _, s := range w.Live {
		if before[s.Name] {
			known = append(known, s)
		} else {
			others = append(others, s)
		}
	}
	known = known[:min(len(known), logs.LiveMost)]
	seed := fnv.New64a()
	fmt.Fprintf(seed, "%s\x00%s", w.Service, w.To)
	return append(known, logs.Chosen(others, logs.LiveMost-len(known), seed.Sum64())...)
}
