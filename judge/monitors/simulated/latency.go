package simulated

import "math"

// LE are the bounds that Prometheus' clients have by default, in seconds.
var LE = []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, math.Inf(1)}

// Latencies of a web shop: the median 80 ms, the 99th percentile 0.4 s.
const (
	medianSeconds = 0.08
	sigma         = 0.7
	// z99 is the 99th percentile of the normal distribution.
	z99 = 2.3263
	// slower is by how much the slow requests of a fault are slower.
	slower = 10
)

// latencies are log-normal; a share of the requests is slow.
type latencies struct{ median, sigma, slow float64 }

func latenciesOf(level Logs, slow float64) latencies {
	return latencies{
		median: medianSeconds * math.Exp(level.Latency),
		sigma:  max(sigma+level.Tail/z99, 0.1),
		slow:   slow,
	}
}

// within is the share of requests that take at most so many seconds.
func (l latencies) within(seconds float64) float64 {
	z := math.Log(seconds/l.median) / l.sigma
	share := normal(z)
	if l.slow > 0 {
		share = (1-l.slow)*share + l.slow*normal(z-math.Log(slower)/l.sigma)
	}
	return share
}

// normal is the distribution function.
func normal(z float64) float64 { return math.Erfc(-z/math.Sqrt2) / 2 }

// fill adds n requests to cumulative buckets, the fastest bucket first.
func (l latencies) fill(d draw, buckets []float64, n float64) {
	before, left, sum := 0.0, n, 0.0
	for i, le := range LE {
		within := l.within(le)
		here := left
		if left > 0 && before < 1 && i < len(LE)-1 {
			here = d.binomial(left, (within-before)/(1-before))
		}
		before, left, sum = within, left-here, sum+here
		buckets[i] += sum
	}
}
