package proxy

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"noon/fleet"
)

// Config is what a load balancer is started with.
type Config struct {
	// Listen are the addresses where customers come in: ":8080".
	Listen []string `json:"listen"`
	// Servers are the pool, in order. When empty, the pool is the one that the
	// State file remembers.
	Servers []fleet.Server `json:"servers"`
	// Admin is the path of the unix socket for changes, made with mode 0600 and
	// at most 100 bytes long.
	Admin string `json:"admin"`
	// State is the file that keeps rotation, weights and notes over restarts.
	// STATE.lock beside it keeps a second process away.
	State  string `json:"state"`
	Health Health `json:"health"`
	// TLS is nil for plain HTTP.
	TLS *TLS `json:"tls,omitempty"`
	// Connect is how long a connection to a server may take; default 3s.
	Connect time.Duration `json:"connect,omitempty"`
	// Grace is how long requests in flight may go on after the end was asked
	// for; default 30s.
	Grace time.Duration `json:"grace,omitempty"`
}

// Health says how servers are checked.
type Health struct {
	// Path is asked for with GET and must answer 2xx or 3xx; "" only connects.
	Path string `json:"path,omitempty"`
	// Interval, by default 500ms, is five times shorter while a server is
	// drained or its health is changing. Timeout is that of one check; default
	// 2s.
	Interval time.Duration `json:"interval,omitempty"`
	Timeout  time.Duration `json:"timeout,omitempty"`
	// Rise and Fall are how many checks in a row make a server healthy or
	// unhealthy; default 2.
	Rise int `json:"rise,omitempty"`
	Fall int `json:"fall,omitempty"`
}

// TLS has either Cert and Key, or Domains.
type TLS struct {
	// Cert and Key are PEM files, the certificate with its chain.
	Cert string `json:"cert,omitempty"`
	Key  string `json:"key,omitempty"`
	// Domains get certificates by ACME, as Caddy does it: port 80 redirects and
	// answers challenges, certificates are renewed in time.
	Domains []string `json:"domains,omitempty"`
	// Email is given to the certificate authority, if any.
	Email string `json:"email,omitempty"`
	// CA is the directory URL of another authority than Let's Encrypt, and
	// Roots the PEM files of those that it is itself trusted by.
	CA    string   `json:"ca,omitempty"`
	Roots []string `json:"roots,omitempty"`
	// Storage is the folder for accounts and certificates; needed with Domains.
	Storage string `json:"storage,omitempty"`
}

// notice is how long it takes at most until the checks have seen that a server
// answers badly or not at all. One that hangs takes a timeout more per check.
func (h Health) notice() time.Duration {
	return h.Interval + time.Duration(h.Fall-1)*h.Interval/hurried
}

// withDefaults returns the config with its defaults filled in.
func (c Config) withDefaults() Config {
	c.Connect = or(c.Connect, 3*time.Second)
	c.Grace = or(c.Grace, 30*time.Second)
	c.Health.Interval = or(c.Health.Interval, 500*time.Millisecond)
	c.Health.Timeout = or(c.Health.Timeout, 2*time.Second)
	c.Health.Rise = or(c.Health.Rise, 2)
	c.Health.Fall = or(c.Health.Fall, 2)
	return c
}

func or[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}

// valid returns an error that names everything that is wrong.
func (c Config) valid() error {
	var wrong []error
	if len(c.Listen) == 0 {
		wrong = append(wrong, errors.New("it has no address to listen on"))
	}
	for _, address := range c.Listen {
		if _, _, err := net.SplitHostPort(address); err != nil {
			wrong = append(wrong, fmt.Errorf("the address to listen on, %s, is not host:port", fleet.Quoted(address)))
		}
	}
	if c.Admin == "" || len(c.Admin) > adminMost {
		wrong = append(wrong, fmt.Errorf("the path of its admin socket must have 1 to %d bytes", adminMost))
	}
	if c.State == "" {
		wrong = append(wrong, errors.New("it has no state file: drained servers would come back with a restart"))
	}
	wrong = append(wrong, c.Health.valid(), c.TLS.valid(), validServers(c.Servers))
	if err := errors.Join(wrong...); err != nil {
		return fmt.Errorf("noon lb cannot start like this: %w", err)
	}
	return nil
}

func (h Health) valid() error {
	if h.Path != "" && !strings.HasPrefix(h.Path, "/") {
		return fmt.Errorf("the path of the health check, %s, must start with /", fleet.Quoted(h.Path))
	}
	if h.Interval < 0 || h.Timeout < 0 || h.Rise < 0 || h.Fall < 0 {
		return errors.New("the health check has a negative number")
	}
	return nil
}

func (t *TLS) valid() error {
	switch {
	case t == nil:
		return nil
	case len(t.Domains) == 0 && (t.Cert == "" || t.Key == ""):
		return errors.New("TLS needs a certificate and its key, or domains")
	case len(t.Domains) > 0 && (t.Cert != "" || t.Key != ""):
		return errors.New("TLS has both a certificate and domains: leave one out")
	case len(t.Domains) > 0 && t.Storage == "":
		return errors.New("TLS with domains needs a folder for its certificates")
	}
	return nil
}

// serversMost bounds the pool.
const serversMost = 10_000

func validServers(servers []fleet.Server) error {
	if len(servers) > serversMost {
		return fmt.Errorf("it has %d servers, more than %d", len(servers), serversMost)
	}
	names, addresses := map[string]bool{}, map[string]string{}
	for _, s := range servers {
		if s.Name == "" || names[s.Name] {
			return fmt.Errorf("the server name %s is empty or used twice", fleet.Quoted(s.Name))
		}
		if _, _, err := net.SplitHostPort(s.Address); err != nil {
			return fmt.Errorf("the address of %s, %s, is not host:port", s.Name, fleet.Quoted(s.Address))
		}
		if other := addresses[s.Address]; other != "" {
			return fmt.Errorf("%s and %s have the same address %s", other, s.Name, s.Address)
		}
		names[s.Name], addresses[s.Address] = true, s.Name
	}
	return nil
}
