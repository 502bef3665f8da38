package cli

import (
	"errors"
	"fmt"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"noon/balancer/lb/proxy"
	"noon/fleet"
)

const lbAbout = `The embedded load balancer (Caddy, as a library): a process of its own, so that
a controller's crash or upgrade never drops traffic. Which servers are in
rotation survives its restarts. It is good for a start; HAProxy carries three
times the traffic on the same core.`

func (a *app) lbCommand() *cobra.Command {
	var c proxy.Config
	var servers []string
	var tls proxy.TLS
	cmd := &cobra.Command{
		Use: "lb", Short: "Run the embedded load balancer", Long: lbAbout, Args: args(cobra.NoArgs),
		Example: "  noon lb --listen :8080 --server web1=10.0.0.11:8080 --server web2=10.0.0.12:8080 \\\n    --health /healthz --admin /run/noon/lb.sock --lb-state /var/lib/noon/lb.json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			pool, err := poolOf(servers)
			if err != nil {
				return &usageError{cmd, err}
			}
			if c.Servers = pool; tls.Cert != "" || len(tls.Domains) > 0 {
				c.TLS = &tls
			}
			ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			return proxy.Run(ctx, c, func() { fmt.Fprintf(a.out, "noon lb: ready on %s\n", strings.Join(c.Listen, ", ")) })
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&c.Listen, "listen", []string{":8080"}, "addresses where customers come in")
	f.StringSliceVar(&servers, "server", nil, "a server of the pool: NAME=HOST:PORT; may be repeated")
	f.StringVar(&c.Admin, "admin", "noon-lb.sock", "unix socket where noon changes the pool")
	f.StringVar(&c.State, "lb-state", "noon-lb.json", "file that keeps the pool's state over restarts")
	f.StringVar(&c.Health.Path, "health", "", "path of the servers' health check; empty only connects")
	f.DurationVar(&c.Health.Interval, "health-interval", 500*time.Millisecond, "time between two health checks of a server")
	f.DurationVar(&c.Grace, "grace", 30*time.Second, "how long requests in flight may go on at the end")
	f.StringVar(&tls.Cert, "tls-cert", "", "certificate with its chain, a PEM file")
	f.StringVar(&tls.Key, "tls-key", "", "its key, a PEM file")
	f.StringSliceVar(&tls.Domains, "acme", nil, "get certificates for these domains by ACME")
	f.StringVar(&tls.Email, "acme-email", "", "e-mail address for the certificate authority")
	f.StringVar(&tls.Storage, "acme-storage", "noon-lb-certificates", "folder for accounts and certificates")
	return cmd
}

// poolOf reads NAME=HOST:PORT.
func poolOf(texts []string) ([]fleet.Server, error) {
	var pool []fleet.Server
	for _, text := range texts {
		name, address, ok := strings.Cut(text, "=")
		if !ok || name == "" || address == "" {
			return nil, fmt.Errorf("--server is NAME=HOST:PORT, not %s", fleet.Quoted(text))
		}
		pool = append(pool, fleet.Server{Name: name, Address: address})
	}
	if len(pool) == 0 {
		return nil, errors.New("name the servers of the pool: --server NAME=HOST:PORT")
	}
	return pool, nil
}
