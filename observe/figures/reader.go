package figures

import (
	"context"
	_ "embed"
	"fmt"
	"sync"
	"time"

	"noon/fleet"
	"noon/host"
	"noon/observe/check"
)

//go:embed usage.sh
var usage string

// timeoutUsual is how long a reading may take where nobody says.
const timeoutUsual = 10 * time.Second

// Reader reads what servers use on their machines.
type Reader struct {
	reach   func(fleet.Server) (host.Host, error)
	timeout time.Duration

	mu sync.Mutex
	// last are the CPU times as they were read last, by server.
	last map[string]spent
}

// New returns a reader; reach finds a server's machine, timeout bounds a
// reading (10 s when zero).
func New(reach func(fleet.Server) (host.Host, error), timeout time.Duration) *Reader {
	if timeout <= 0 {
		timeout = timeoutUsual
	}
	return &Reader{reach: reach, timeout: timeout, last: map[string]spent{}}
}

// Read returns the gauges "cpu" (cores that the server's process and those that
// it started used since the last reading), "memory" (bytes), "open_files" and
// "load" (of the whole machine, over one minute). What could not be read is
// missing, and trouble says why, for a person. The first reading of a process
// has no cpu, which is no trouble.
func (r *Reader) Read(ctx context.Context, s fleet.Server) (gauges map[string]float64, trouble []string) {
	printed, err := r.run(ctx, s)
	if err != nil {
		return nil, []string{fmt.Sprintf("what %s uses cannot be read: %v", s.Name, err)}
	}
	p := parse(printed)
	gauges = map[string]float64{}
	if p.loadKnown {
		gauges["load"] = p.load
	}
	tree, why := p.of(s, printed)
	if why != "" {
		r.forget(s)
		return gauges, []string{fmt.Sprintf("cpu, memory and open files of %s cannot be read: %s", s.Name, why)}
	}
	if cores, known := r.cores(s, tree.spent(p)); known {
		gauges["cpu"] = cores
	}
	return gauges, tree.into(gauges, s)
}

// run runs the script on the server's machine.
func (r *Reader) run(ctx context.Context, s fleet.Server) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	listeners, env, err := check.Listening(s.Address)
	if err != nil {
		return "", err
	}
	h, err := r.reach(s)
	if err != nil {
		return "", err
	}
	result, err := h.Run(ctx, host.Command{Line: "listeners() {\n" + listeners + "\n}\n" + usage, Env: env})
	switch {
	case err != nil && ctx.Err() != nil:
		return "", fmt.Errorf("its machine did not answer in time: %w", err)
	case err != nil:
		return "", err
	case result.Status != 0:
		return "", fmt.Errorf("status %d: %s", result.Status, fleet.Quoted(string(result.Stderr)))
	}
	return string(result.Stdout), nil
}

// cores is what was used since the last reading, where that was of the same
// process.
func (r *Reader) cores(s fleet.Server, now spent) (float64, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	before, known := r.last[s.Name]
	r.last[s.Name] = now
	if !known {
		return 0, false
	}
	return now.since(before)
}

// forget lets the next reading be the first.
func (r *Reader) forget(s fleet.Server) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.last, s.Name)
}
