package simulated

import "math"

// Fault is what is wrong with the new version; the zero value is nothing.
type Fault struct {
	Name string
	// Points are added to the share of requests that fail.
	Points float64
	// Factors of errors, of the latency of all requests, of CPU a request, of
	// orders a request; 0 is 1.
	Errors, Latency, CPU, Orders float64
	// Slow is the share of requests that take ten times as long: with .02 the
	// 99th percentile doubles, and the median rises by less than 2 %.
	Slow float64
	// Dead is an endpoint of which every request fails.
	Dead string
	// Leak is by which part of what it had at first memory grows each minute.
	Leak float64
}

// logs are the factors that are the same from the upgrade on.
func (f Fault) logs() Logs {
	return Logs{Errors: logOf(f.Errors), Latency: logOf(f.Latency), CPU: logOf(f.CPU), Orders: logOf(f.Orders)}
}

// logOf takes 0 as the factor 1.
func logOf(factor float64) float64 {
	if factor == 0 {
		return 0
	}
	return math.Log(factor)
}
