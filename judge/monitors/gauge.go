package monitors

import (
	"maps"
	"slices"
	"strings"
	"time"
)

const (
	// gaugeRestart is how much a restart alone changes a gauge's logarithm.
	gaugeRestart = .03
	// gaugeNoise is the least standard deviation of a minute that is believed.
	gaugeNoise = .02
	// gaugePast is the least history, in minutes, with which a gauge is judged.
	gaugePast = 3
	// gaugesMost bounds the gauges of a watch.
	gaugesMost = 200
)

// gauge is a series that is compared by its level, minute by minute, as a
// logarithm.
type gauge struct {
	series string
	// settles is how long after a start it is not as it will be.
	settles time.Duration
	// grows: it may leak.
	grows bool
	// keeps: it does not follow the load down.
	keeps bool
	// over is the number of requests that it is an average over: until there were
	// as many, it is of the version before.
	over float64
	// small is so little that nobody calls twice as much a rise; 0 where its name
	// does not tell.
	small float64
	// levels of each column, oldest first.
	levels [][]level
	trials map[*contender]*gaugeTrial
}

// level is the mean of one minute, and its requests.
type level struct {
	at       int64
	sum      float64
	n        float64
	requests float64
	role     role
	of       *contender
	young    bool
}

func (l level) mean() float64 { return l.sum / l.n }

// newGauge knows by its name how long a gauge takes after a start, and whether it
// may leak.
func newGauge(series string) *gauge {
	g := &gauge{series: strings.Clone(series), settles: time.Minute, trials: map[*contender]*gaugeTrial{}}
	name := strings.ToLower(series)
	named := func(words ...string) bool {
		return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(name, word) })
	}
	switch {
	case named("mem", "heap", "rss"):
		g.settles, g.grows, g.keeps, g.small = 5*time.Minute, true, true, 4<<20
	case named("file", "fds", "connection", "thread", "goroutine"):
		g.settles, g.grows, g.small = 2*time.Minute, true, 5
	case named("cpu"):
		g.small = .02
	case named("load"):
		g.small = .1
	case name == "response_time":
		g.over, g.small = 1024, .002 // HAProxy's TIME_STATS_SAMPLES
	case named("time", "seconds"):
		g.small = .002
	}
	return g
}

// gauges brings the observation's gauges to their minutes.
func (t *taken) gauges() {
	if len(t.o.Gauges) == 0 {
		return
	}
	served := 0.0
	if s := t.did(requests); s.known {
		served = s.by
	}
	for _, name := range slices.Sorted(maps.Keys(t.o.Gauges)) {
		value := t.o.Gauges[name]
		if !counts(value) || t.j.ignores(name) {
			continue
		}
		if g := t.j.gauge(name); g != nil {
			t.level(g, value, served)
		}
	}
}

func (j *Judge) gauge(name string) *gauge {
	g, ok := j.gauges[name]
	if !ok {
		if len(j.gauges) >= gaugesMost {
			j.tooMany = true
			return nil
		}
		g = newGauge(name)
		j.gauges[g.series] = g
		j.order = append(j.order, g)
	}
	return g
}

// level adds a value to its minute; a minute in which the role changed begins
// anew.
func (t *taken) level(g *gauge, value, served float64) {
	for len(g.levels) < len(t.j.columns) {
		g.levels = append(g.levels, nil)
	}
	at, all := t.j.minuteOf(t.o.Time), g.levels[t.at]
	fresh := level{at: at, role: t.c.role, of: t.c.of, young: t.c.young(t.o.Time, g.settles) || t.c.served < g.over}
	switch n := len(all); {
	case n == 0 || all[n-1].at != at:
		if n >= pastMost {
			all = append(all[:0], all[pastMost/4:]...)
		}
		all = append(all, fresh)
	case all[n-1].role != t.c.role || all[n-1].of != t.c.of || t.changed:
		all[n-1] = fresh
	}
	last := &all[len(all)-1]
	last.sum += value
	last.n++
	last.requests += served
	last.young = last.young || fresh.young
	g.levels[t.at] = all
}

// weighGauges judges the minutes that are over.
func (j *Judge) weighGauges(now time.Time) {
	over := j.minuteOf(now) // this one is not
	for _, g := range j.order {
		for _, k := range j.contenders {
			t := g.trials[k]
			if t == nil {
				if len(k.columns) == 0 || !j.measuredGauge(g, k) {
					continue
				}
				t = j.tryGauge(g, k)
				g.trials[k] = t
			}
			for t.next = max(t.next, over-pastMost); t.next < over; t.next++ {
				t.weigh(j, t.next)
			}
		}
	}
}

// measuredGauge tells whether a server with the new version said it.
func (j *Judge) measuredGauge(g *gauge, k *contender) bool {
	return slices.ContainsFunc(k.columns, func(at int) bool { return g.last(at).role == canary && g.last(at).of == k })
}

// measuredLive tells whether a live server said it lately.
func (j *Judge) measuredLive(g *gauge) bool {
	for at, c := range j.columns {
		if l := g.last(at); j.comparable(c) && l.role == live && j.minuteOf(j.now)-l.at <= 1 {
			return true
		}
	}
	return false
}

// last is the latest minute of a server.
func (g *gauge) last(column int) level {
	if column >= len(g.levels) || len(g.levels[column]) == 0 {
		return level{}
	}
	all := g.levels[column]
	return all[len(all)-1]
}
