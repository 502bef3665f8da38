package monitors

import (
	"context"
	"net/http"
	"sync"
	"time"

	"noon/fleet"
	"noon/host"
	"noon/host/web"
	judgemonitors "noon/judge/monitors"
)

// timeoutUsual is how long one question may take, where nothing else is said.
const timeoutUsual = 5 * time.Second

// Options are what a reader is made of.
type Options struct {
	Monitors fleet.Monitors
	// Reach finds a server's machine.
	Reach func(fleet.Server) (host.Host, error)
	// Timeout of one question; 0 is the usual.
	Timeout time.Duration
}

// Reader reads the monitors of one service. It may be used by several at once.
type Reader struct {
	options   Options
	endpoints *endpoints
	// client asks Prometheus, from here.
	client *http.Client

	mu sync.Mutex
	// busy is the CPU time of each server's process when it was read last.
	busy map[string]cpuTime
}

// New returns a reader of what noon.yaml names.
func New(o Options) *Reader {
	if o.Timeout <= 0 {
		o.Timeout = timeoutUsual
	}
	return &Reader{options: o, endpoints: newEndpoints(), client: web.API(), busy: map[string]cpuTime{}}
}

// Read asks the server once. What could not be read is missing in the
// observation, and why is in trouble: sentences, free of secrets and control
// characters. Where noon.yaml names no monitor there is neither.
func (r *Reader) Read(ctx context.Context, s fleet.Server) (judgemonitors.Observation, []string) {
	o, m := observation(s), r.options.Monitors
	switch {
	case m.Metrics != "":
		u := r.readMetrics(ctx, s, &o)
		return o, u.trouble.sentences()
	case m.Prometheus != nil:
		t, _ := r.readPrometheus(ctx, s, &o)
		return o, t.sentences()
	}
	return o, nil
}

// observation is one in which nothing was measured yet.
func observation(s fleet.Server) judgemonitors.Observation {
	return judgemonitors.Observation{
		Time: time.Now().UTC(), Server: s.Name,
		Counters: map[string]float64{}, Histograms: map[string]judgemonitors.Histogram{}, Gauges: map[string]float64{},
	}
}

// readMetrics asks the application itself.
func (r *Reader) readMetrics(ctx context.Context, s fleet.Server, o *judgemonitors.Observation) understood {
	a := answering{timeout: r.options.Timeout, reach: r.options.Reach, url: r.options.Monitors.Metrics}
	c := newCollector(r.options.Monitors, r.endpoints.known(), pathOf(a.url))
	a.ask(ctx, s, c)
	o.Time = a.at
	u := c.understand(r.endpoints, o)
	if cpu, ok := r.cpu(s, u.process, a.at); ok {
		o.Gauges["cpu"] = cpu
	}
	return u
}
