package figures

import (
	"math"

	"noon/fleet"
	"noon/judge/monitors"
)

// OfStanding is what the load balancer knows of a server: the counters
// "requests", "errors" (answers 5xx, and none at all) and "rejected" (4xx); the
// histogram "latency_seconds", or the gauge "response_time" in seconds where the
// balancer has an average only. Time, server and version are for the caller to
// add.
func OfStanding(s fleet.Standing) monitors.Observation {
	o := monitors.Observation{Counters: map[string]float64{}, Histograms: map[string]monitors.Histogram{}, Gauges: map[string]float64{}}
	for name, count := range map[string]fleet.Count{
		"requests": s.Counters.Requests,
		"errors":   s.Counters.Errors.Plus(s.Counters.Failures),
		"rejected": s.Counters.Rejected,
	} {
		if count.Known {
			o.Counters[name] = float64(count.N)
		}
	}
	if s.Counters.AnswerTimes.Known() {
		o.Histograms["latency_seconds"] = cumulative(s.Counters.AnswerTimes)
	}
	if s.AnswerTime.Known() {
		o.Gauges["response_time"] = s.AnswerTime.Seconds
	}
	return o
}

// cumulative writes the last bound, that of all answers, out.
func cumulative(h fleet.Histogram) monitors.Histogram {
	o := monitors.Histogram{LE: make([]float64, 0, len(h.Count)), Count: make([]float64, 0, len(h.Count))}
	o.LE = append(append(o.LE, h.LE...), math.Inf(1))
	for _, n := range h.Count {
		o.Count = append(o.Count, float64(n))
	}
	return o
}
