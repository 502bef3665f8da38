package proxy

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"noon/fleet"
)

// checker asks the servers of a pool, again and again, how they are.
type checker struct {
	pool   *pool
	health Health
	http   *http.Client
}

func newChecker(p *pool, h Health) *checker {
	return &checker{pool: p, health: h, http: &http.Client{
		// Every check connects anew: an old connection says nothing of whether
		// the server takes new ones.
		Transport:     &http.Transport{DisableKeepAlives: true, MaxResponseHeaderBytes: headerMost},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// round checks all servers once: so the pool knows its servers before it takes
// the first request.
func (c *checker) round(ctx context.Context) {
	var all sync.WaitGroup
	for _, s := range c.pool.servers {
		if c.wanted(s) {
			all.Go(func() { c.pool.found(s, c.ask(ctx, s), c.health.Rise, c.health.Fall) })
		}
	}
	all.Wait()
}

// run checks until ctx ends.
func (c *checker) run(ctx context.Context) {
	var all sync.WaitGroup
	for _, s := range c.pool.servers {
		all.Go(func() { c.watch(ctx, s) })
	}
	all.Wait()
}

// watch checks one server until ctx ends.
func (c *checker) watch(ctx context.Context, s *server) {
	for {
		timer := time.NewTimer(c.pause(s))
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-s.hurry:
			timer.Stop()
		case <-timer.C:
		}
		if !c.wanted(s) {
			continue
		}
		if err := c.ask(ctx, s); ctx.Err() == nil {
			c.pool.found(s, err, c.health.Rise, c.health.Fall)
		}
	}
}

// wanted tells whether the server is to be checked: one that is out may be cut
// off from us.
func (c *checker) wanted(s *server) bool {
	c.pool.mu.Lock()
	defer c.pool.mu.Unlock()
	return s.Rotation != fleet.Out
}

// hurried is how much more often a server is checked when its health is about
// to change: drained, it is about to be restarted and awaited.
const hurried = 5

// pause is how long to wait until the next check.
func (c *checker) pause(s *server) time.Duration {
	c.pool.mu.Lock()
	defer c.pool.mu.Unlock()
	if s.Rotation == fleet.Draining || s.streak > 0 || s.health == fleet.HealthUnknown {
		return c.health.Interval / hurried
	}
	return c.health.Interval
}

// ask makes one check; nil is a good one.
func (c *checker) ask(ctx context.Context, s *server) error {
	ctx, cancel := context.WithTimeout(ctx, c.health.Timeout)
	defer cancel()
	if c.health.Path == "" {
		return connects(ctx, s.Address)
	}
	return c.get(ctx, s.Address)
}

func connects(ctx context.Context, address string) error {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	return conn.Close()
}

func (c *checker) get(ctx context.Context, address string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+c.health.Path, nil)
	if err != nil {
		return err
	}
	r.Header.Set("User-Agent", "noon-lb")
	answer, err := c.http.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	// The rest is read so that the server does not see a broken connection.
	if _, err := io.CopyN(io.Discard, answer.Body, headerMost); err != nil && err != io.EOF {
		return fmt.Errorf("GET %s: %w", c.health.Path, err)
	}
	if answer.StatusCode < 200 || answer.StatusCode > 399 {
		return fmt.Errorf("GET %s: %d", c.health.Path, answer.StatusCode)
	}
	return nil
}
