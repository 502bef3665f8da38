// Package customers is the traffic that a shop gets: customers who load pages,
// order, wait for slow pages and hold websockets, and who count every request
// that fails. They never try again, so nothing that they were denied is hidden.
package customers

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// Config is a crowd. The zero value of a number of customers is none of them.
type Config struct {
	// URL is where they go: "http://127.0.0.1:8080". TLS is not spoken.
	URL string
	// Gets and Posts load pages and order, each over a kept connection.
	Gets, Posts int
	// Slow wait for pages that take SlowLeast to SlowMost (2 to 5 s).
	Slow                int
	SlowLeast, SlowMost time.Duration
	// Sockets talk over a websocket, and come back when the shop ends it with
	// status 1012.
	Sockets int
	// Rate is requests (or messages) per second of each getting and posting
	// customer and websocket; 0 is the next as soon as the last was answered
	// (for websockets: 20 a second).
	Rate float64
	// Together is requests per second of all getting and posting customers
	// together, in place of Rate. They come at random moments, as people do,
	// and not later because an answer took long (while there are customers free).
	Together float64
	// Mix is which pages the getting customers load, and how often compared
	// with the others; by default / and /cart alike.
	Mix map[string]float64
	// Patience is how long an answer may take, beyond a slow page's own length;
	// 15 s when zero.
	Patience time.Duration
}

// Crowd is a crowd on its way.
type Crowd struct {
	config    Config
	stopping  chan struct{}
	stop      sync.Once
	customers sync.WaitGroup
	book      book
	mix       mix
}

// Start sends a crowd. It goes on until Stop is called or ctx ends; a request
// that is cut by the end of ctx is not counted.
func Start(ctx context.Context, c Config) *Crowd {
	crowd := &Crowd{config: c.withDefaults(), stopping: make(chan struct{}), mix: newMix(c.Mix)}
	for range c.Gets {
		crowd.send(ctx, crowd.page, crowd.config.times())
	}
	for range c.Posts {
		crowd.send(ctx, crowd.order, crowd.config.times())
	}
	for range c.Slow {
		crowd.send(ctx, crowd.slowPage, steady{})
	}
	for range c.Sockets {
		crowd.customers.Go(func() { crowd.holdSocket(ctx) })
	}
	return crowd
}

func (c Config) withDefaults() Config {
	if c.SlowLeast == 0 && c.SlowMost == 0 {
		c.SlowLeast, c.SlowMost = 2*time.Second, 5*time.Second
	}
	c.SlowMost = max(c.SlowLeast, c.SlowMost)
	if c.Patience == 0 {
		c.Patience = 15 * time.Second
	}
	return c
}

// Count returns what has been counted so far.
func (c *Crowd) Count() Tally { return c.book.copy() }

// Stop lets every customer get the answer to what was asked, and returns the
// whole count. It may be called again.
func (c *Crowd) Stop() Tally {
	c.stop.Do(func() { close(c.stopping) })
	c.customers.Wait()
	return c.Count()
}

func (c *Crowd) page() request { return request{method: "GET", path: c.mix.page(rand.Float64())} }

func (c *Crowd) order() request {
	return request{method: "POST", path: "/order", body: "apples=3&bread=1"}
}

func (c *Crowd) slowPage() request {
	length := c.config.SlowLeast + rand.N(c.config.SlowMost-c.config.SlowLeast+1)
	return request{method: "GET", path: "/slow?for=" + length.Round(time.Millisecond).String(), length: length}
}

// failurePause keeps customers who are turned away from asking without end.
const failurePause = 20 * time.Millisecond

// pause waits, and reports false when the crowd goes home.
func (c *Crowd) pause(ctx context.Context, length time.Duration) bool {
	timer := time.NewTimer(length)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil && !c.goingHome()
	case <-c.stopping:
		return false
	case <-ctx.Done():
		return false
	}
}

func (c *Crowd) goingHome() bool {
	select {
	case <-c.stopping:
		return true
	default:
		return false
	}
}
