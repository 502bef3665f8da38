package logs

import (
	"context"
	"fmt"
	"hash/maphash"
	"maps"
	"slices"
	"time"

	"noon/fleet"
)

const (
	// lokiEvery is the time between two questions.
	lokiEvery = time.Second
	// lokiLate is how long after it was written a line may come to Loki: so far
	// back is asked again each time, and what was there already is left out.
	lokiLate = 15 * time.Second
	// lokiMost is how many lines are asked for at once: Loki's own limit.
	lokiMost = 5000
	// lokiPages is how many times in a row more is asked for.
	lokiPages = 4
)

// loki follows a query that is asked from here.
type loki struct {
	from    fleet.LogSource
	api     *lokiAPI
	to      *listener
	entries *entries
	// next is since when lines are asked for, known are those that were read
	// since then.
	next  time.Time
	known map[uint64]time.Time
	seed  maphash.Seed
	past  time.Time
	live  bool
}

func (f *Follower) followLoki(ctx context.Context, from fleet.LogSource, l *listener) {
	past := time.Now().Add(-from.History)
	k := &loki{
		from: from, to: l, entries: newEntries(l, from.HideEmails), next: past, past: past,
		known: map[uint64]time.Time{}, seed: maphash.MakeSeed(),
	}
	defer k.entries.end()
	read, pause := time.Now(), f.options.Pause
	for ctx.Err() == nil {
		err := k.ask(ctx)
		k.entries.flush(time.Now())
		l.tell()
		if err == nil {
			read, pause = time.Now(), f.options.Pause
			if k.live {
				l.heard(called(from, l.server))
				wait(ctx, f.options.lokiPoll)
			}
			continue
		}
		if ctx.Err() == nil {
			l.silent(called(from, l.server), read, err.Error())
		}
		wait(ctx, pause)
		pause = min(2*pause, pauseMost)
	}
}

// ask reads what is new, page by page.
func (k *loki) ask(ctx context.Context) error {
	if k.api == nil {
		api, err := newLokiAPI(k.from.Loki, k.to.server)
		if err != nil {
			return err
		}
		k.api = api
	}
	now := time.Now()
	from := k.next
	for range lokiPages {
		lines, err := k.api.lines(ctx, from, now)
		if err != nil {
			return err
		}
		k.take(lines, now)
		if len(lines) < lokiMost {
			k.done(now)
			return nil
		}
		last := lines[len(lines)-1].at
		if !last.After(from) {
			k.to.miss(-1, "more lines have the same time than Loki gives at once")
			last = from.Add(time.Nanosecond)
		}
		from = last
		k.forget(last)
	}
	return k.leaveOut(ctx, from, now)
}

// leaveOut passes over what is more than can be read, and counts it.
func (k *loki) leaveOut(ctx context.Context, from, now time.Time) error {
	if !k.live {
		return nil // the past is read to its end, however long that takes
	}
	n, err := k.api.count(ctx, from, now)
	if err != nil {
		return err
	}
	k.to.miss(n, tooMany)
	k.forget(now)
	return nil
}

// done notes that all is read up to now.
func (k *loki) done(now time.Time) {
	k.live = true
	k.forget(now.Add(-lokiLate))
}

// forget notes that nothing before that time is asked for again.
func (k *loki) forget(before time.Time) {
	if before.After(k.next) {
		k.next = before
	}
	maps.DeleteFunc(k.known, func(_ uint64, at time.Time) bool { return at.Before(k.next) })
}

// take hands over the lines that were not there before.
func (k *loki) take(lines []lokiLine, now time.Time) {
	slices.SortStableFunc(lines, func(a, b lokiLine) int { return a.at.Compare(b.at) })
	var fresh []byte
	for _, line := range lines {
		key := maphash.String(k.seed, fmt.Sprintf("%d %s %s", line.at.UnixNano(), line.labels, line.text))
		if _, before := k.known[key]; before {
			continue
		}
		k.known[key] = line.at
		fresh = wrapped(fresh, []byte(line.text), line.at)
	}
	k.entries.push(fresh, now, span{from: k.past, live: k.live})
}
