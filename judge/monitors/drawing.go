package monitors

import (
	"math"
	"slices"
	"strings"
	"time"
)

const (
	// pointsMost is how many points a chart has at the most; when there are more,
	// two become one.
	pointsMost = 60
	pointEvery = 5 * time.Second
	// sinceMost is the longest watch that is drawn.
	sinceMost = 1000 * time.Hour
)

// drawing keeps what charts are drawn of: requests, errors and latency of every
// server, in points of the same length.
type drawing struct {
	from    time.Time
	every   time.Duration
	columns [][]drawn
	// le are the bounds of the latency that is drawn, of the histogram called.
	called string
	le     []float64
}

// drawn is one point of one server.
type drawn struct {
	requests, errors float64
	counted          bool
	latency          []float64 // cumulative over le
	of               *contender
	role             role
}

func (d *drawing) begin(now time.Time) { d.from, d.every = now, pointEvery }

// place returns the point of a server at a time, nil if it is too long ago.
func (d *drawing) place(column int, now time.Time) *drawn {
	since := now.Sub(d.from)
	if since < 0 || since > sinceMost {
		return nil
	}
	for since >= d.every*pointsMost {
		d.halve()
	}
	at := int(since / d.every)
	for len(d.columns) <= column {
		d.columns = append(d.columns, nil)
	}
	for len(d.columns[column]) <= at {
		d.columns[column] = append(d.columns[column], drawn{})
	}
	return &d.columns[column][at]
}

// halve makes one point of two.
func (d *drawing) halve() {
	d.every *= 2
	for i, points := range d.columns {
		var half []drawn
		for at := 0; at < len(points); at += 2 {
			p := points[at]
			if at+1 < len(points) {
				p.join(points[at+1])
			}
			half = append(half, p)
		}
		d.columns[i] = half
	}
}

// join adds the next point, or takes its place if the server was something else
// by then.
func (p *drawn) join(next drawn) {
	if next.role == other && next.requests == 0 {
		return
	}
	if p.role != next.role || p.of != next.of {
		*p = next
		return
	}
	p.requests += next.requests
	p.errors += next.errors
	p.counted = p.counted || next.counted
	p.latency = sum(p.latency, next.latency)
}

func sum(a, b []float64) []float64 {
	if a == nil {
		return b
	}
	a = slices.Clone(a)
	for i := range b {
		a[i] += b[i]
	}
	return a
}

// draw adds an observation to its point.
func (t *taken) draw() {
	d := &t.j.charts
	p := d.place(t.at, t.o.Time)
	if p == nil || t.c.role == other {
		return
	}
	next := drawn{role: t.c.role, of: t.c.of}
	if s := t.did(requests); s.known {
		next.requests = s.by
		if e := t.did("errors"); e.known {
			next.errors, next.counted = e.by, true
		}
	}
	for name, s := range t.histograms {
		if d.called == "" && !strings.Contains(name, "{") {
			d.called, d.le = strings.Clone(name), slices.Clone(s.le)
		}
		if name == d.called && slices.Equal(s.le, d.le) {
			next.latency = s.count
		}
	}
	p.join(next)
}

// charts draws the series of one version against the live one.
func (j *Judge) chartsOf(k *contender) []Chart {
	d := &j.charts
	points := 0
	for _, all := range d.columns {
		points = max(points, len(all))
	}
	if points == 0 {
		return nil
	}
	charts := []Chart{d.chart(k, points, "errors", "%", errorRate)}
	if d.called != "" {
		for _, q := range []struct {
			name string
			of   float64
		}{{"latency p50", .5}, {"latency p99", .99}} {
			charts = append(charts, d.chart(k, points, q.name, "ms", d.quantile(q.of)))
		}
	}
	return slices.DeleteFunc(charts, func(c Chart) bool {
		return !slices.ContainsFunc(c.Live, Point.Known) && !slices.ContainsFunc(c.Canary, Point.Known)
	})
}

// chart draws one series; value is NaN where nothing is known.
func (d *drawing) chart(k *contender, points int, name, unit string, value func(drawn) float64) Chart {
	c := Chart{Name: name, Unit: unit, From: d.from, Every: d.every, Since: k.since, Upgraded: max(int(k.since.Sub(d.from)/d.every), 0)}
	for at := range points {
		var mine, theirs drawn
		low, high := math.NaN(), math.NaN()
		for _, all := range d.columns {
			if at >= len(all) {
				continue
			}
			p := all[at]
			switch {
			case p.role == live:
				theirs.gather(p)
				if v := value(p); !math.IsNaN(v) {
					low, high = least(low, v), most(high, v)
				}
			case p.role == canary && p.of == k:
				mine.gather(p)
			}
		}
		c.Canary = append(c.Canary, Point(value(mine)))
		c.Live = append(c.Live, Point(value(theirs)))
		c.Low, c.High = append(c.Low, Point(low)), append(c.High, Point(high))
	}
	return c
}

// gather adds another server's point.
func (p *drawn) gather(q drawn) {
	p.requests += q.requests
	p.errors += q.errors
	p.counted = p.counted || q.counted
	p.latency = sum(p.latency, q.latency)
}

func least(a, b float64) float64 {
	if math.IsNaN(a) {
		return b
	}
	return min(a, b)
}

func most(a, b float64) float64 {
	if math.IsNaN(a) {
		return b
	}
	return max(a, b)
}

func errorRate(p drawn) float64 {
	if !p.counted || p.requests <= 0 {
		return math.NaN()
	}
	return 100 * p.errors / p.requests
}

// quantile in milliseconds, on a straight line within its bucket.
func (d *drawing) quantile(q float64) func(drawn) float64 {
	return func(p drawn) float64 {
		n := len(p.latency)
		if n == 0 || p.latency[n-1] <= 0 {
			return math.NaN()
		}
		want, under, from := q*p.latency[n-1], 0.0, 0.0
		for i, c := range p.latency {
			if c >= want && c > under {
				if math.IsInf(d.le[i], 1) {
					return 1000 * from
				}
				return 1000 * (from + (d.le[i]-from)*(want-under)/(c-under))
			}
			under, from = c, d.le[i]
		}
		return math.NaN()
	}
}
