// Package haproxy takes servers of one HAProxy backend out of rotation and
// puts them back, over HAProxy's runtime API. It speaks to one HAProxy process
// at one socket; where the connection comes from is the caller's matter. It
// changes no configuration file and never reloads.
package haproxy

import (
	"context"
	"fmt"
	"net"
	"regexp"
	"time"

	"noon/balancer"
	"noon/fleet"
)

var _ balancer.Driver = (*Driver)(nil)

// Config is one backend of one HAProxy.
type Config struct {
	// Where is how messages call it: "lb1:/run/haproxy/admin.sock".
	Where string
	// Dial opens a connection to its runtime API socket.
	Dial func(ctx context.Context) (net.Conn, error)
	// Backend is its name in HAProxy's configuration.
	Backend string
	// Servers are the names of the pool's servers as noon.yaml has them. Other
	// servers of the backend are left out of every reading. Empty: all of them.
	Servers []string
	// Names gives HAProxy's name of a server where it differs from ours.
	Names map[string]string
	// Ramp tells that servers come back with a part of their weight first, so
	// that Preflight demands what this needs.
	Ramp bool
	// Gone tells whether the process with this id on HAProxy's machine has
	// ended. Without it the requests in flight are unknown from the first
	// reload that this driver sees.
	Gone func(ctx context.Context, pid int) (bool, error)
}

// Driver is safe for concurrent use.
type Driver struct {
	config Config
	// ours has noon's name for each of HAProxy's that differs.
	ours    map[string]string
	earlier earlier
}

// New returns a driver; it does not yet connect. A name in the configuration
// that HAProxy could not have is an error of every method.
func New(c Config) *Driver {
	d := &Driver{config: c, ours: map[string]string{}}
	for ours, theirs := range c.Names {
		d.ours[theirs] = ours
	}
	return d
}

// Capabilities of HAProxy: the runtime API has no compare-and-set, and what it
// was told is lost with the process, unless the operator saves it. HAProxy
// does not eject servers for failed requests unless told ("observe"), so there
// is no passive window to wait for.
func (d *Driver) Capabilities() fleet.Capabilities {
	return fleet.Capabilities{Weights: true, InFlight: true, Counters: true, Health: true}
}

// Observe reads the backend in one exchange, so that it is of one process.
func (d *Driver) Observe(ctx context.Context) (fleet.Pool, error) {
	r, err := d.read(ctx)
	if err != nil {
		return fleet.Pool{}, fmt.Errorf("observe backend %s: %w", d.config.Backend, err)
	}
	return d.pool(ctx, r), nil
}

// name is HAProxy's name for a server of ours.
func (d *Driver) name(server string) string {
	if name, ok := d.config.Names[server]; ok {
		return name
	}
	return server
}

// server is our name for HAProxy's.
func (d *Driver) server(name string) string {
	if server, ok := d.ours[name]; ok {
		return server
	}
	return name
}

// nameForm is what HAProxy allows in names of backends and servers. It keeps
// everything out of the command line that could end a command or a word.
var nameForm = regexp.MustCompile(`^[A-Za-z0-9_.:-]{1,256}$`)

func checkName(what, name string) error {
	if !nameForm.MatchString(name) {
		return fmt.Errorf("%s is no name that a %s of HAProxy can have: it has letters, digits and _ . : -", fleet.Quoted(name), what)
	}
	return nil
}

// commandLongest is how long one exchange over the socket may take.
const commandLongest = 5 * time.Second
