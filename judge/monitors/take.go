package monitors

import (
	"maps"
	"math"
	"slices"
	"strings"
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
	// changed: the last observation was of another version. same: the server was
	// compared as the same then.
	changed, same bool
	steps         map[string]step
}

func (t *taken) take() {
	if t.c.observations > 0 && t.o.Time.Sub(t.c.seen) > gapMost {
		t.same = false
	}
	t.steps = make(map[string]step, len(t.o.Counters))
	fell := false
	for name, value := range t.o.Counters {
		if !counts(value) {
			continue
		}
		s := t.value(name).next(value, t.changed)
		fell = fell || s.reset
		t.steps[name] = s
	}
	hists := t.histograms(&fell)
	if fell || t.changed {
		t.began()
	}
	t.meet()
	for name, s := range t.steps {
		t.counter(name, s)
	}
	for _, name := range inOrder(hists) {
		t.histogram(name, hists[name])
	}
	t.served()
	t.gauges()
	t.draw(hists)
}

// inOrder are the names of a map in an order that is always the same: a recorded
// watch that is judged again gives the same verdict in the same words.
func inOrder[V any](named map[string]V) []string { return slices.Sorted(maps.Keys(named)) }

// meet makes the families of counters that were not seen before, in order.
func (t *taken) meet() {
	var names []string
	for name := range t.steps {
		if _, ok := t.j.byName[name]; !ok && hasFamily(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		t.j.family(name)
	}
}

// hasFamily tells whether a counter is of something that happens in requests, and
// not of the requests themselves.
func hasFamily(name string) bool {
	return name != requests && !strings.HasPrefix(name, requests+"{")
}

// value is the last reading of a series of the server.
func (t *taken) value(name string) *reading {
	i, ok := t.j.index[name]
	if !ok {
		i = len(t.j.index)
		t.j.index[strings.Clone(name)] = i
	}
	for len(t.c.values) <= i {
		t.c.values = append(t.c.values, make([]reading, i+1-len(t.c.values)+16)...)
	}
	return &t.c.values[i]
}

// began notes that the server's process is another one.
func (t *taken) began() {
	if t.c.role == live && !t.changed && t.c.observations > 0 {
		t.j.restarts = append(t.j.restarts, restart{t.at, t.j.minuteOf(t.o.Time)})
	}
	t.c.restarted = t.o.Time
}

// counter brings a counter's step to its family.
func (t *taken) counter(name string, s step) {
	if !hasFamily(name) {
		return
	}
	f := t.j.family(name)
	if f == nil || f.ignored || !s.known {
		return
	}
	if occasions, ok := t.occasions(name, s); ok {
		t.count(f, s.by, occasions)
	}
}

// occasions are the requests in which something could be counted; without any
// such counter, the seconds that went by.
func (t *taken) occasions(name string, s step) (float64, bool) {
	_, labels := split(name)
	for _, of := range []string{requests + labels, requests} {
		if e, ok := t.steps[of]; ok {
			// Where only one of both began anew they are not of the same time.
			return e.by, e.known && (e.reset || !s.reset || t.same)
		}
	}
	return t.o.Time.Sub(t.c.seen).Seconds(), !s.reset && t.c.observations > 0
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
	f.now[t.at].add(events, occasions)
	if t.c.role == live {
		f.past[t.at].add(t.j.minuteOf(t.o.Time), events, occasions)
	}
}

func (f *family) room(columns int) {
	for len(f.now) < columns {
		f.now = append(f.now, count{})
		f.past = append(f.past, past{})
	}
}

// family of a counter, nil where there is no room for it.
func (j *Judge) family(name string) *family {
	if f, ok := j.byName[name]; ok {
		return f
	}
	if len(j.families) >= familiesMost {
		j.tooMany = true
		return nil
	}
	name = strings.Clone(name)
	f := &family{series: name, trials: map[*contender]*trial{}}
	switch base, labels := split(name); {
	case !rises(base):
		f.down, f.traits = true, businessTraits
	case labels != "":
		f.traits = partTraits
	default:
		f.traits = errorTraits
	}
	f.ignored = j.ignores(name)
	j.byName[name] = f
	j.families = append(j.families, f)
	return f
}

func (j *Judge) ignores(name string) bool {
	return slices.ContainsFunc(j.settings.Ignore, func(pattern string) bool { return matches(pattern, name) })
}

// served counts the server's requests, and a canary's for its version.
func (t *taken) served() {
	by := 0.0
	if s, ok := t.steps[requests]; ok && s.known {
		by = s.by
	}
	if !t.same && t.c.observations > 0 {
		t.c.served = 0
	}
	t.c.served += by
	if t.c.role == canary && t.c.of != nil {
		t.c.of.seen = t.o.Time
		t.c.of.requests += by
	}
}

// spread is what a histogram did between two observations.
type spread struct {
	le    []float64
	count []float64 // cumulative over le
}

func (s spread) total() float64 { return s.count[len(s.count)-1] }

// histograms returns what the histograms did. One that cannot be understood is
// as good as absent.
func (t *taken) histograms(fell *bool) map[string]spread {
	all := map[string]spread{}
	for _, name := range inOrder(t.o.Histograms) {
		h := t.o.Histograms[name]
		if !h.sound() {
			continue
		}
		before, known := t.c.histograms[name]
		t.c.remember(name, h)
		if !known || !slices.Equal(before.LE, h.LE) && !t.changed {
			if !known {
				t.j.lifetime(name, h)
			}
			continue
		}
		s, ok := h.since(before, t.changed)
		*fell = *fell || ok && s.reset
		if ok {
			all[name] = s.spread
		}
	}
	return all
}

// remember keeps a histogram's counts, and its bounds while they are the same.
func (c *column) remember(name string, h Histogram) {
	before, known := c.histograms[name]
	if !known || !slices.Equal(before.LE, h.LE) {
		c.histograms[strings.Clone(name)] = Histogram{slices.Clone(h.LE), slices.Clone(h.Count)}
		return
	}
	c.histograms[name] = Histogram{before.LE, slices.Clone(h.Count)}
}

// sound tells whether it is a cumulative histogram up to infinity.
func (h Histogram) sound() bool {
	n := len(h.LE)
	if n == 0 || n != len(h.Count) || n > edgesMost || !math.IsInf(h.LE[n-1], 1) {
		return false
	}
	for i := range h.LE {
		if math.IsNaN(h.LE[i]) || !counts(h.Count[i]) || i > 0 && (h.LE[i] <= h.LE[i-1] || h.Count[i] < h.Count[i-1]) {
			return false
		}
	}
	return true
}

type histogramStep struct {
	spread
	reset bool
}

// since is what was counted since before, if that can be known.
func (h Histogram) since(before Histogram, changed bool) (histogramStep, bool) {
	n := len(h.Count)
	reset := !slices.Equal(h.LE, before.LE) || h.Count[n-1] < before.Count[len(before.Count)-1]
	if reset {
		return histogramStep{spread{h.LE, h.Count}, true}, true
	}
	if changed {
		return histogramStep{}, false
	}
	s := spread{h.LE, make([]float64, n)}
	for i := range h.Count {
		// Buckets are read one after the other: a little less is a race, not a reset.
		s.count[i] = max(h.Count[i]-before.Count[i], 0)
		if i > 0 {
			s.count[i] = max(s.count[i], s.count[i-1])
		}
	}
	return histogramStep{s, false}, true
}
