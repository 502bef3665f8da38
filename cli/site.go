package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"noon/balancer"
	"noon/balancer/drivers"
	"noon/control"
	"noon/fleet"
	"noon/host"
	"noon/host/hosts"
	"noon/host/ssh"
	"noon/observe"
	"noon/observe/check"
	"noon/observe/logs"
	"noon/observe/monitors"
	"noon/release"
	"noon/rollout"
)

// preflightAtOnce is how many servers are looked at at the same time.
const preflightAtOnce = 16

// openSite reads noon.yaml and builds all that reaches the service.
func (a *app) openSite() (*control.Site, error) {
	s, err := fleet.Read(a.config)
	if err != nil {
		return nil, err
	}
	settings, err := ssh.UserSettings()
	if err != nil {
		return nil, err
	}
	machines := hosts.New(settings)
	driver, err := drivers.Open(s, machines.Reach)
	if err != nil {
		return nil, errors.Join(err, machines.Close())
	}
	site, err := a.siteOf(s, driver, machines)
	if err != nil {
		return nil, errors.Join(err, machines.Close())
	}
	return site, nil
}

func (a *app) siteOf(s fleet.Service, driver balancer.Driver, machines *hosts.Hosts) (*control.Site, error) {
	reach := func(server fleet.Server) (host.Host, error) { return machines.Reach(server.Host) }
	checker := check.New(s.Check, s.Name, reach)
	r := releases{Release: release.New(s.Release, s.Dir, reach), before: s.Policy.Drain.Before}
	follower := logs.New(logs.Options{Sources: s.Logs, Reach: reach})
	read, err := a.logsOf(s, follower, checker)
	if err != nil {
		return nil, err
	}
	named := monitors.New(monitors.Options{Monitors: s.Monitors, Reach: reach, Timeout: s.Check.Timeout})
	measured := a.monitorsOf(s, driver, checker, named, reach)
	site := &control.Site{
		Service: s,
		World: rollout.World{
			Balancer: driver, Release: r, Checker: checker,
			Witness: &observe.Witness{
				Pool: driver, Checker: checker, Logs: read, Monitors: measured,
				Every: max(s.Check.Every, 200*time.Millisecond), Timeout: 2*s.Check.Timeout + time.Second, InARow: s.Check.Times,
			},
		},
		Ready: func(v fleet.Version) error { return r.Ready(context.Background(), v) },
		Close: machines.Close,
	}
	if measured != nil {
		site.Trace = func(rollout int64) { a.record(measured, s.Name, rollout) }
	}
	look := func(ctx context.Context, server fleet.Server) []fleet.Problem {
		return slices.Concat(r.Preflight(ctx, server), follower.Preflight(ctx, server), named.Preflight(ctx, server))
	}
	site.Preflight = func(ctx context.Context) []fleet.Problem { return preflight(ctx, s, driver, look) }
	return site, nil
}

// logsOf reads the servers' logs, nil where noon.yaml names none. A register
// of caveats that cannot be read is found before anything is touched.
func (a *app) logsOf(s fleet.Service, follower *logs.Follower, checker *check.Checker) (*observe.Logs, error) {
	if len(s.Logs) == 0 {
		return nil, nil
	}
	register := func() ([]fleet.Caveat, error) {
		read, err := fleet.ReadCaveats(filepath.Join(s.Dir, fleet.CaveatsFile))
		return read.List, err
	}
	if _, err := register(); err != nil {
		return nil, err
	}
	state, err := a.stateFolder()
	if err != nil {
		return nil, err
	}
	return &observe.Logs{
		Follower: follower, Clock: checker.Clock, Look: checker.Look, Register: register,
		Dictionary: observe.Families{Dir: filepath.Join(state, "families")},
	}, nil
}

// preflight gathers the problems of the balancer and of all servers.
func preflight(ctx context.Context, s fleet.Service, driver balancer.Driver, look func(context.Context, fleet.Server) []fleet.Problem) []fleet.Problem {
	problems, err := driver.Preflight(ctx)
	if err != nil {
		problems = append(problems, fleet.Problem{Fatal: true, What: "the load balancer cannot be read: " + err.Error(), Mend: "see \"balancer:\" in noon.yaml, and whether it runs"})
	}
	found := make([][]fleet.Problem, len(s.Servers))
	var all sync.WaitGroup
	places := make(chan struct{}, preflightAtOnce)
	for i, server := range s.Servers {
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			found[i] = look(ctx, server)
		})
	}
	all.Wait()
	return slices.Concat(append([][]fleet.Problem{problems}, found...)...)
}

// releases are the service's releases as a rollout needs them.
type releases struct {
	*release.Release
	before string
}

// BeforeDrain runs "drain: before:".
func (r releases) BeforeDrain(ctx context.Context, s fleet.Server, v fleet.Version) error {
	return r.Release.BeforeDrain(ctx, r.before, s, v)
}

// Stage brings the version to the server, and sees that the way back to the
// one that it runs exists there.
func (r releases) Stage(ctx context.Context, s fleet.Server, v, from fleet.Version) error {
	kept, err := r.Kept(ctx, s, from)
	if err != nil {
		return err
	}
	if !kept {
		if err := r.Release.Stage(ctx, s, from); err != nil {
			return fmt.Errorf("there is no way back from %s: %s is not kept on %s, and cannot be brought there: %w", v, from, s.Name, err)
		}
	}
	return r.Release.Stage(ctx, s, v)
}
