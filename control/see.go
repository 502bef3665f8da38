package control

import (
	"context"
	"fmt"
	"sync"
	"time"

	"noon/fleet"
	"noon/plan"
)

const (
	// askAtOnce is how many servers are asked at the same time.
	askAtOnce = 32
	// askWithin is how long all answers may take.
	askWithin = 30 * time.Second
)

// plan reads the fleet and plans, or refuses with a *plan.Refusal.
func (s *Site) plan(ctx context.Context, versions fleet.Versions) (plan.Plan, error) {
	var refusal plan.Refusal
	for _, version := range versions {
		if err := s.Ready(version); err != nil {
			refusal.Reasons = append(refusal.Reasons, plan.Reason{What: err.Error(), Mend: "bring the artifact to where noon.yaml looks for it, or correct the version"})
		}
	}
	for _, p := range s.Preflight(ctx) {
		if p.Fatal {
			refusal.Reasons = append(refusal.Reasons, plan.Reason{What: p.What, Mend: p.Mend})
		}
	}
	if len(refusal.Reasons) > 0 {
		return plan.Plan{}, &refusal
	}
	seen, err := s.see(ctx)
	if err != nil {
		return plan.Plan{}, err
	}
	return plan.Make(s.Service, versions, seen)
}

// see reads the pool, and asks every server.
func (s *Site) see(ctx context.Context) (plan.Seen, error) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	pool, err := s.World.Balancer.Observe(ctx)
	if err != nil {
		return plan.Seen{}, fmt.Errorf("read the load balancer: %w", err)
	}
	seen := plan.Seen{Pool: pool, Capabilities: s.World.Balancer.Capabilities()}
	seen.Vitals, seen.Trouble = s.ask(ctx)
	return seen, nil
}

// ask asks all servers how they are.
func (s *Site) ask(ctx context.Context) (map[string]fleet.Vitals, map[string]string) {
	vitals, trouble := map[string]fleet.Vitals{}, map[string]string{}
	var mu sync.Mutex
	var all sync.WaitGroup
	places := make(chan struct{}, askAtOnce)
	for _, server := range s.Service.Servers {
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			v, err := s.World.Checker.Look(ctx, server)
			mu.Lock()
			defer mu.Unlock()
			if vitals[server.Name] = v; err != nil {
				trouble[server.Name] = err.Error()
			}
		})
	}
	all.Wait()
	return vitals, trouble
}

// Fleet is what the servers and the balancer say at one moment.
type Fleet struct {
	Service string         `json:"service"`
	Time    time.Time      `json:"time"`
	Servers []ServerReport `json:"servers"`
	// Trouble says what could not be read.
	Trouble []string `json:"trouble,omitempty"`
}

// ServerReport is one server with how it stands and how it is.
type ServerReport struct {
	fleet.Server
	Standing fleet.Standing `json:"standing"`
	Vitals   fleet.Vitals   `json:"vitals"`
	Trouble  string         `json:"trouble,omitempty"`
}

// Look reads the whole fleet.
func (s *Station) Look(ctx context.Context) (Fleet, error) {
	site, err := s.Open()
	if err != nil {
		return Fleet{}, err
	}
	defer site.Close()
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	f := Fleet{Service: s.Service, Time: time.Now().UTC()}
	pool, err := site.World.Balancer.Observe(ctx)
	f.Trouble = pool.Trouble
	if err != nil {
		f.Trouble = append(f.Trouble, "the load balancer cannot be read: "+err.Error())
	}
	vitals, trouble := site.ask(ctx)
	for _, server := range site.Service.Servers {
		standing, _ := pool.Of(server.Name)
		f.Servers = append(f.Servers, ServerReport{Server: server, Standing: standing, Vitals: vitals[server.Name], Trouble: trouble[server.Name]})
	}
	return f, nil
}
