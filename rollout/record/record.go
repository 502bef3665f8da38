// Package record keeps the events of a service's rollouts in the journal, and
// reads them back. It knows both, so that neither has to know the other.
package record

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"noon/fleet"
	"noon/journal"
	"noon/judge"
	"noon/rollout"
)

// Record is the record of one service.
type Record struct {
	journal *journal.Journal
	service string
}

// New returns the record of a service in the journal.
func New(j *journal.Journal, service string) *Record {
	return &Record{journal: j, service: service}
}

// Begin writes the first event of the next rollout and returns its number.
func (r *Record) Begin(ctx context.Context, e rollout.Event, lease *journal.Lease) (int64, error) {
	e.Sequence, e.Time = 1, time.Now().UTC()
	value, err := json.Marshal(e)
	if err != nil {
		return 0, fmt.Errorf("write the plan: %w", err)
	}
	n, err := r.journal.Begin(ctx, r.service, value, lease)
	return n, translated(err)
}

// Rollouts returns the numbers of all rollouts, ascending.
func (r *Record) Rollouts(ctx context.Context) ([]int64, error) {
	return r.journal.Rollouts(ctx, r.service)
}

// Latest returns the number of the latest rollout, 0 if there is none, and
// whether it is finished.
func (r *Record) Latest(ctx context.Context) (number int64, finished bool, err error) {
	all, err := r.Rollouts(ctx)
	if err != nil || len(all) == 0 {
		return 0, true, err
	}
	number = all[len(all)-1]
	last, err := r.journal.Last(ctx, r.service, number)
	if err != nil {
		return 0, false, err
	}
	e, err := decode(last)
	return number, e.Kind == rollout.RolloutFinished, err
}

// Holder returns who acts on the service now, and whether anybody does.
func (r *Record) Holder(ctx context.Context) (journal.Holder, bool, error) {
	return r.journal.Holder(ctx, r.service)
}

// Read returns the events of a rollout from a sequence on.
func (r *Record) Read(ctx context.Context, number, from int64) ([]rollout.Event, error) {
	entries, err := r.journal.Read(ctx, r.service, number, from)
	if err != nil {
		return nil, err
	}
	events := make([]rollout.Event, 0, len(entries))
	for _, entry := range entries {
		e, err := decode(entry)
		if err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, nil
}

// State returns what the events of a rollout add up to.
func (r *Record) State(ctx context.Context, number int64) (rollout.State, error) {
	events, err := r.Read(ctx, number, 1)
	if err != nil {
		return rollout.State{}, err
	}
	if len(events) == 0 {
		return rollout.State{}, fmt.Errorf("%s has no rollout %d: \"noon history\" lists them", r.service, number)
	}
	return rollout.Fold(events), nil
}

// Watch sends the events of a rollout from a sequence on, until ctx ends.
func (r *Record) Watch(ctx context.Context, number, from int64) <-chan rollout.Event {
	events := make(chan rollout.Event)
	go func() {
		defer close(events)
		for entry := range r.journal.Watch(ctx, r.service, number, from) {
			e, err := decode(entry)
			if err != nil {
				e = rollout.Event{Sequence: entry.Sequence, Why: err.Error()}
			}
			select {
			case events <- e:
			case <-ctx.Done():
			}
		}
	}()
	return events
}

// Say writes a human's event as the next one, whatever else is written.
func (r *Record) Say(ctx context.Context, number int64, e rollout.Event) error {
	for {
		last, err := r.journal.Last(ctx, r.service, number)
		if err != nil {
			return err
		}
		e.Sequence, e.Time = last.Sequence+1, time.Now().UTC()
		err = r.append(ctx, number, e, nil)
		if !errors.Is(err, rollout.ErrTaken) {
			return err
		}
	}
}

func (r *Record) append(ctx context.Context, number int64, e rollout.Event, lease *journal.Lease) error {
	value, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("write %s: %w", e.Kind, err)
	}
	return translated(r.journal.Append(ctx, r.service, number, journal.Entry{Sequence: e.Sequence, Value: value}, lease))
}

func decode(entry journal.Entry) (rollout.Event, error) {
	var e rollout.Event
	if err := json.Unmarshal(entry.Value, &e); err != nil {
		return e, fmt.Errorf("entry %d of the journal cannot be read: %w", entry.Sequence, err)
	}
	if e.Sequence != entry.Sequence {
		return e, fmt.Errorf("entry %d of the journal says it is %d", entry.Sequence, e.Sequence)
	}
	plain(&e)
	return e, nil
}

// plain takes what cannot be printed out of the event's words: people, servers
// and balancers wrote them.
func plain(e *rollout.Event) {
	e.By, e.Why, e.Server = fleet.Plain(e.By), fleet.Plain(e.Why), fleet.Plain(e.Server)
	if e.Seen != nil {
		e.Seen.Words = fleet.Plain(e.Seen.Words)
	}
	if e.Verdict == nil {
		return
	}
	plainVerdict(e.Verdict.Findings, e.Verdict.Missing)
	for _, one := range e.Verdict.Versions {
		plainVerdict(one.Findings, one.Missing)
	}
}

func plainVerdict(findings []judge.Finding, missing []string) {
	for i := range findings {
		findings[i].Words = fleet.Plain(findings[i].Words)
	}
	for i := range missing {
		missing[i] = fleet.Plain(missing[i])
	}
}

// translated says the journal's errors in the rollout's words.
func translated(err error) error {
	switch {
	case errors.Is(err, journal.ErrTaken):
		return rollout.ErrTaken
	case errors.Is(err, journal.ErrFenced):
		return rollout.ErrFenced
	}
	return err
}

// Of returns one rollout's journal as the controller with this lease uses it.
func (r *Record) Of(number int64, lease *journal.Lease) rollout.Journal {
	return controllers{r, number, lease}
}

type controllers struct {
	record *Record
	number int64
	lease  *journal.Lease
}

func (c controllers) Append(ctx context.Context, e rollout.Event) error {
	return c.record.append(ctx, c.number, e, c.lease)
}

func (c controllers) Read(ctx context.Context, from int64) ([]rollout.Event, error) {
	return c.record.Read(ctx, c.number, from)
}

func (c controllers) Watch(ctx context.Context, from int64) <-chan rollout.Event {
	return c.record.Watch(ctx, c.number, from)
}
