package monitors

import "time"

// family is something that is judged by counting: events among occasions, like
// errors among requests.
type family struct {
	// series is its name in findings: "errors", `errors{endpoint="/cart"}`,
	// "latency_seconds p99".
	series string
	// down: a fall is worse, otherwise a rise.
	down bool
	// edge is of a histogram: the events are observations above it.
	edge     float64
	quantile float64
	// steep is by how much the share above the edge grows, in per cent, when
	// everything takes one per cent longer.
	steep float64
	// life is what was counted before it was watched.
	life    count
	ignored bool
	traits
	// past is what the servers with the live version counted, by column.
	past []past
	// now is what was counted and not weighed yet, said when something was last
	// said of it, by column.
	now  []count
	said []time.Time
	// per are the requests that the events are counted among, nil for seconds.
	per *series
	// trials are of each new version.
	trials map[*contender]*trial
}

// traits are what is assumed of a kind of family before anything is known.
type traits struct {
	class class
	// restart is how much a restart alone changes its logarithm, as a standard
	// deviation (r0 of the design); of latency, the logarithm of the time.
	restart float64
	// dispersion is the least that is believed of the variance of counts to
	// their mean.
	dispersion float64
	// drift is how much a server's logarithm wanders by itself.
	drift float64
	// warm: caches and connections are cold after a start, which slows it.
	warm bool
	// harmless is a rate below which a rise is of no interest, events an occasion.
	harmless float64
}

var (
	errorTraits    = traits{class: ofErrors, restart: .10, dispersion: 1, drift: .08, harmless: .001}
	partTraits     = traits{class: ofParts, restart: .10, dispersion: 1, drift: .08, harmless: .05}
	businessTraits = traits{class: ofBusiness, restart: .03, dispersion: 1, drift: .04}
)

// quantiles of the live version's latency whose values become edges: so many
// requests are slower. Median and tail have a smaller variance than rare events.
var quantiles = []struct {
	name   string
	of     float64
	traits traits
}{
	{"p50", .5, traits{class: ofLatency, restart: .04, dispersion: .5, drift: .03, warm: true, harmless: .001}},
	{"p90", .9, traits{class: ofLatency, restart: .04, dispersion: .9, drift: .05, warm: true, harmless: .001}},
	{"p99", .99, traits{class: ofLatency, restart: .04, dispersion: 1, drift: .06, warm: true, harmless: .001}},
	{"p99.9", .999, traits{class: ofLatency, restart: .04, dispersion: 1, drift: .08, warm: true, harmless: .001}},
}

// among sets what the events are counted among; what was counted among something
// else is of no use.
func (f *family) among(per *series) {
	f.per = per
	clear(f.now)
	clear(f.past)
	clear(f.trials)
}

func (f *family) room(columns int) {
	for len(f.now) < columns {
		f.now = append(f.now, count{})
		f.past = append(f.past, past{})
		f.said = append(f.said, time.Time{})
	}
}

// rarest of the quantiles: beyond its edge there may be nothing yet.
const rarest = .999

// count is events among occasions.
type count struct {
	events, occasions float64
	seen              bool
	// of is the new version that they are of, nil for the live one.
	of *contender
}

func (c *count) add(events, occasions float64) {
	c.events += events
	c.occasions += occasions
	c.seen = true
}

// addOf adds what was counted of a version; what was counted of another one
// before is dropped.
func (c *count) addOf(of *contender, events, occasions float64) {
	if c.of != of {
		*c = count{of: of}
	}
	c.add(events, occasions)
}

// past is what one server counted, minute by minute.
type past struct{ minutes []minute }

type minute struct {
	at                int64
	events, occasions float64
}

// pastMost is how many minutes of a server are kept.
const pastMost = 240

func (p *past) add(at int64, events, occasions float64) {
	if n := len(p.minutes); n > 0 && p.minutes[n-1].at == at {
		p.minutes[n-1].events += events
		p.minutes[n-1].occasions += occasions
		return
	}
	if len(p.minutes) >= pastMost {
		p.minutes = append(p.minutes[:0], p.minutes[pastMost/4:]...)
	}
	p.minutes = append(p.minutes, minute{at, events, occasions})
}

// sum is what was counted before a minute, and since another.
func (p past) sum(from, before int64) (events, occasions float64) {
	for _, m := range p.minutes {
		if m.at >= from && m.at < before {
			events += m.events
			occasions += m.occasions
		}
	}
	return events, occasions
}
