package observe

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"noon/fleet"
	"noon/judge"
	"noon/judge/monitors"
	"noon/observe/figures"
)

// Gauge measures one server: all that is known of it but what the load balancer
// says. What could not be measured is missing, and trouble says why.
type Gauge func(ctx context.Context, s fleet.Server) (o monitors.Observation, trouble []string)

// Monitors measures the servers for a judge.
type Monitors struct {
	Pool    Pool
	Checker Checker
	// Gauges measure a server; of two that know a number the later one is believed,
	// and before both the load balancer: it counts what customers see. A number
	// that a server was measured by stays with its gauge.
	Gauges []Gauge
	// Every is the time between two measurements, Timeout the most that one may
	// take.
	Every, Timeout time.Duration
	// Limits and Ignore are the policy's.
	Limits fleet.Limits
	Ignore []string
	by     sources
	// Past is what was measured before a rollout began, nil for nothing.
	Past *Past
	// Trace is the file in which a watch is recorded, "" for none. Note is what
	// people should know of it.
	Trace, Note string
}

// measuring is the monitors of one watch, and the judge of them.
type measuring struct {
	*Monitors
	mu       sync.Mutex
	judge    *monitors.Judge
	watch    judge.Watch
	upgraded map[string]fleet.Version
	// chosen are the servers that are measured, trouble what could not be.
	chosen  map[string]bool
	trouble map[string]string
	// absent are those of which the last look brought nothing.
	absent map[string]bool
	trace  *trace
	all    sync.WaitGroup
}

func (m *Monitors) open() *measuring {
	return &measuring{Monitors: m, upgraded: map[string]fleet.Version{}, chosen: map[string]bool{}, trouble: map[string]string{}}
}

