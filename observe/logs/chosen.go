package logs

import (
	"math/rand/v2"
	"slices"

	"noon/fleet"
)

// LiveMost is how many servers with the live version are enough to compare
// with.
const LiveMost = 12

// Chosen returns at most so many of the servers, at random by the seed, in the
// order in which they were given.
func Chosen(servers []fleet.Server, most int, seed uint64) []fleet.Server {
	if len(servers) <= most {
		return slices.Clone(servers)
	}
	places := rand.New(rand.NewPCG(seed, 0)).Perm(len(servers))[:most]
	slices.Sort(places)
	chosen := make([]fleet.Server, most)
	for i, place := range places {
		chosen[i] = servers[place]
	}
	return chosen
}
