package simulated

import "math"

// burst of errors over the whole fleet: a database that stumbles.
type burst struct {
	left   int // ticks
	errors float64
}

// next begins a burst every ten minutes or so; it lasts half a minute to two,
// with 5 to 20 times the errors.
func (b *burst) next(d draw, w World) {
	b.left--
	if !w.Bursts || b.left > 0 || d.Float64() >= step.Minutes()/10 {
		return
	}
	b.left, b.errors = 6+d.IntN(19), math.Log(5+15*d.Float64())
}

func (b *burst) logs() Logs {
	if b.left <= 0 {
		return Logs{}
	}
	return Logs{Errors: b.errors, Latency: 0.4}
}
