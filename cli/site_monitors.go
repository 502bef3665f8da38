package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"noon/balancer"
	"noon/fleet"
	"noon/host"
	judged "noon/judge/monitors"
	"noon/observe"
	"noon/observe/check"
	"noon/observe/figures"
	"noon/observe/monitors"
)

// measureWithin is how long one measurement of all servers may take at the most.
const measureWithin = 10 * time.Second

// monitorsOf measures the servers: the load balancer's counters and the
// machines' figures always, and what noon.yaml names; nil where everything is
// to be ignored.
func (a *app) monitorsOf(s fleet.Service, driver balancer.Driver, checker *check.Checker, named *monitors.Reader, reach func(fleet.Server) (host.Host, error)) *observe.Monitors {
	if slices.Contains(s.Monitors.Ignore, "*") {
		return nil
	}
	machine := figures.New(reach, measureWithin)
	return &observe.Monitors{
		Pool: driver, Checker: checker, Every: s.Monitors.Every, Timeout: measureWithin,
		Limits: s.Policy.Limits, Ignore: s.Monitors.Ignore, Past: a.past,
		Gauges: []observe.Gauge{named.Read, func(ctx context.Context, server fleet.Server) (judged.Observation, []string) {
			gauges, trouble := machine.Read(ctx, server)
			return judged.Observation{Gauges: gauges}, trouble
		}},
	}
}

// traceKept is how many recorded watches of a service are kept.
const traceKept = 20

// traceFile is where the watch of a rollout is recorded.
func (a *app) traceFile(service string, rollout int64) (string, error) {
	state, err := a.stateFolder()
	return filepath.Join(state, "watches", fmt.Sprintf("%s-%06d.jsonl", service, rollout)), err
}

// record lets the watch of a rollout be recorded. That it cannot be is told with
// the verdict, and stops nothing.
func (a *app) record(m *observe.Monitors, service string, rollout int64) {
	file, err := a.traceFile(service, rollout)
	if err == nil {
		m.Trace = file
		err = forgetTraces(filepath.Dir(file), service+"-", filepath.Base(file))
	}
	if err != nil {
		m.Note = "the recorded watches cannot be kept in order: " + err.Error()
	}
}

// forgetTraces removes the oldest watches of a service, but never one.
func forgetTraces(dir, prefix, never string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	var kept []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) && e.Name() != never {
			kept = append(kept, e.Name())
		}
	}
	slices.Sort(kept)
	for _, name := range kept[:max(len(kept)-traceKept+1, 0)] {
		err = errors.Join(err, os.Remove(filepath.Join(dir, name)))
	}
	return err
}

// remember keeps what the servers' monitors show while no rollout runs, so that
// the next one has a past to compare with.
func (a *app) remember(ctx context.Context) (stop func(), err error) {
	s, err := fleet.Read(a.config)
	if err != nil {
		return nil, err
	}
	a.past = &observe.Past{History: s.Monitors.History}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		a.past.Remember(ctx, a.openMonitors)
	}()
	return func() { cancel(); <-done }, nil
}

// openMonitors reads noon.yaml and builds what measures its servers.
func (a *app) openMonitors() (observe.Measured, error) {
	site, err := a.openSite()
	if err != nil {
		return observe.Measured{}, err
	}
	witness, ok := site.World.Witness.(*observe.Witness)
	if !ok || witness.Monitors == nil {
		return observe.Measured{}, errors.Join(errors.New("noon.yaml ignores all monitors"), site.Close())
	}
	return observe.Measured{Monitors: witness.Monitors, Servers: site.Service.Servers, Canaries: site.Service.Policy.Canaries, Close: site.Close}, nil
}
