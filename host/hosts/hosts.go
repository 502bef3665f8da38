// Package hosts finds the host that noon.yaml names, this machine or one over
// SSH, and keeps one of each: a name comes in, a host goes out. It opens no
// connection itself.
package hosts

import (
	"errors"
	"fmt"
	"sync"

	"noon/host"
	"noon/host/local"
	"noon/host/ssh"
)

// Hosts are the machines that were asked for so far.
type Hosts struct {
	settings ssh.Settings
	mu       sync.Mutex
	byName   map[string]host.Host
	closed   bool
}

// New returns no hosts yet; SSH is used with the given settings, which are
// ssh.UserSettings but in tests.
func New(settings ssh.Settings) *Hosts {
	return &Hosts{settings: settings, byName: map[string]host.Host{}}
}

// Reach returns the host of that name; "" and "local" are this machine. It
// connects when the host is first used.
func (h *Hosts) Reach(name string) (host.Host, error) {
	if name == "" {
		name = local.Name
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, fmt.Errorf("reach %s: noon has already closed its connections", name)
	}
	if h.byName[name] == nil {
		h.byName[name] = h.make(name)
	}
	return h.byName[name], nil
}

func (h *Hosts) make(name string) host.Host {
	if name == local.Name {
		return local.New()
	}
	return ssh.New(name, h.settings)
}

// Close ends all connections.
func (h *Hosts) Close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	var all []error
	for _, each := range h.byName {
		all = append(all, each.Close())
	}
	return errors.Join(all...)
}
