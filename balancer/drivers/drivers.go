// Package drivers names every load balancer that noon knows, with its
// constructor. It is the only package that imports them all.
package drivers

import (
	"context"
	"fmt"
	"net"
	"strings"

	"noon/balancer"
	"noon/balancer/haproxy"
	"noon/balancer/lb"
	"noon/fleet"
	"noon/host"
)

// Reach finds a machine by the name that noon.yaml gives it.
type Reach func(name string) (host.Host, error)

// constructor builds a driver where the service uses its kind of balancer.
type constructor struct {
	name string
	used func(fleet.Balancer) bool
	open func(fleet.Service, Reach) (balancer.Driver, error)
}

// table is every load balancer that noon knows.
func table() []constructor {
	return []constructor{
		{"haproxy", func(b fleet.Balancer) bool { return b.HAProxy != nil }, openHAProxy},
		{"lb", func(b fleet.Balancer) bool { return b.LB != nil }, openLB},
	}
}

// Names lists the balancers, as noon.yaml calls them.
func Names() []string {
	var names []string
	for _, c := range table() {
		names = append(names, c.name)
	}
	return names
}

// Open builds the driver of the service's balancer.
func Open(s fleet.Service, reach Reach) (balancer.Driver, error) {
	for _, c := range table() {
		if c.used(s.Balancer) {
			return c.open(s, reach)
		}
	}
	return nil, fmt.Errorf("noon.yaml names no load balancer; it may be one of %s", strings.Join(Names(), ", "))
}

func openHAProxy(s fleet.Service, reach Reach) (balancer.Driver, error) {
	cfg := s.Balancer.HAProxy
	standby := map[string]bool{}
	for _, socket := range cfg.Standby {
		standby[socket] = true
	}
	var members []balancer.Member
	for _, socket := range cfg.Sockets {
		d, err := openSocket(s, socket, reach)
		if err != nil {
			return nil, err
		}
		members = append(members, balancer.Member{Name: socket, Driver: d, Standby: standby[socket]})
	}
	if len(members) == 1 {
		return members[0].Driver, nil
	}
	return balancer.NewSeveral(members), nil
}

func openSocket(s fleet.Service, socket string, reach Reach) (balancer.Driver, error) {
	network, machine, address := endpoint(socket)
	h, err := reach(machine)
	if err != nil {
		return nil, err
	}
	c := haproxy.Config{
		Where: socket, Backend: s.Balancer.HAProxy.Backend, Names: s.Balancer.HAProxy.Names, Ramp: len(s.Policy.Ramp) > 1,
		Dial: func(ctx context.Context) (net.Conn, error) { return h.Dial(ctx, network, address) },
	}
	for _, server := range s.Servers {
		c.Servers = append(c.Servers, server.Name)
	}
	if network == "unix" {
		c.Gone = gone(h)
	}
	return haproxy.New(c), nil
}

// endpoint reads the forms of a socket: "/path", "host:/path", "address:port".
func endpoint(socket string) (network, machine, address string) {
	if before, path, ok := strings.Cut(socket, ":/"); ok {
		return "unix", before, "/" + path
	}
	if strings.HasPrefix(socket, "/") {
		return "unix", "", socket
	}
	return "tcp", "", socket
}

// gone asks the balancer's own machine whether a process has ended.
func gone(h host.Host) func(ctx context.Context, pid int) (bool, error) {
	return func(ctx context.Context, pid int) (bool, error) {
		result, err := h.Run(ctx, host.Command{Line: `test ! -d "/proc/$NOON_PID" && test -d /proc/self`, Env: map[string]string{"NOON_PID": fmt.Sprint(pid)}})
		return err == nil && result.Status == 0, err
	}
}

func openLB(s fleet.Service, reach Reach) (balancer.Driver, error) {
	network, machine, address := endpoint(s.Balancer.LB.Socket)
	h, err := reach(machine)
	if err != nil {
		return nil, err
	}
	return lb.New(func(ctx context.Context) (net.Conn, error) { return h.Dial(ctx, network, address) }), nil
}
