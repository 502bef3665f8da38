package customers

import (
	"math/rand/v2"
	"time"
)

// times are the moments at which one customer asks.
type times interface {
	first(now time.Time) time.Time
	// after is the time of the next request, where one was due at due and is
	// sent now.
	after(due, now time.Time) time.Time
}

// times of one getting or posting customer.
func (c Config) times() times {
	if c.Together > 0 {
		return random{c.Together / float64(c.Gets+c.Posts)}
	}
	return steady{c.Rate}
}

// steady asks rate times a second, the first time at once; 0 is without end.
type steady struct{ rate float64 }

func (s steady) first(now time.Time) time.Time { return now }

func (s steady) after(_, now time.Time) time.Time {
	if s.rate <= 0 {
		return now
	}
	return now.Add(time.Duration(float64(time.Second) / s.rate))
}

// random asks rate times a second in the mean, each request without regard to
// the others (a Poisson process).
type random struct{ rate float64 }

func (r random) first(now time.Time) time.Time { return r.after(now, now) }

// behindMost is how far a customer who got no answers may be behind, so that a
// shop that comes back is not stormed.
const behindMost = time.Second

func (r random) after(due, now time.Time) time.Time {
	if now.Sub(due) > behindMost {
		due = now
	}
	return due.Add(time.Duration(rand.ExpFloat64() / r.rate * float64(time.Second)))
}
