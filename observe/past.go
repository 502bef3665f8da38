package observe

import (
	"context"
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

// Remember measures until ctx ends. open returns what measures, and the servers,
// as noon.yaml says them now; it is asked anew now and then.
func (p *Past) Remember(ctx context.Context, open func() (m *Monitors, servers []fleet.Server, canaries int, close func() error, err error)) {
	for ctx.Err() == nil {
		m, servers, canaries, done, err := open()
		if err != nil {
			rest(ctx, time.Minute)
			continue
		}
		p.remember(ctx, m, servers, canaries)
		_ = done() // it is opened anew
	}
}

// rememberFor is how long noon.yaml is believed before it is read anew.
const rememberFor = 10 * time.Minute

func (p *Past) remember(ctx context.Context, m *Monitors, servers []fleet.Server, canaries int) {
	ctx, cancel := context.WithTimeout(ctx, rememberFor)
	defer cancel()
	chosen := map[string]bool{}
	for _, s := range servers[:min(canaries, len(servers))] {
		chosen[s.Name] = true
	}
	some := append(servers[:min(canaries, len(servers))], sample(judge.Watch{Live: servers[min(canaries, len(servers)):]}, chosen)...)
	for ctx.Err() == nil {
		seen, _ := m.look(ctx, some)
		p.keep(seen)
		rest(ctx, m.Every)
	}
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
