package logs

import (
	"time"

	"noon/fleet"
)

// Judge compares lines of canaries with lines of live servers. It is not safe
// for use by several goroutines at once. Its memory is bounded.
type Judge struct {
	watch    Watch
	writers  map[writer]int64
	families map[string]*family
	canaries map[string]Canary
	unknown  int64
	missed   map[string]int64
	why      map[string]string
}

// writer is one version on one server.
type writer struct {
	server  string
	version fleet.Version
}

// New returns a judge that has seen nothing.
func New(w Watch) *Judge {
	if w.Alpha <= 0 {
		w.Alpha = AlphaDefault
	}
	j := &Judge{watch: w, writers: map[writer]int64{}, families: map[string]*family{},
		canaries: map[string]Canary{}, missed: map[string]int64{}, why: map[string]string{}}
	for _, c := range w.Canaries {
		j.Upgraded(c)
	}
	return j
}

// Upgraded tells that a server now runs a new version. What it wrote before
// stays its past.
func (j *Judge) Upgraded(c Canary) { j.canaries[c.Server] = c }

// Add counts one entry. Entries of one server come roughly in the order of
// their times; servers may be far apart.
func (j *Judge) Add(l Line) {
	if l.Time.IsZero() || l.Version == "" || l.Server == "" {
		j.unknown++
		return
	}
	w := writer{l.Server, l.Version}
	j.writers[w]++
	key := l.Text
	if l.Stack != nil {
		key = l.Stack.Key
	}
	f := j.families[key]
	if f == nil {
		f = &family{counts: map[writer]int64{}}
		j.families[key] = f
	}
	f.add(w, l, l.Version != j.watch.Live)
}

// Served tells how many requests a server has served since some start. It is
// optional; without it exposure is estimated from the lines themselves.
func (j *Judge) Served(server string, at time.Time, requests int64) {}

// Missed tells that lines of a server were written but could not be read, and
// why. A canary whose lines were missed is not clean.
func (j *Judge) Missed(server string, lines int64, why string) {
	j.missed[server] += lines
	j.why[server] = why
}

// Known returns the families of the live version, for the next watch.
func (j *Judge) Known() []Known { return nil }

// Report says what the lines so far tell. Lines that were written shortly
// before now wait for those of other servers; a zero now waits for none: it is
// for logs that are complete.
func (j *Judge) Report(now time.Time) Report {
	r := Report{Service: j.watch.Service, Verdict: Undecided, UnknownLines: j.unknown, Findings: []Finding{}}
	for w, n := range j.writers {
		if w.version == j.watch.Live {
			r.LiveLines += n
		} else {
			r.CanaryLines += n
		}
	}
	for key, f := range j.families {
		if f.live == 0 && f.canary > 0 && (f.stack != "" || f.level >= Warning) {
			r.Findings = append(r.Findings, f.finding(key))
			r.Verdict = LookAt
		}
	}
	return r
}

// family is what is known of one family.
type family struct {
	level        Level
	canary, live int64
	counts       map[writer]int64
	first        time.Time
	samples      []string
	stack        string
}

func (f *family) add(w writer, l Line, canary bool) {
	f.level = max(f.level, l.Level)
	f.counts[w]++
	if !canary {
		f.live++
		return
	}
	f.canary++
	if f.first.IsZero() {
		f.first = l.Time
	}
	if len(f.samples) < SamplesMost {
		f.samples = append(f.samples, l.Raw)
	}
	if l.Stack != nil {
		f.stack = l.Stack.Text
	}
}

func (f *family) finding(key string) Finding {
	return Finding{Template: key, Kind: KindNew, Tier: TierWatch, Level: f.level, Canary: f.canary, Live: f.live,
		First: f.first, Samples: f.samples, Stack: f.stack, Words: "new: only the new version writes this"}
}
