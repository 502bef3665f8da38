package haproxy

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"noon/fleet"
)

// Preflight names what the runtime API shows of the configuration. What it
// does not show it says: a state file, "retry-on", "on-marked-down" cannot be
// read there.
func (d *Driver) Preflight(ctx context.Context) ([]fleet.Problem, error) {
	r, err := d.read(ctx)
	if err != nil {
		return nil, fmt.Errorf("preflight of backend %s: %w", d.config.Backend, err)
	}
	level, err := d.ask(ctx, "show cli level")
	if err != nil {
		return nil, fmt.Errorf("preflight of backend %s: %w", d.config.Backend, err)
	}
	problems := d.socketProblems(strings.TrimSpace(level))
	problems = append(problems, d.nameProblems(r)...)
	for _, row := range r.servers {
		if d.pools(row.name) {
			problems = append(problems, d.serverProblems(row)...)
		}
	}
	return append(problems, d.backendProblems(r)...), nil
}

// pools tells whether HAProxy's server belongs to the pool.
func (d *Driver) pools(name string) bool {
	return len(d.config.Servers) == 0 || slices.Contains(d.config.Servers, d.server(name))
}

func fatal(what, mend string) fleet.Problem {
	return fleet.Problem{Fatal: true, What: what, Mend: mend}
}

func warning(what, mend string) fleet.Problem { return fleet.Problem{What: what, Mend: mend} }

func (d *Driver) socketProblems(level string) []fleet.Problem {
	if level == "admin" {
		return nil
	}
	return []fleet.Problem{fatal(
		fmt.Sprintf("the socket %s may read but not change servers (its level is %s)", d.config.Where, fleet.Quoted(level)),
		`give it "level admin" in the "stats socket" line of HAProxy's configuration`)}
}

func (d *Driver) nameProblems(r *reading) []fleet.Problem {
	var problems []fleet.Problem
	for _, server := range d.config.Servers {
		if _, ok := r.of(d.name(server)); !ok {
			problems = append(problems, fatal(
				fmt.Sprintf("backend %s at %s has no server %s", d.config.Backend, d.config.Where, fleet.Quoted(d.name(server))),
				"use HAProxy's name of it in noon.yaml, or map it with haproxy.servers"))
		}
	}
	for _, row := range r.servers {
		if !d.pools(row.name) {
			problems = append(problems, warning(
				fmt.Sprintf("backend %s also has the server %s, which noon.yaml does not name: it is not upgraded and not counted", d.config.Backend, row.name),
				"add it to noon.yaml if it runs the same service"))
		}
	}
	return problems
}

func (d *Driver) serverProblems(r row) []fleet.Problem {
	var problems []fleet.Problem
	name := d.config.Backend + "/" + r.name
	if !r.checked() {
		problems = append(problems, fatal(
			name+" has no health check, so HAProxy sends it requests as soon as it is put back, well or not",
			`add "check" to its line, and "option httpchk GET /healthz" to the backend`))
	}
	if full, _ := r.state.number("srv_iweight"); d.config.Ramp && full < fleet.FullWeight {
		problems = append(problems, fatal(
			fmt.Sprintf("%s has the initial weight %d, of which a small percentage is nothing: a ramp cannot be had", name, full),
			`give all servers of the backend "weight 100", or set no ramp in noon.yaml`))
	}
	if r.stat["cookie"] != "" {
		problems = append(problems, fatal(
			name+" has a cookie: customers who carry it are sent there also while it is drained, so it is never safe to stop",
			`remove "cookie" persistence from the backend, or keep sessions outside the servers`))
	}
	if backup, _ := r.stat.number("bck"); backup > 0 {
		problems = append(problems, warning(
			name+" is a backup server: it gets requests only when all others are down, so it is no capacity",
			`remove "backup" from its line, or the server from noon.yaml`))
	}
	return problems
}

// rampable are the algorithms that take any weight at run time.
var rampable = []string{"roundrobin", "leastconn", "random", "first", ""}

func (d *Driver) backendProblems(r *reading) []fleet.Problem {
	var problems []fleet.Problem
	if algorithm := r.backend["algo"]; d.config.Ramp && !slices.Contains(rampable, algorithm) {
		problems = append(problems, warning(
			fmt.Sprintf("\"balance %s\" may not take part of a server's weight at run time", algorithm),
			`use "balance roundrobin", or "hash-type consistent"`))
	}
	if r.info["Start_time_sec"] == "" {
		problems = append(problems, warning(
			fmt.Sprintf("HAProxy %s does not say when it started, so a restart in a container may go unseen", fleet.Quoted(r.info["Version"])),
			"use HAProxy 2.6 or later"))
	}
	if d.config.Gone == nil {
		problems = append(problems, warning(
			"noon cannot see HAProxy's processes from here: if it is reloaded during a rollout, requests in flight are unknown from then on",
			"do not reload HAProxy during a rollout, or give its socket as HOST:/PATH, so that noon can look there"))
	}
	return append(problems, warning(
		"HAProxy does not show whether a reload or restart keeps what it was told: if not, it puts servers back that noon took out",
		`save "show servers state" to a file before each reload, and have "server-state-file" and "load-server-state-from-file global" in its configuration`))
}
