package rollout

import (
	"context"
	"fmt"
	"time"

	"noon/fleet"
)

// simRelease is what one incarnation does on servers.
type simRelease struct{ by *incarnation }

// effect does one thing on a server, with faults before and after it.
func (r simRelease) effect(ctx context.Context, s fleet.Server, cut bool, do func(*simServer) error) error {
	w := r.by.w
	if err := w.enter(ctx, r.by); err != nil {
		return err
	}
	late, err := r.once(s, cut, do)
	if err != nil {
		return err
	}
	time.Sleep(time.Duration(late) * time.Millisecond)
	return w.enter(ctx, r.by)
}

func (r simRelease) once(s fleet.Server, cut bool, do func(*simServer) error) (took int, err error) {
	w := r.by.w
	w.mu.Lock()
	defer w.mu.Unlock()
	server := w.of(s.Name)
	early, late := w.fault()
	if early || time.Now().Before(server.dead) {
		return 0, errFault
	}
	if cut {
		w.assertOut(server)
		w.assertHolder(r.by, "changes "+s.Name)
	}
	if err := do(server); err != nil {
		return 0, err
	}
	if late {
		return 0, errFault
	}
	return w.random.IntN(400), nil
}

// assertOut asserts invariant 2.
func (w *world) assertOut(s *simServer) {
	if !w.steady() {
		return
	}
	if s.rotation == fleet.In {
		w.violate("invariant 2: %s is changed while it is in rotation", s.Name)
	}
	if n := w.inFlight(s); n > 0 && w.service.Policy.Drain.After != fleet.CutDrain {
		w.violate("invariant 2: %s is changed with %d requests in flight", s.Name, n)
	}
}

func (r simRelease) Stage(ctx context.Context, s fleet.Server, v, _ fleet.Version) error {
	return r.effect(ctx, s, false, func(server *simServer) error { server.staged[v] = true; return nil })
}

func (r simRelease) Stop(ctx context.Context, s fleet.Server, _ fleet.Version) error {
	return r.effect(ctx, s, true, func(server *simServer) error { server.running = ""; return nil })
}

func (r simRelease) Install(ctx context.Context, s fleet.Server, v fleet.Version) error {
	return r.effect(ctx, s, true, func(server *simServer) error {
		if !server.staged[v] {
			return fmt.Errorf("%s is not staged", v)
		}
		server.link = v
		return nil
	})
}

func (r simRelease) Restore(ctx context.Context, s fleet.Server, v fleet.Version) error {
	return r.Install(ctx, s, v)
}

func (r simRelease) Start(ctx context.Context, s fleet.Server, _ fleet.Version) error {
	return r.effect(ctx, s, true, func(server *simServer) error {
		server.boot(server.link, time.Duration(r.by.w.random.IntN(1500))*time.Millisecond)
		return nil
	})
}

func (r simRelease) BeforeDrain(context.Context, fleet.Server, fleet.Version) error { return nil }

func (r simRelease) Prune(context.Context, fleet.Server, ...fleet.Version) error { return nil }

// simChecker is how one incarnation asks servers.
type simChecker struct{ by *incarnation }

func (c simChecker) Clock(context.Context, fleet.Server) (time.Time, error) { return time.Now(), nil }

func (c simChecker) Look(ctx context.Context, s fleet.Server) (fleet.Vitals, error) {
	w := c.by.w
	if err := w.enter(ctx, c.by); err != nil {
		return fleet.Vitals{}, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	server := w.of(s.Name)
	early, late := w.fault()
	if early || late {
		return fleet.Vitals{}, errFault
	}
	v := fleet.Vitals{Health: "connection refused"}
	if server.running != "" && !time.Now().Before(server.ready) && !time.Now().Before(server.dead) {
		v = fleet.Vitals{Healthy: server.healthy(c.by.ill), Health: "200", Version: server.running}
		v.Process = fleet.Process{ID: fmt.Sprint(s.Name, server.pid), Started: server.started}
		if !v.Healthy {
			v.Health = "503"
		}
		if c.by.ill[server.running].wrong {
			v.Version = "v9"
		}
	}
	server.look, server.looked = v, time.Now()
	return v, nil
}
