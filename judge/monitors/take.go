package monitors

import (
	"slices"
	"time"
)

// youth is how long after its start a live server's process is not like the
// others: it is left out.
const youth = 3 * time.Minute

// gapMost is the longest time without an observation that is still one step.
const gapMost = 5 * time.Minute

// taken is one observation on its way in.
type taken struct {
	j  *Judge
	at int
	c  *column
	o  Observation
	// changed: the last observation was of another version. restarted: its
	// process is another one, or its counters began anew. lost: too much time
	// went by to say what happened when.
	changed, restarted, lost bool
	// steps of the counters, by their place; histograms what those did.
	steps      []step
	histograms map[string]spread
}

func (t *taken) take() {
	t.lost = t.c.observations > 0 && t.o.Time.Sub(t.c.seen) > t.j.gap()
	t.j.know(t.o.Counters)
	if t.restarted = t.fell(); t.restarted || t.changed {
		t.began()
	}
	t.step()
	t.stepHistograms()
	for name := range t.o.Counters {
		if s := t.j.known[name]; s != nil {
			t.counter(s)
		}
	}
	for name, s := range t.histograms {
		t.histogram(name, s)
	}
	t.served()
	t.gauges()
	t.draw()
}

// gap is the longest time without an observation that is still one step.
func (j *Judge) gap() time.Duration { return max(gapMost, 3*j.pace) }

// fell tells whether most of what the server counts fell: then it counts anew. A
// few that fall were read in a hurry, or are no counters.
func (t *taken) fell() bool {
	fell, all := 0, 0
	vote := func(before, now float64) {
		if before > 0 {
			all++
		}
		if now < before {
			fell++
		}
	}
	for name, value := range t.o.Counters {
		if s := t.j.known[name]; s != nil && counts(value) {
			vote(t.c.reading(s.at).value, value)
		}
	}
	for name, h := range t.o.Histograms {
		if before, known := t.c.histograms[name]; known && h.sound() {
			vote(before.total(), h.total())
		}
	}
	return 2*fell > all
}

// step takes the readings of the counters.
func (t *taken) step() {
	t.steps = slices.Grow(t.j.steps[:0], len(t.j.known))[:len(t.j.known)]
	clear(t.steps)
	t.j.steps = t.steps
	for name, value := range t.o.Counters {
		s := t.j.known[name]
		if s == nil || !counts(value) {
			continue
		}
		s.onLive = s.onLive || t.c.role == live
		if t.steps[s.at] = t.c.reading(s.at).next(value, t.changed, t.restarted); t.lost {
			t.steps[s.at] = step{}
		}
	}
}

// did returns what a counter did, by its name.
func (t *taken) did(name string) step {
	if s := t.j.known[name]; s != nil {
		return t.steps[s.at]
	}
	return step{}
}

// began notes that the server's process is another one.
func (t *taken) began() {
	if t.c.role == live && !t.changed && t.c.observations > 0 && len(t.j.restarts) < restartsMost {
		t.j.restarts = append(t.j.restarts, restart{t.at, t.j.minuteOf(t.o.Time)})
	}
	t.c.restarted = t.o.Time
}

// counter brings a counter's step to its family.
func (t *taken) counter(s *series) {
	f := s.family
	if f == nil || f.ignored || !counts(t.o.Counters[s.name]) {
		return
	}
	t.said(f)
	if per := t.j.basis(s); per != f.per {
		f.among(per)
	}
	did := t.steps[s.at]
	if occasions, ok := t.occasions(f, did); ok && did.known {
		t.count(f, did.by, occasions)
	}
}

// said notes that the server says something of a family, be it that nothing
// happened.
func (t *taken) said(f *family) {
	f.room(len(t.j.columns))
	f.said[t.at] = t.o.Time
}

// occasions are those in which the events could have happened.
func (t *taken) occasions(f *family, s step) (float64, bool) {
	if f.per == nil {
		return t.o.Time.Sub(t.c.seen).Seconds(), !s.reset && t.c.observations > 0
	}
	// Events since a process began are not of the time of one step.
	of := t.steps[f.per.at]
	return of.by, of.known && (of.reset || !s.reset)
}

// count adds to what was not weighed yet, and to the server's past.
func (t *taken) count(f *family, events, occasions float64) {
	if t.c.role == other || occasions <= 0 && events <= 0 {
		return
	}
	if t.c.role == live && t.c.young(t.o.Time, youth) {
		return
	}
	f.room(len(t.j.columns))
	f.now[t.at].addOf(t.c.of, events, occasions)
	if t.c.role == live {
		f.past[t.at].add(t.j.minuteOf(t.o.Time), events, occasions)
	}
}

// family of a counter, nil where there is no room for it.
func (j *Judge) family(name string) *family {
	base, labels := split(name)
	if labels != "" {
		if j.parts >= familiesMost {
			j.tooMany = true
			return nil
		}
		j.parts++
	}
	f := &family{series: name, trials: map[*contender]*trial{}, ignored: j.ignores(name)}
	switch {
	case !rises(base):
		f.down, f.traits = true, businessTraits
	case labels != "":
		f.traits = partTraits
	default:
		f.traits = errorTraits
	}
	j.families = append(j.families, f)
	return f
}

func (j *Judge) ignores(name string) bool {
	return slices.ContainsFunc(j.settings.Ignore, func(pattern string) bool { return matches(pattern, name) })
}

// served counts the server's requests, and a canary's for its version.
func (t *taken) served() {
	by := 0.0
	if s := t.did(requests); s.known {
		by = s.by
	}
	if t.changed {
		t.c.served = 0
	}
	t.c.served += by
	if t.c.of != nil {
		t.c.of.seen = t.o.Time
		t.c.of.requests += by
	}
}
