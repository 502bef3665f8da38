package demo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"noon/balancer/lb"
	"noon/fleet"
	"noon/host"
	"noon/host/hosts"
	"noon/host/ssh"
	"noon/release"
)

// readyWithin is how long the shop and the load balancer may take to start.
const readyWithin = 20 * time.Second

// starter brings the first version to the servers, as noon would.
type starter struct {
	machines *hosts.Hosts
	release  *release.Release
}

func (d *demo) start(ctx context.Context) error {
	machines := hosts.New(ssh.Settings{})
	d.starter = &starter{machines, release.New(d.service.Release, d.service.Dir, func(s fleet.Server) (host.Host, error) { return machines.Reach(s.Host) })}
	for _, s := range d.service.Servers {
		if err := d.starter.first(ctx, s); err != nil {
			return err
		}
	}
	return d.startBalancer(ctx)
}

// first puts v1 on a server and starts it.
func (s *starter) first(ctx context.Context, server fleet.Server) error {
	const version = fleet.Version("v1")
	if err := s.release.Stage(ctx, server, version); err != nil {
		return err
	}
	if err := s.release.Install(ctx, server, version); err != nil {
		return err
	}
	return s.release.Start(ctx, server, version)
}

// startBalancer starts "noon lb" in a process of its own, and waits until all
// servers serve.
func (d *demo) startBalancer(ctx context.Context) error {
	args := []string{"lb", "--listen", d.front, "--health", "/healthz", "--admin", d.socket(), "--lb-state", filepath.Join(d.Dir, "lb.json"), "--grace", "5s"}
	for _, s := range d.service.Servers {
		args = append(args, "--server", s.Name+"="+s.Address)
	}
	log, err := os.Create(filepath.Join(d.Dir, "lb.log"))
	if err != nil {
		return err
	}
	defer log.Close()
	d.balancer = exec.Command(d.Noon, args...)
	d.balancer.Stdout, d.balancer.Stderr = log, log
	// Ctrl-C in the terminal is the demo's own matter: it stops the customers
	// first.
	d.balancer.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := d.balancer.Start(); err != nil {
		return fmt.Errorf("start noon lb: %w", err)
	}
	return d.awaitServing(ctx)
}

func (d *demo) socket() string { return filepath.Join(d.Dir, "lb.sock") }

func (d *demo) awaitServing(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	driver := lb.Socket(d.socket())
	for {
		pool, err := driver.Observe(ctx)
		if err == nil && pool.Serving() == len(d.service.Servers) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the shop was not ready within %s (%d of %d servers serve, %w): see %s", readyWithin, pool.Serving(), len(d.service.Servers), err, filepath.Join(d.Dir, "lb.log"))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// stop ends the load balancer and all shops.
func (d *demo) stop() error {
	var errs []error
	if d.balancer != nil && d.balancer.Process != nil {
		_ = d.balancer.Process.Signal(syscall.SIGTERM) // it may have ended already
		_ = d.balancer.Wait()
	}
	for _, s := range d.service.Servers {
		cmd := exec.Command("./ctl", "stop")
		cmd.Dir, cmd.Env = d.Dir, append(os.Environ(), "NOON_SERVER="+s.Name)
		if out, err := cmd.CombinedOutput(); err != nil {
			errs = append(errs, fmt.Errorf("stop %s: %w: %s", s.Name, err, out))
		}
	}
	if d.starter != nil {
		errs = append(errs, d.starter.machines.Close())
	}
	return errors.Join(errs...)
}
