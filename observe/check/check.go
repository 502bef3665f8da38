// Package check asks a server how it is, from the server's own machine: is it
// well, which version does it report, and which process answers. A server
// comes in, its vitals go out. That the machine cannot be reached is an error;
// that the server is not well is none.
package check

import (
	"context"
	"fmt"
	"time"

	"noon/fleet"
	"noon/host"
	"noon/host/line"
)

// reachMost is how long reaching a machine may take, where nothing else says.
const reachMost = 30 * time.Second

// timeoutUsual is how long one question may take, where noon.yaml is silent.
const timeoutUsual = 5 * time.Second

// Checker asks the servers of one service.
type Checker struct {
	cfg     fleet.Check
	service string
	reach   func(fleet.Server) (host.Host, error)
}

// New returns a checker that asks as noon.yaml says; reach finds a server's
// machine.
func New(cfg fleet.Check, service string, reach func(fleet.Server) (host.Host, error)) *Checker {
	if cfg.Timeout <= 0 {
		cfg.Timeout = timeoutUsual
	}
	return &Checker{cfg: cfg, service: service, reach: reach}
}

// Look asks the server once. The process is looked at first: what the server
// then answers comes from that process or from a later one, so that a version
// is never credited to a process that had not yet started.
func (c *Checker) Look(ctx context.Context, server fleet.Server) (fleet.Vitals, error) {
	h, err := c.reach(server)
	if err != nil {
		return fleet.Vitals{}, fmt.Errorf("look at %s: %w", server.Name, err)
	}
	l := &look{cfg: c.cfg, service: c.service, host: h, server: server, answers: map[string]answer{}}
	vitals, err := l.vitals(ctx)
	if err != nil {
		return fleet.Vitals{}, fmt.Errorf("look at %s: %w", server.Name, err)
	}
	return vitals, nil
}

// look is one look at one server.
type look struct {
	cfg     fleet.Check
	service string
	host    host.Host
	server  fleet.Server
	// answers are those to URLs that were already asked.
	answers map[string]answer
}

func (l *look) vitals(ctx context.Context) (v fleet.Vitals, err error) {
	if v.Process, err = l.process(ctx); err != nil {
		return v, err
	}
	if v.Healthy, v.Health, err = l.health(ctx); err != nil {
		return v, err
	}
	v.Version, v.VersionTrouble, err = l.version(ctx)
	return v, err
}

// script runs a script of ours; a failure of it is one of the machine.
func (l *look) script(ctx context.Context, text string, env map[string]string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, reachMost)
	defer cancel()
	result, err := l.host.Run(ctx, host.Command{Line: text, Env: env})
	if err == nil && result.Status != 0 {
		err = fmt.Errorf("status %d: %s", result.Status, fleet.Quoted(string(result.Stderr)))
	}
	return string(result.Stdout), err
}

// command runs a command of the operator. That it takes too long is its own
// fault: the machine was reached just before.
func (l *look) command(ctx context.Context, text string) (host.Result, string, error) {
	limited, cancel := context.WithTimeout(ctx, l.cfg.Timeout)
	defer cancel()
	result, err := l.host.Run(limited, host.Command{Line: line.WithData(text), Env: map[string]string{
		"NOON_SERVICE": l.service, "NOON_SERVER": l.server.Name, "NOON_HOST": l.server.Host, "NOON_ADDRESS": l.server.Address, "NOON_VERSION": "",
	}})
	if err != nil && ctx.Err() == nil && limited.Err() != nil {
		return result, fmt.Sprintf("did not end within %s", l.cfg.Timeout), l.alive(ctx)
	}
	if err == nil && result.Status != 0 {
		return result, fmt.Sprintf("status %d: %s", result.Status, said(result)), nil
	}
	return result, "", err
}

// alive asks the machine whether it is there.
func (l *look) alive(ctx context.Context) error {
	_, err := l.script(ctx, ":", nil)
	return err
}
