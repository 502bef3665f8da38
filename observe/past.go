package observe

import (
	"context"
	"slices"
	"sync"
	"time"

	"noon/fleet"
	"noon/judge"
	"noon/judge/monitors"
)

// Past is what the servers' monitors showed lately, kept by a controller that
// stays, so that a rollout has something to compare with from its beginning.
type Past struct {
	// History is how long it is kept.
	History time.Duration

	mu  sync.Mutex
	all []monitors.Observation
}

// pastMost bounds how many observations are kept, whatever was configured.
const pastMost = 50_000

// Measured is a service whose servers can be measured.
type Measured struct {
	*Monitors
	// Servers in the order in which they are upgraded, the first Canaries of them
	// before the others.
	Servers  []fleet.Server
	Canaries int
	Close    func() error
}

const (
	// rememberFor is how long noon.yaml is believed before it is read anew.
	rememberFor = 10 * time.Minute
	// openAgain is the pause before noon.yaml, which could not be read, is again.
	openAgain = time.Minute
)

// Remember measures until ctx ends; open is asked anew now and then, so that a
// changed noon.yaml counts.
func (p *Past) Remember(ctx context.Context, open func() (Measured, error)) {
	for ctx.Err() == nil {
		m, err := open()
		if err != nil {
			rest(ctx, openAgain)
			continue
		}
		p.remember(ctx, m)
		_ = m.Close() // it is opened anew
	}
}

func (p *Past) remember(ctx context.Context, m Measured) {
	ctx, cancel := context.WithTimeout(ctx, rememberFor)
	defer cancel()
	servers := m.sample()
	for ctx.Err() == nil {
		seen, _ := m.look(ctx, servers)
		p.keep(seen)
		rest(ctx, m.Every)
	}
}

// sample are the servers that are upgraded first, and some of the others.
func (m Measured) sample() []fleet.Server {
	first := min(m.Canaries, len(m.Servers))
	return slices.Concat(m.Servers[:first], sample(judge.Watch{Live: m.Servers[first:]}, func(string) bool { return false }))
}

func rest(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

func (p *Past) keep(seen []monitors.Observation) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all = append(p.all, seen...)
	drop := max(len(p.all)-pastMost, 0)
	for drop < len(p.all) && time.Since(p.all[drop].Time) > p.History {
		drop++
	}
	p.all = append([]monitors.Observation(nil), p.all[drop:]...)
}

// before returns what was measured up to a time.
func (p *Past) before(until time.Time) []monitors.Observation {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []monitors.Observation
	for _, o := range p.all {
		if o.Time.Before(until) {
			all = append(all, o)
		}
	}
	return all
}
