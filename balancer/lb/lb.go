// Package lb takes the servers of a "noon lb" out of rotation and puts them
// back, over its admin socket. It holds the words of that socket too, which
// balancer/lb/proxy, the load balancer itself, answers. What comes from the
// socket is untrusted: it is bounded, and what is missing or odd is unknown.
package lb

import (
	"context"
	"fmt"
	"net"
	"time"

	"noon/balancer"
	"noon/fleet"
)

var _ balancer.Driver = (*Driver)(nil)

// settle is two intervals of the default health check: enough to see a server
// fall ill. Failures to connect are seen at once.
const settle = time.Second

// Driver speaks for one pool, that of one "noon lb".
type Driver struct {
	admin client
	// Note is what the load balancer keeps beside a server that this driver
	// takes out, for whoever looks at it meanwhile.
	Note string
}

// New returns a driver for the "noon lb" to whose admin socket dial connects.
// Each question opens a connection of its own.
func New(dial func(ctx context.Context) (net.Conn, error)) *Driver {
	return &Driver{admin: newClient(dial), Note: "taken out by noon"}
}

// Socket returns a driver for the admin socket at path on this machine.
func Socket(path string) *Driver {
	return New(func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	})
}

// Capabilities are everything noon asks of a load balancer.
func (d *Driver) Capabilities() fleet.Capabilities {
	return fleet.Capabilities{
		Weights: true, InFlight: true, Counters: true, Health: true,
		CompareAndSet: true, KeepsState: true, Settle: settle,
	}
}

// Preflight names a health check that proves little or comes too late.
func (d *Driver) Preflight(ctx context.Context) ([]fleet.Problem, error) {
	pool, err := d.admin.pool(ctx)
	if err != nil {
		return nil, err
	}
	return problems(pool), nil
}

func problems(pool Pool) []fleet.Problem {
	var found []fleet.Problem
	if len(pool.Servers) == 0 {
		found = append(found, fleet.Problem{Fatal: true, What: "noon lb has no servers", Mend: "start noon lb with the noon.yaml that names them"})
	}
	if pool.Check == "" {
		found = append(found, fleet.Problem{
			What: "noon lb only looks whether its servers accept connections; one that answers errors stays in rotation",
			Mend: "give noon lb the path of a health check",
		})
	}
	if notice := time.Duration(pool.NoticeMillis) * time.Millisecond; notice > settle {
		found = append(found, fleet.Problem{
			What: fmt.Sprintf("noon lb may take %s to notice that a server is sick", notice),
			Mend: fmt.Sprintf("check more often in noon lb, or set settle to %s or more in noon.yaml", notice),
		})
	}
	return found
}

// Observe reads the pool from the load balancer.
func (d *Driver) Observe(ctx context.Context) (fleet.Pool, error) {
	pool, err := d.admin.pool(ctx)
	if err != nil {
		return fleet.Pool{}, err
	}
	return pool.observed(), nil
}

// Apply asks for the change and reads back that it is there. When the
// connection broke it is the reading that decides.
func (d *Driver) Apply(ctx context.Context, c fleet.Change) error {
	change := Change{Server: c.Server, Expect: c.Expect, Rotation: c.Rotation, Weight: c.Weight}
	if c.Rotation != fleet.In {
		change.Note = d.Note
	}
	asked := d.admin.change(ctx, change)
	if refused(asked) {
		return asked
	}
	if err := d.readBack(ctx, c); err != nil {
		if asked != nil {
			return asked
		}
		return err
	}
	return nil
}

// readBack returns an error unless the load balancer shows the change.
func (d *Driver) readBack(ctx context.Context, c fleet.Change) error {
	pool, err := d.admin.pool(ctx)
	if err != nil {
		return fmt.Errorf("%s was changed to %s, but reading it back failed: %w; look with \"noon status\" before going on", c.Server, c.Rotation, err)
	}
	standing, _ := pool.observed().Of(c.Server)
	if standing.Rotation != c.Rotation {
		return &fleet.UnexpectedError{Server: c.Server, Expected: c.Rotation, Actual: standing.Rotation}
	}
	want := int64(c.Weight)
	if want == 0 {
		want = fleet.FullWeight
	}
	if c.Rotation == fleet.In && (!standing.Weight.Known || standing.Weight.N != want) {
		return fmt.Errorf("%s should have weight %d in noon lb, but reading it back shows another: somebody else changed it; look with \"noon status\"", c.Server, want)
	}
	return nil
}
