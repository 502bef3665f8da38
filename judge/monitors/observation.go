package monitors

import (
	"time"

	"noon/fleet"
)

// Observation is what was measured on one server at one moment. What is not in
// it was not measured: a missing number is never zero.
type Observation struct {
	Time    time.Time
	Server  string
	Version fleet.Version
	// Counters are cumulative, since the process (or the load balancer) started.
	// "requests" and "errors" are of the whole server, `errors{endpoint="/cart"}`
	// of a part of it, and belongs to `requests{endpoint="/cart"}`. Any other
	// name is a business counter, which must not fall: "orders".
	Counters map[string]float64
	// Histograms are cumulative too: "latency_seconds".
	Histograms map[string]Histogram
	// Gauges are what is at that moment, more being worse: "cpu" (cores),
	// "memory" (bytes), "open_files", "load".
	Gauges map[string]float64
}

// Histogram counts observations in cumulative buckets: Count[i] of them were at
// most LE[i], which is in ascending order and ends with +Inf.
type Histogram struct {
	LE    []float64
	Count []float64
}
