// Package shop is a little webshop to try noon on: it serves pages, takes
// orders, holds websockets, reports its version, and falls ill when told. When
// it is asked to stop it stops at once, as many real shops do: whoever stops it
// must have seen to it that no customer is being served.
package shop

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Config is one shop process.
type Config struct {
	// Listen is the address it serves: "127.0.0.1:8081".
	Listen string
	// Server is its name in answers; Listen when empty.
	Server string
	// Version is what it reports at /version.
	Version string
	// Fault is what is wrong with it; the zero Fault is nothing.
	Fault Fault
	// Pace is how long its pages take, in the median; 0 is no time at all.
	Pace time.Duration
	// Log is where it writes what it does; nil is nowhere.
	Log io.Writer
}

// Shop is a running shop.
type Shop struct {
	config  Config
	started time.Time
	orders  atomic.Int64
	sockets sockets
	diary   diary
	figures figures
	// serving is held by every handler, so that the end can wait for them.
	serving sync.RWMutex
}

// Run serves until ctx ends, and then cuts every connection and returns nil.
// An error tells that it could not serve at all, or that its fault is to exit.
func Run(ctx context.Context, c Config) error {
	if c.Server == "" {
		c.Server = c.Listen
	}
	shop := &Shop{config: c, started: time.Now(), diary: diary{out: c.Log}}
	shop.diary.write(slog.LevelInfo, "the shop opens", "server", c.Server, "version", c.Version, "listen", c.Listen)
	if c.Fault.Kind == Exit {
		return fmt.Errorf("shop %s %s ended at its start, because its fault says so", c.Server, c.Version)
	}
	if c.Fault.Kind == Tail && c.Pace <= 0 {
		return fmt.Errorf("shop %s: fault tail makes the slowest pages slower, but without a pace no page takes any time", c.Server)
	}
	if !c.Fault.sleep(ctx) {
		return nil
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("shop %s cannot listen: %w", c.Server, err)
	}
	ctx, cancel := context.WithCancel(ctx)
	var leaking sync.WaitGroup
	defer leaking.Wait()
	defer cancel()
	leaking.Go(func() { c.Fault.leak(ctx) })
	return shop.serve(ctx, listener)
}

func (s *Shop) serve(ctx context.Context, listener net.Listener) error {
	// No idle timeout: a shop that closes idle connections races with the
	// balancer that reuses them.
	server := &http.Server{
		Handler:           s.counted(s.handler()),
		ReadHeaderTimeout: 10 * time.Second,
		MaxHeaderBytes:    64 << 10,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	err := server.Serve(listener)
	if !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("shop %s: %w", s.config.Server, err)
	}
	s.serving.Lock()
	return nil
}

// counted lets serve wait for the handlers that it cut, hijacked ones too.
func (s *Shop) counted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.serving.TryRLock() {
			defer s.serving.RUnlock()
			next.ServeHTTP(w, r)
		}
	})
}
