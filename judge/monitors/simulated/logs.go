package simulated

import "math"

// Logs are natural logarithms of factors, or standard deviations of such: .3 of
// Errors is a third more errors a request.
type Logs struct {
	// Errors a request; Endpoints are the same, of each endpoint on its own.
	Errors, Endpoints float64
	// Latency of all requests; Tail is what the 99th percentile has besides.
	Latency, Tail float64
	// CPU a request, Memory, open Files.
	CPU, Memory, Files float64
	// Load is requests a second, Orders are orders a request.
	Load, Orders float64
}

// plus is both factors.
func (l Logs) plus(m Logs) Logs {
	return Logs{
		Errors: l.Errors + m.Errors, Endpoints: l.Endpoints + m.Endpoints,
		Latency: l.Latency + m.Latency, Tail: l.Tail + m.Tail,
		CPU: l.CPU + m.CPU, Memory: l.Memory + m.Memory, Files: l.Files + m.Files,
		Load: l.Load + m.Load, Orders: l.Orders + m.Orders,
	}
}

// times scales the logarithms.
func (l Logs) times(x float64) Logs {
	return Logs{
		Errors: l.Errors * x, Endpoints: l.Endpoints * x,
		Latency: l.Latency * x, Tail: l.Tail * x,
		CPU: l.CPU * x, Memory: l.Memory * x, Files: l.Files * x,
		Load: l.Load * x, Orders: l.Orders * x,
	}
}

// draw takes l as standard deviations.
func (l Logs) draw(d draw) Logs {
	if l == (Logs{}) {
		return l
	}
	return Logs{
		Errors: l.Errors * d.NormFloat64(), Endpoints: l.Endpoints * d.NormFloat64(),
		Latency: l.Latency * d.NormFloat64(), Tail: l.Tail * d.NormFloat64(),
		CPU: l.CPU * d.NormFloat64(), Memory: l.Memory * d.NormFloat64(), Files: l.Files * d.NormFloat64(),
		Load: l.Load * d.NormFloat64(), Orders: l.Orders * d.NormFloat64(),
	}
}

// drift is autocorrelated noise, AR(1): it stays for minutes where it is.
type drift struct {
	now, spread Logs
	keep        float64 // from one tick to the next
}

// newDrift starts somewhere, as if it had always been drifting.
func newDrift(d draw, spread Logs, minutes float64) drift {
	return drift{spread.draw(d), spread, math.Exp(-step.Minutes() / minutes)}
}

func (f *drift) next(d draw) {
	f.now = f.now.times(f.keep).plus(f.spread.draw(d).times(math.Sqrt(1 - f.keep*f.keep)))
}
