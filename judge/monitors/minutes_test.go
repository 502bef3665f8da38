package monitors_test

import (
	"math"
	"time"

	"noon/judge/monitors"
)

// What other methods look at: a value of each metric, server and minute.

// metric of a minute; down is the bad direction of orders only.
type metric int

const (
	errorRate metric = iota
	p50
	p90
	p99
	cpu
	memory
	openFiles
	orderRate
	metricCount
)

func (m metric) down() bool { return m == orderRate }

// minute of a server; NaN is no value.
type minute struct {
	number int // 0 is the first of the watch, -1 the one before
	values [metricCount]float64
}

// minutes keeps what a server had in each minute.
type minutes struct {
	upgrade  time.Time
	canaries map[string]bool
	open     map[string]*unfinished
	of       map[string][]minute
}

// unfinished is the minute that is now.
type unfinished struct {
	first  monitors.Observation
	number int
	sums   map[string]float64 // of gauges
	n      float64
}

func newMinutes(w monitors.Watch, upgrade time.Time) *minutes {
	m := &minutes{upgrade: upgrade, canaries: map[string]bool{}, open: map[string]*unfinished{}, of: map[string][]minute{}}
	for _, u := range w.Upgrades {
		m.canaries[u.Server] = true
	}
	return m
}

func (m *minutes) add(o monitors.Observation) {
	number := int(math.Floor(o.Time.Sub(m.upgrade).Minutes()))
	u := m.open[o.Server]
	if u == nil || u.number != number {
		if u != nil {
			m.close(o.Server, u, o)
		}
		u = &unfinished{first: o, number: number, sums: map[string]float64{}}
		m.open[o.Server] = u
	}
	u.n++
	for name, v := range o.Gauges {
		u.sums[name] += v
	}
}

// close a minute with the first observation of the next. One in which the
// server was restarted is left out.
func (m *minutes) close(server string, u *unfinished, next monitors.Observation) {
	requests := next.Counters["requests"] - u.first.Counters["requests"]
	if requests < 0 || next.Version != u.first.Version {
		return
	}
	v := minute{number: u.number}
	v.values[errorRate] = (next.Counters["errors"] - u.first.Counters["errors"]) / requests
	v.values[orderRate] = (next.Counters["orders"] - u.first.Counters["orders"]) / requests
	v.values[cpu] = u.sums["cpu"] / u.n
	v.values[memory] = u.sums["memory"] / u.n
	v.values[openFiles] = u.sums["open_files"] / u.n
	a, b := u.first.Histograms["latency_seconds"], next.Histograms["latency_seconds"]
	for i, q := range []float64{0.5, 0.9, 0.99} {
		v.values[p50+metric(i)] = quantileOf(a, b, q)
	}
	m.of[server] = append(m.of[server], v)
}

// quantileOf what came between two histograms, as Prometheus' histogram_quantile
// reads it: even within a bucket.
func quantileOf(a, b monitors.Histogram, q float64) float64 {
	last := len(b.LE) - 1
	rank := q * (b.Count[last] - a.Count[last])
	low, below := 0.0, 0.0
	for i, le := range b.LE {
		n := b.Count[i] - a.Count[i]
		if n >= rank && n > 0 {
			if math.IsInf(le, 1) {
				return low
			}
			return low + (le-low)*(rank-below)/(n-below)
		}
		low, below = le, n
	}
	return math.NaN()
}

// skipped are the minutes after the upgrade that every other method passes over:
// they are commonly told to wait while a server warms up.
const skipped = 1

// values of a metric in the minutes from and before these numbers, of canaries
// or of live servers.
func (m *minutes) values(k metric, canaries bool, from, before int) []float64 {
	var values []float64
	for server, all := range m.of {
		if m.canaries[server] != canaries {
			continue
		}
		for _, one := range all {
			if v := one.values[k]; one.number >= from && one.number < before && !math.IsNaN(v) {
				values = append(values, v)
			}
		}
	}
	return values
}

// differences are canary minus live, minute by minute.
func (m *minutes) differences(k metric, from, before int) []float64 {
	var values []float64
	for n := from; n < before; n++ {
		c, l := m.values(k, true, n, n+1), m.values(k, false, n, n+1)
		if len(c) > 0 && len(l) > 0 {
			values = append(values, mean(c)-mean(l))
		}
	}
	return values
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}
