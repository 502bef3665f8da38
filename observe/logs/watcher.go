package logs

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"

	"noon/fleet"
)

// Watcher follows a set of servers that grows.
type Watcher struct {
	follower *Follower
	ctx      context.Context
	to       Sink
	mu       sync.Mutex
	servers  map[string]bool
	work     sync.WaitGroup
}

// Watch returns a watcher that follows the servers it is given until ctx ends.
func (f *Follower) Watch(ctx context.Context, to Sink) *Watcher {
	return &Watcher{follower: f, ctx: ctx, to: to, servers: map[string]bool{}}
}

// Add follows these servers too, unless they are followed already.
func (w *Watcher) Add(servers ...fleet.Server) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range servers {
		if w.servers[s.Name] || w.ctx.Err() != nil {
			continue
		}
		w.servers[s.Name] = true
		w.work.Go(func() { w.follower.Follow(w.ctx, s, w.to) })
	}
}

// Wait waits until nothing is followed any more, after ctx has ended.
func (w *Watcher) Wait() {
	<-w.ctx.Done()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.work.Wait()
}

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
