package monitors

import (
	"regexp"
	"slices"
	"strings"

	"noon/fleet"
)

const (
	// familiesMost is how many families may look like what is sought.
	familiesMost = 100
	// namesMost is how many names of series one answer may have.
	namesMost = 5000
)

// use is what becomes of a sample.
type use func(sample)

// collector sums the samples of one answer that mean something: however long the
// answer, it keeps little.
type collector struct {
	monitors fleet.Monitors
	// endpoints are those that are kept apart already; own is where noon itself
	// asks, which is no request of a customer.
	endpoints map[string]bool
	own       string

	served, failures map[string]*requests
	latencies        map[string]*latency
	measured         map[string]*measure
	business         map[string]*measure
	uses             map[typed][]use
	// samples is how many the answer has, family that of the last.
	samples int
	family  string
	// summaries are latencies without buckets.
	summaries []string
	// unread tells that the answer could not be read, or not to its end.
	unread  bool
	trouble trouble
}

// typed is a name with its kind.
type typed struct {
	name string
	kind kind
}

// measure is the sum of series of one name.
type measure struct {
	family string
	value  float64
	kind   kind
	broken bool
}

func newCollector(m fleet.Monitors, known map[string]bool, own string) *collector {
	return &collector{
		monitors: m, endpoints: known, own: own,
		served: map[string]*requests{}, failures: map[string]*requests{}, latencies: map[string]*latency{},
		measured: map[string]*measure{}, business: map[string]*measure{}, uses: map[typed][]use{},
	}
}

func (c *collector) wants(family, name string, k kind) bool {
	c.samples++
	c.family = family
	return len(c.usesOf(family, name, k)) > 0
}

func (c *collector) take(s sample) {
	if c.own != "" && endpointOf(s) == c.own {
		return
	}
	for _, use := range c.usesOf(s.family, s.name, s.kind) {
		use(s)
	}
}

// usesOf looks a name up once.
func (c *collector) usesOf(family, name string, k kind) []use {
	key := typed{name, k}
	uses, known := c.uses[key]
	if known {
		return uses
	}
	if len(c.uses) >= namesMost {
		c.trouble.add("it has more than %d names of series: those that come later are not looked at", namesMost)
		return nil
	}
	uses = c.find(sample{family: family, name: name, kind: k})
	c.uses[key] = uses
	return uses
}

// find says what a name is good for.
func (c *collector) find(s sample) []use {
	var all []use
	if s.counts() {
		all = append(all, c.counting(c.served, requestCounters, s)...)
		all = append(all, c.counting(c.failures, errorCounters, s)...)
	}
	if strings.HasSuffix(s.name, "_bucket") && (s.kind == histogram || s.kind == unknown) {
		all = append(all, c.timing(s)...)
	}
	c.noteSummary(s)
	if sought(s.name) && s.kind != histogram && s.kind != summary {
		all = append(all, summing(c.measured, s.name))
	}
	for _, name := range c.monitors.Business {
		if s.name == name || s.name == name+"_total" {
			all = append(all, summing(c.business, name))
		}
	}
	return all
}

// noteSummary remembers latencies of which nothing can be made.
func (c *collector) noteSummary(s sample) {
	_, ok := matching(s.family, latencies)
	if ok && s.kind == summary && !slices.Contains(c.summaries, s.family) && len(c.summaries) < familiesMost {
		c.summaries = append(c.summaries, s.family)
	}
}

func (c *collector) counting(to map[string]*requests, of []*regexp.Regexp, s sample) []use {
	rank, ok := matching(s.name, of)
	if !ok || len(to) >= familiesMost {
		return nil
	}
	return []use{func(s sample) {
		r := to[s.name]
		if r == nil {
			r = &requests{family: s.family, name: s.name, rank: rank, parts: map[string]*part{}}
			to[s.name] = r
		}
		r.take(s, c.endpoints)
	}}
}

func (c *collector) timing(s sample) []use {
	rank, ok := matching(s.family, latencies)
	if !ok || len(c.latencies) >= familiesMost {
		return nil
	}
	return []use{func(s sample) {
		l := c.latencies[s.family]
		if l == nil {
			l = &latency{family: s.family, rank: rank, edges: map[float64]*edge{}}
			c.latencies[s.family] = l
		}
		l.take(s)
	}}
}

// sought tells a series that is a gauge of ours, or needed to make one.
func sought(name string) bool {
	for _, m := range measures {
		if m.name == name {
			return true
		}
	}
	for _, counter := range cpuCounters {
		if counter.name == name {
			return true
		}
	}
	return name == startedSeries
}

// summing adds the series of a name, without those whose label says that they are
// not meant.
func summing(to map[string]*measure, key string) use {
	return func(s sample) {
		if !meant(s) {
			return
		}
		m := to[key]
		if m == nil {
			m = &measure{family: s.family, kind: s.kind}
			to[key] = m
		}
		m.value += s.value
		m.broken = m.broken || !possible(s.value)
	}
}

func meant(s sample) bool {
	for _, m := range measures {
		if m.name == s.name && m.only != "" {
			return slices.ContainsFunc(s.labels, func(l label) bool { return l.value == m.only })
		}
	}
	return true
}

// forget takes back what was read last, of which the end is missing.
func (c *collector) forget() {
	for name, r := range c.served {
		if r.family == c.family {
			delete(c.served, name)
		}
	}
	for name, r := range c.failures {
		if r.family == c.family {
			delete(c.failures, name)
		}
	}
	delete(c.latencies, c.family)
	for _, all := range []map[string]*measure{c.measured, c.business} {
		for name, m := range all {
			if m.family == c.family {
				delete(all, name)
			}
		}
	}
}

// forgetAll takes back everything.
func (c *collector) forgetAll() {
	clear(c.served)
	clear(c.failures)
	clear(c.latencies)
	clear(c.measured)
	clear(c.business)
}
