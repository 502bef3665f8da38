package proxy

import (
	"slices"
	"sync"
	"time"

	"noon/balancer/lb"
	"noon/fleet"
)

// pool holds the servers, and who gets the next request. One lock guards both
// a server's place and its requests in flight: after a server left rotation
// and its count is 0, no request can still be on its way to it.
type pool struct {
	// changing is held over a whole change, its write to disk included; mu only
	// for moments.
	changing sync.Mutex
	mu       sync.Mutex
	servers  []*server
	state    stateFile
	connect  time.Duration
}

// newPool returns the pool of these places. Nobody takes requests until the
// first check.
func newPool(places []place, state stateFile, connect time.Duration) *pool {
	p := &pool{state: state, connect: connect}
	for _, at := range places {
		p.servers = append(p.servers, &server{
			place: at, health: fleet.HealthUnknown,
			connections: newConnections(at.Address, connect),
			hurry:       make(chan struct{}, 1),
		})
	}
	return p
}

// choose returns the server for a request that failed on the servers in
// tried, or nil. It is nginx's smooth weighted round robin: shares are exact
// also with little traffic, and a small weight gets single requests, not runs.
// The caller holds mu.
func (p *pool) choose(tried []*server) *server {
	var best *server
	total := 0
	for _, s := range p.servers {
		if !s.takes() {
			s.turn = 0
			continue
		}
		if slices.Contains(tried, s) {
			continue
		}
		s.turn += s.Weight
		total += s.Weight
		if best == nil || s.turn > best.turn {
			best = s
		}
	}
	if best != nil {
		best.turn -= total
	}
	return best
}

// shown is every server in the words of the admin socket.
func (p *pool) shown() []lb.Server {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := make([]lb.Server, 0, len(p.servers))
	for _, s := range p.servers {
		all = append(all, s.shown())
	}
	return all
}

// inFlight counts the requests that have a server.
func (p *pool) inFlight() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	var n int64
	for _, s := range p.servers {
		n += s.inFlight
	}
	return n
}

// named returns the server of that name, or nil. The list of servers and
// their names never change, so no lock is needed.
func (p *pool) named(name string) *server {
	for _, s := range p.servers {
		if s.Name == name {
			return s
		}
	}
	return nil
}
