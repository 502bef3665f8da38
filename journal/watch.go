package journal

import (
	"context"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// watchAgain is the pause before a watch that broke begins anew. It also reads
// that often without any sign, in case a sign was lost.
const watchAgain = 500 * time.Millisecond

// Watch sends the entries of a rollout from a sequence on, in order and
// without gaps, also over lost connections and members. The channel is closed
// when ctx ends.
//
// etcd's watch is only the bell: what is sent was read, so a watch that was
// broken or compacted cannot lose an entry.
func (j *Journal) Watch(ctx context.Context, service string, rollout, from int64) <-chan Entry {
	entries := make(chan Entry)
	go func() {
		defer close(entries)
		for ctx.Err() == nil {
			bell, cancel := context.WithCancel(clientv3.WithRequireLeader(ctx))
			rings := j.client.Watch(bell, j.entriesPrefix(service, rollout), clientv3.WithPrefix())
			from = j.send(ctx, service, rollout, from, rings, entries)
			cancel()
			pause(ctx, watchAgain)
		}
	}()
	return entries
}

// send reads and sends after each ring, until the bell breaks. It returns the
// next sequence.
func (j *Journal) send(ctx context.Context, service string, rollout, from int64, rings clientv3.WatchChan, entries chan<- Entry) int64 {
	for {
		fresh, err := j.Read(ctx, service, rollout, from)
		if err != nil {
			return from
		}
		for _, e := range fresh {
			select {
			case entries <- e:
				from = e.Sequence + 1
			case <-ctx.Done():
				return from
			}
		}
		select {
		case ring, ok := <-rings:
			if !ok || ring.Err() != nil {
				return from
			}
		case <-time.After(20 * watchAgain):
		case <-ctx.Done():
			return from
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