// change takes another watch.
func (m *measuring) change(ctx context.Context, w judge.Watch) {
	if w.From == "" {
		return // one server is only seen to be well: there is nothing to compare
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	first := m.judge == nil
	if m.watch = w; first {
		m.begin(w)
	}
	m.learn(w)
	if first {
		m.all.Go(func() { m.measure(ctx) })
	}
}

// begin takes up what was measured before: by a controller that stays, or by one
// that ended in the middle of this rollout.
func (m *measuring) begin(w judge.Watch) {
	header := monitors.Watch{Service: w.Service, Step: max(int(m.Every.Round(time.Second).Seconds()), 1), Live: w.From}
	m.judge = monitors.New(header, monitors.Settings{Least: w.Policy.Least, Requests: w.Policy.Requests, Limits: m.Limits, Ignore: m.Ignore})
	if m.Trace != "" {
		m.trace = openTrace(m.Trace, header)
		m.trace.replay(m.judge, m.upgraded)
		for _, server := range m.trace.head.Servers {
			m.chosen[server] = true
		}
	}
	if m.Past != nil && len(m.upgraded) == 0 {
		for _, o := range m.Past.before(w.Begun) {
			m.add(o)
		}
	}
}

// learn tells the judge which servers were upgraded, and which are no more.
func (m *measuring) learn(w judge.Watch) {
	now := map[string]bool{}
	for _, u := range w.Upgraded {
		now[u.Server.Name] = true
		if m.upgraded[u.Server.Name] != u.Version {
			m.upgraded[u.Server.Name] = u.Version
			m.tell(monitors.Upgrade{Server: u.Server.Name, Version: u.Version, Time: u.Since})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.upgraded)) {
		if !now[name] {
			delete(m.upgraded, name)
			m.judge.Left(name)
		}
	}
}

func (m *measuring) tell(u monitors.Upgrade) {
	m.judge.Upgraded(u)
	if m.trace != nil {
		m.trace.upgraded(u)
	}
}

// measure measures until ctx ends.
func (m *measuring) measure(ctx context.Context) {
	next := time.NewTimer(0)
	defer next.Stop()
	for ; ; next.Reset(m.Every) {
		select {
		case <-ctx.Done():
			return
		case <-next.C:
		}
		m.mu.Lock()
		servers := m.choose()
		m.mu.Unlock()
		seen, trouble := m.look(ctx, servers)
		if ctx.Err() != nil {
			return
		}
		m.mu.Lock()
		m.trouble, m.absent = trouble, map[string]bool{}
		for _, s := range servers {
			m.absent[s.Name] = !slices.ContainsFunc(seen, func(o monitors.Observation) bool { return o.Server == s.Name })
		}
		for _, o := range seen {
			if !m.changing(o.Server) { // its turn has begun meanwhile
				m.add(o)
			}
		}
		if m.trace != nil {
			m.trace.flush()
		}
		m.mu.Unlock()
	}
}

func (m *measuring) add(o monitors.Observation) {
	m.chosen[o.Server] = true // who has a past is compared further on
	m.judge.Observe(o)
	if m.trace != nil {
		m.trace.observation(o)
	}
}

// choose returns the servers that are measured now.
func (m *measuring) choose() []fleet.Server {
	all := compared(m.watch, func(server string) bool { return m.chosen[server] })
	clear(m.chosen)
	var servers []fleet.Server
	for _, s := range all {
		if !m.chosen[s.Name] && !m.changing(s.Name) {
			servers = append(servers, s)
		}
		m.chosen[s.Name] = true
	}
	return servers
}

// changing tells whether it is the server's turn: nobody knows what is measured
// there now.
func (m *measuring) changing(server string) bool {
	named := func(s fleet.Server) bool { return s.Name == server }
	return slices.ContainsFunc(m.watch.Underway, named) || slices.ContainsFunc(m.watch.Changing, named)
}

// look measures the servers, all at the same moment. Where the load balancer
// cannot be read nothing is: nobody knows then who serves, and what servers count
// of themselves must not be taken for what the balancer counts of them.
func (m *Monitors) look(ctx context.Context, servers []fleet.Server) (seen []monitors.Observation, trouble map[string]string) {
	ctx, cancel := context.WithTimeout(ctx, m.Timeout)
	defer cancel()
	now := time.Now()
	trouble = map[string]string{}
	observations := make([]*monitors.Observation, len(servers))
	var mu sync.Mutex
	var all sync.WaitGroup
	for i, s := range servers {
		all.Go(func() {
			o, why := m.ask(ctx, s)
			mu.Lock()
			defer mu.Unlock()
			if observations[i] = o; why != "" {
				trouble[s.Name] = why
			}
		})
	}
	pool, err := m.Pool.Observe(ctx)
	all.Wait()
	if err != nil {
		trouble[""] = "the load balancer cannot be read: " + err.Error()
		return nil, trouble
	}
	for i, o := range observations {
		standing, _ := pool.Of(servers[i].Name)
		if o == nil || standing.Rotation != fleet.In {
			continue // not measured, or nobody is served there
		}
		// What the load balancer counts is what customers see: it is believed before
		// what a server counts of itself.
		counted := figures.OfStanding(standing)
		add(&counted, *o)
		o.Counters, o.Histograms, o.Gauges = counted.Counters, counted.Histograms, counted.Gauges
		o.Time = now
		seen = append(seen, *o)
	}
	return seen, trouble
}

// ask measures one server. Without knowing which version it runs now nothing
// can be said of it.
func (m *Monitors) ask(ctx context.Context, s fleet.Server) (o *monitors.Observation, trouble string) {
	vitals, err := m.Checker.Look(ctx, s)
	switch {
	case err != nil:
		return nil, fmt.Sprintf("%s cannot be asked: %s", s.Name, err)
	case vitals.Version == "":
		return nil, fmt.Sprintf("%s does not say which version it runs: %s", s.Name, vitals.VersionTrouble)
	}
	o = &monitors.Observation{Server: s.Name, Version: vitals.Version, Counters: map[string]float64{}, Histograms: map[string]monitors.Histogram{}, Gauges: map[string]float64{}}
	for i, gauge := range m.Gauges {
		more, why := gauge(ctx, s)
		for _, w := range why {
			trouble = w
		}
		maps.DeleteFunc(more.Gauges, func(name string, _ float64) bool { return !m.by.belongs(s.Name, name, i) })
		add(o, more)
	}
	return o, trouble
}

// add adds what is not known yet.
func add(o *monitors.Observation, more monitors.Observation) {
	addMissing(o.Counters, more.Counters)
	addMissing(o.Histograms, more.Histograms)
	addMissing(o.Gauges, more.Gauges)
}

func addMissing[T any](to, more map[string]T) {
	for name, value := range more {
		if _, known := to[name]; !known {
			to[name] = value
		}
	}
}

// reports are what the monitors say now, one for each new version that a server
// runs; of one that they know nothing of, that.
func (m *measuring) reports() []monitors.Report {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.judge == nil {
		return nil
	}
	var all []monitors.Report
	for _, v := range slices.Compact(slices.Sorted(maps.Values(m.upgraded))) {
		if v != m.watch.From {
			r := m.complete(m.judge.Report(v))
			r.Notes = append(r.Notes, m.notesNow()...)
			all = append(all, r)
		}
	}
	return all
}

// complete doubts a report that is healthy while one of the servers with the
// version is not measured: the others do not speak for it.
func (m *measuring) complete(r monitors.Report) monitors.Report {
	for _, u := range m.watch.Upgraded {
		if r.Opinion == monitors.Worse || !u.Asked || u.Version != r.Version || !m.absent[u.Server.Name] {
			continue
		}
		r.Opinion = monitors.Undecided
		r.Missing = append(r.Missing, u.Server.Name+" was not measured at the last look")
	}
	return r
}

// notesNow say what cannot be measured.
func (m *measuring) notesNow() []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(m.trouble)) {
		all = append(all, m.trouble[name])
	}
	if m.Note != "" {
		all = append(all, m.Note)
	}
	if m.trace != nil && m.trace.trouble != "" {
		all = append(all, m.trace.trouble)
	}
	return all
}

// close waits until nothing is measured any more.
func (m *measuring) close() {
	m.all.Wait()
	if m.trace != nil {
		m.trace.close()
	}
}
