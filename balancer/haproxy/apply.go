package haproxy

import (
	"context"
	"errors"
	"fmt"

	"noon/fleet"
)

// Apply reads, compares, writes, and reads back: HAProxy cannot compare by
// itself. It drains with "state drain", never "maint": in maintenance the
// checks stop, and a server that comes out of it gets requests before anybody
// has looked at it.
func (d *Driver) Apply(ctx context.Context, c fleet.Change) error {
	err := d.apply(ctx, c)
	var unexpected *fleet.UnexpectedError
	if err == nil || errors.As(err, &unexpected) {
		return err
	}
	return fmt.Errorf("make %s %s in backend %s: %w", fleet.Quoted(c.Server), c.Rotation, d.config.Backend, err)
}

func (d *Driver) apply(ctx context.Context, c fleet.Change) error {
	if err := check(&c); err != nil {
		return err
	}
	before, err := d.one(ctx, c.Server)
	if err != nil {
		return err
	}
	if actual := before.rotation(); actual != c.Expect && actual != c.Rotation {
		return &fleet.UnexpectedError{Server: c.Server, Expected: c.Expect, Actual: actual}
	}
	if before.shows(c) {
		return nil
	}
	commands, err := d.commands(before, c)
	if err != nil {
		return err
	}
	if err := d.tell(ctx, commands...); err != nil {
		return err
	}
	return d.confirm(ctx, c)
}

// check refuses a change that makes no sense, and writes the default weight
// into it.
func check(c *fleet.Change) error {
	if c.Rotation != fleet.In && c.Rotation != fleet.Draining {
		return fmt.Errorf("the target is %s, but a server can only be made in or draining", fleet.Quoted(string(c.Rotation)))
	}
	if c.Weight < 0 || c.Weight > fleet.FullWeight {
		return fmt.Errorf("the weight is %d percent, but it can only be 1 to 100", c.Weight)
	}
	if c.Weight == 0 {
		c.Weight = fleet.FullWeight
	}
	return nil
}

// one reads a server of the pool.
func (d *Driver) one(ctx context.Context, server string) (row, error) {
	name := d.name(server)
	if err := checkName("server", name); err != nil {
		return row{}, err
	}
	r, err := d.read(ctx)
	if err != nil {
		return row{}, err
	}
	row, ok := r.of(name)
	if !ok {
		return row, fmt.Errorf("HAProxy at %s has no server %s there; map its name with haproxy.names in noon.yaml", d.config.Where, name)
	}
	return row, nil
}

// shows tells whether the server is as the change wants it.
func (r row) shows(c fleet.Change) bool {
	if c.Rotation == fleet.Draining {
		return r.rotation() == fleet.Draining
	}
	now, _ := r.state.number("srv_uweight")
	return r.rotation() == fleet.In && now == r.weightFor(c.Weight)
}

// weightFor is HAProxy's weight for a percentage, cut to an integer as HAProxy
// does.
func (r row) weightFor(percent int) int64 {
	full, _ := r.state.number("srv_iweight")
	return full * int64(percent) / 100
}

// commands set the weight before the server gets requests.
func (d *Driver) commands(r row, c fleet.Change) ([]string, error) {
	target := fmt.Sprintf("set server %s/%s ", d.config.Backend, r.name)
	if c.Rotation == fleet.Draining {
		return []string{target + "state drain"}, nil
	}
	if r.weightFor(c.Weight) == 0 {
		return nil, fmt.Errorf("%d percent of its weight %s in HAProxy's configuration is nothing; give the servers of the backend \"weight 100\"", c.Weight, r.state["srv_iweight"])
	}
	ready := []string{target + "state ready"}
	if now, _ := r.state.number("srv_uweight"); now != r.weightFor(c.Weight) {
		ready = append([]string{target + fmt.Sprintf("weight %d%%", c.Weight)}, ready...)
	}
	return ready, nil
}

// confirm reads back what was written.
func (d *Driver) confirm(ctx context.Context, c fleet.Change) error {
	after, err := d.one(ctx, c.Server)
	if err != nil {
		return fmt.Errorf("it was told, but whether it did so could not be read back: %w", err)
	}
	if !after.shows(c) {
		return fmt.Errorf("HAProxy at %s was told and did not complain, but shows %s as %s with weight %s: somebody else changes it, or its configuration does not allow it",
			d.config.Where, after.name, after.rotation(), after.state["srv_uweight"])
	}
	return nil
}
