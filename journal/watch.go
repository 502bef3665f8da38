package journal

import (
	"context"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

const (
	// watchAgain is the pause before a watch that broke begins anew.
	watchAgain = 500 * time.Millisecond
	// watchAnyway is how often is read without any sign, in case one was lost.
	watchAnyway = 10 * time.Second
)

// Watch sends the entries of a rollout from a sequence on, in order and
// without gaps, also over lost connections and members. The channel is closed
// when ctx ends, or the journal.
//
// etcd's watch is only the bell: what is sent was read, so a watch that was
// broken or compacted cannot lose an entry.
func (j *Journal) Watch(ctx context.Context, service string, rollout, from int64) <-chan Entry {
	ctx, cancel := j.while(ctx)
	w := &watch{journal: j, service: service, rollout: rollout, next: from, entries: make(chan Entry)}
	j.work.Go(func() {
		defer close(w.entries)
		defer cancel()
		for ctx.Err() == nil {
			w.listen(ctx)
			pause(ctx, watchAgain)
		}
	})
	return w.entries
}

// watch is one reader of a rollout.
type watch struct {
	journal *Journal
	service string
	rollout int64
	// next is the sequence that is sent next.
	next    int64
	entries chan Entry
}

// listen reads and sends after each ring, until the bell breaks.
func (w *watch) listen(ctx context.Context) {
	bell, cancel := context.WithCancel(clientv3.WithRequireLeader(ctx))
	defer cancel()
	rings := w.journal.client.Watch(bell, w.journal.entriesPrefix(w.service, w.rollout), clientv3.WithPrefix())
	for w.send(ctx) {
		select {
		case ring, ok := <-rings:
			if !ok || ring.Err() != nil {
				return
			}
		case <-time.After(watchAnyway):
		case <-ctx.Done():
			return
		}
	}
}

// send sends what is new; it returns false when that could not be read, or
// nobody wants it any more.
func (w *watch) send(ctx context.Context) bool {
	fresh, err := w.journal.Read(ctx, w.service, w.rollout, w.next)
	if err != nil {
		return false // it is read again, until ctx ends
	}
	for _, e := range fresh {
		select {
		case w.entries <- e:
			w.next = e.Sequence + 1
		case <-ctx.Done():
			return false
		}
	}
	return true
}
