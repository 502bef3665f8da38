package logs

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"noon/fleet"
	"noon/observe/logs/format"
)

// listener is one server: what its sources say goes to the sink, by the clock
// of the controller.
type listener struct {
	server fleet.Server
	to     Sink
	// upgraded is when the first process of the new version was started, if the
	// logs are read again after a crash; else zero.
	upgraded time.Time
	mu       sync.Mutex
	// offset is how far the server's clock is ahead of ours, zone its own.
	offset time.Duration
	zone   *time.Location
	budget budget
	closed bool
	quiet  map[string]silence
	missed map[string]int64
}

// silence is since when a source is not read, and why.
type silence struct {
	since time.Time
	why   string
}

func newListener(s fleet.Server, to Sink) *listener {
	return &listener{server: s, to: to, quiet: map[string]silence{}, missed: map[string]int64{}, budget: newBudget(time.Now())}
}

// clock tells how far the server's clock is ahead, and its zone.
func (l *listener) clock(offset time.Duration, zone *time.Location) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.offset, l.zone = offset, zone
}

// ahead is how far the server's clock is ahead of ours.
func (l *listener) ahead() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.offset
}

// zoned is the server's zone.
func (l *listener) zoned() *time.Location {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.zone
}

// futureMost is how far in the future a line may be, and pastMost how long
// before it was read a program may have held it back.
const (
	futureMost = 2 * time.Second
	pastMost   = 5 * time.Minute
	// zonesMost is how far another zone's time can be from ours.
	zonesMost = 15 * time.Hour
)

// again tells that the line with this stamp was read before a crash: so was what
// stood behind it without one.
func (l *listener) again(stamp time.Time) bool {
	return !l.upgraded.IsZero() && !stamp.Before(l.upgraded)
}

// wanted is since when the past has to be read, if it has: after a crash.
func (l *listener) wanted(past time.Time) time.Time {
	if l.upgraded.IsZero() {
		return time.Time{}
	}
	return past
}

// missPast notes that not all of the past could be read.
func (l *listener) missPast(since time.Time) {
	l.miss(-1, "more was written since "+since.Local().Format(time.TimeOnly)+" than is read of the past")
}

// entry hands an entry over. A stamp that cannot be is one of another zone: of
// live lines, when they were read is nearer to the truth. No zone explains the
// lines of an old file that appears.
func (l *listener) entry(e *format.Entry, written span) {
	line := e.Line()
	line.Server = l.server.Name
	l.mu.Lock()
	defer l.mu.Unlock()
	known := !line.Time.IsZero()
	if known {
		line.Time = line.Time.Add(-l.offset)
	}
	future := line.Time.After(e.Arrived.Add(futureMost))
	early := !written.earliest.IsZero() && line.Time.Before(written.earliest.Add(-pastMost))
	if written.found && line.Time.Before(written.earliest.Add(-zonesMost)) {
		early = false
	}
	switch {
	case written.live && (!known || future || early):
		line.Time = e.Arrived
	case future:
		line.Time = time.Time{}
	case known && line.Time.Before(written.from):
		return
	}
	if !l.closed {
		l.to.Line(line)
	}
}

// miss counts lines that were not read; -1 is an unknown number. They are told
// with the next call of tell.
func (l *listener) miss(lines int64, why string) {
	if lines == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if before := l.missed[why]; lines < 0 || before < 0 {
		l.missed[why] = -1
	} else {
		l.missed[why] = before + lines
	}
}

// tell tells the sink what was missed since the last call.
func (l *listener) tell() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	for _, why := range slices.Sorted(maps.Keys(l.missed)) {
		l.to.Missed(l.server.Name, l.missed[why], withoutSecrets(why))
	}
	clear(l.missed)
}

// silent notes that a source is not read. Since when stays what it was first.
func (l *listener) silent(source string, since time.Time, why string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	before, was := l.quiet[source]
	if was && before.why == why {
		return
	}
	if was {
		since = before.since
	}
	l.quiet[source] = silence{since, why}
	l.tellSilence()
}

// heard notes that a source is read.
func (l *listener) heard(source string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, was := l.quiet[source]; was {
		delete(l.quiet, source)
		l.tellSilence()
	}
}

func (l *listener) tellSilence() {
	if l.closed {
		return
	}
	if len(l.quiet) == 0 {
		l.to.Silent(l.server.Name, time.Time{}, "")
		return
	}
	var since time.Time
	var whys []string
	for _, source := range slices.Sorted(maps.Keys(l.quiet)) {
		s := l.quiet[source]
		if since.IsZero() || s.since.Before(since) {
			since = s.since
		}
		whys = append(whys, withoutSecrets(source+": "+s.why))
	}
	l.to.Silent(l.server.Name, since, strings.Join(whys, "; "))
}

// spend asks for bytes of what may be read of the server now.
func (l *listener) spend(most int64) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.budget.spend(time.Now(), most)
}

// close ends it: the sink is not called any more.
func (l *listener) close() {
	l.tell()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
}
