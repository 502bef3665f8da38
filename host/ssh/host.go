// Package ssh is another machine as a host, reached over SSH as the user's
// own ssh would reach it: ~/.ssh/config, known_hosts, the agent and key
// files. A command, a file or an address comes in; what the machine did with
// it goes out. Host keys are always checked; there is no way to skip it.
package ssh

import (
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"

	"noon/host"
)

// sessionsMost is how many commands run at once on one connection: sshd allows
// 10 sessions by default (MaxSessions). One is for a stream, one to kill what
// has to be killed.
const sessionsMost = 8

// Host is a machine that is reached over SSH. It keeps one connection, opens
// it when first needed, and opens it again after it broke.
type Host struct {
	name     string
	settings Settings
	sessions chan struct{}
	noSFTP   atomic.Bool
	streams  streams

	// turn is held while the connection is looked at or opened. It is a
	// channel, not a mutex, so that who waits for it can give up.
	turn chan struct{}
	link *link

	// life ends with Close; work counts the calls under way and their
	// goroutines, which Close waits for. ending guards that none begins then.
	life   context.Context
	end    context.CancelFunc
	work   sync.WaitGroup
	ending sync.Mutex
}

var _ host.Host = (*Host)(nil)

// New returns the machine that noon.yaml calls name: "deploy@10.0.0.11",
// "web1" from ~/.ssh/config, "web1:2222". Nothing is opened yet.
func New(name string, settings Settings) *Host {
	life, end := context.WithCancel(context.Background())
	return &Host{
		name: name, settings: settings,
		sessions: make(chan struct{}, sessionsMost), turn: make(chan struct{}, 1),
		life: life, end: end,
	}
}

// Name is how noon.yaml calls the machine.
func (h *Host) Name() string { return h.name }

// Close ends the connection, and with it everything that runs over it.
func (h *Host) Close() error {
	h.ending.Lock()
	h.end()
	h.ending.Unlock()
	h.turn <- struct{}{}
	if h.link != nil {
		h.link.close()
	}
	<-h.turn
	h.work.Wait()
	return nil
}

// begin counts a call, which ends with work.Done.
func (h *Host) begin() error {
	h.ending.Lock()
	defer h.ending.Unlock()
	if h.life.Err() != nil {
		return h.closedError()
	}
	h.work.Add(1)
	return nil
}

func (h *Host) closedError() error {
	return fmt.Errorf("reach %s over SSH: noon has already closed its connection", h.name)
}

// connected returns the connection, which is opened if there is none.
func (h *Host) connected(ctx context.Context) (*link, error) {
	select {
	case h.turn <- struct{}{}:
		defer func() { <-h.turn }()
	case <-ctx.Done():
		return nil, fmt.Errorf("reach %s over SSH: %w", h.name, context.Cause(ctx))
	}
	if h.life.Err() != nil {
		return nil, h.closedError()
	}
	if h.link != nil && !h.link.broken() {
		return h.link, nil
	}
	opened, err := h.open(ctx)
	if err != nil {
		return nil, fmt.Errorf("reach %s over SSH: %w", h.name, err)
	}
	h.link = opened
	return opened, nil
}

// open resolves the name anew each time: the operator may have just mended
// ~/.ssh/config or known_hosts.
func (h *Host) open(ctx context.Context) (*link, error) {
	route, err := h.settings.route(h.name)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, h.settings.connectMost())
	defer cancel()
	defer context.AfterFunc(h.life, cancel)()
	return openLink(ctx, route, h.settings)
}

// do runs f beside ctx: when ctx ends, do returns while f may still wait for
// an answer from a machine that is gone. Close waits for it.
func (h *Host) do(ctx context.Context, f func() error) error {
	done := make(chan error, 1)
	h.work.Go(func() { done <- f() })
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// addr is the address of a forwarded connection's other end.
type addr struct{ network, address string }

func (a addr) Network() string { return a.network }
func (a addr) String() string  { return a.address }

var _ net.Addr = addr{}
