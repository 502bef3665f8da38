// Package proxy is "noon lb", the load balancer itself: Caddy as a library,
// with the choice of the server, the health checks and the counting of ours,
// so that servers are taken out and put back without a reload. It is told
// what to do over a unix socket, whose words are those of balancer/lb. It
// runs in a process of its own: a controller that crashes or is upgraded does
// not touch the traffic.
package proxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/caddyserver/caddy/v2"
	"golang.org/x/sync/errgroup"
)

// Run is a load balancer, until ctx ends; then it takes no new connections,
// finishes the requests in flight for at most the grace time, ends websockets
// with a close frame, and returns nil. It calls ready when customers and the
// admin socket are served and each server was checked once. One Run per
// process: Caddy's state is global.
func Run(ctx context.Context, c Config, ready func()) error {
	epoch := fmt.Sprintf("%d-%d", os.Getpid(), time.Now().UnixNano())
	c = c.withDefaults()
	if err := c.valid(); err != nil {
		return err
	}
	lock, err := stateFile{c.State}.lock()
	if err != nil {
		return err
	}
	defer lock.Close()
	p, err := remember(c)
	if err != nil {
		return err
	}
	return serve(ctx, c, p, &admin{pool: p, epoch: epoch, health: c.Health}, ready)
}

// remember returns the pool as it was left, with what the config adds to it.
func remember(c Config) (*pool, error) {
	state := stateFile{c.State}
	known, err := state.load()
	if err != nil {
		return nil, err
	}
	places := merge(c.Servers, known)
	if err := state.save(places); err != nil {
		return nil, err
	}
	return newPool(places, state, c.Connect), nil
}

// serve runs the checks, the admin socket and Caddy. Whoever fails ends all.
func serve(ctx context.Context, c Config, p *pool, a *admin, ready func()) error {
	checker := newChecker(p, c.Health)
	checker.round(ctx)
	socket, err := listenAdmin(c.Admin)
	if err != nil {
		return err
	}
	defer socket.Close()
	front := newFronts()
	if err := startCaddy(c, p, front); err != nil {
		return err
	}
	all, ctx := errgroup.WithContext(ctx)
	all.Go(func() error { checker.run(ctx); return nil })
	all.Go(func() error { return a.serve(ctx, socket) })
	all.Go(func() error {
		<-ctx.Done()
		return stopCaddy(p, front, c.Grace)
	})
	ready()
	return all.Wait()
}

func startCaddy(c Config, p *pool, f *fronts) error {
	if err := free(c.Listen); err != nil {
		return err
	}
	if err := register(p, f); err != nil {
		return err
	}
	if err := caddy.Run(caddyConfig(c)); err != nil {
		return fmt.Errorf("noon lb cannot serve on %v: %w", c.Listen, err)
	}
	return nil
}

// free returns an error if somebody listens at one of the addresses. Caddy
// would share a port with another process that shares it too (SO_REUSEPORT),
// and then two load balancers, each with its own idea of who is drained, would
// get half of the customers each.
func free(addresses []string) error {
	for _, address := range addresses {
		listener, err := net.Listen("tcp", address)
		if err != nil {
			return fmt.Errorf("noon lb cannot serve on %s: %w", address, err)
		}
		listener.Close()
	}
	return nil
}

// stopCaddy closes the doors and waits for those who are inside: Caddy's own
// Stop waits only when the signal that ends the process came to Caddy.
func stopCaddy(p *pool, f *fronts, grace time.Duration) error {
	err := caddy.Stop()
	stopped(p, f, grace)
	if left := p.inFlight(); left > 0 {
		return errors.Join(err, fmt.Errorf("noon lb ended with %d requests in flight: they took longer than %s", left, grace))
	}
	return err
}

// stopped waits until no request and no answer is under way, at most for the
// given time.
func stopped(p *pool, f *fronts, most time.Duration) {
	const often = 10 * time.Millisecond
	for deadline := time.Now().Add(most); time.Now().Before(deadline); time.Sleep(often) {
		if p.inFlight() == 0 && f.count() == 0 {
			return
		}
	}
}
