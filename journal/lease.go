package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// leaseTTL is how long a holder that is gone keeps others out.
const leaseTTL = 10 * time.Second

// Lease is the right to act on one service. It is renewed until it is released
// or lost.
type Lease struct {
	journal *Journal
	key     string
	// revision at which the key was created: another holder's differs.
	revision int64
	id       clientv3.LeaseID

	mu      sync.Mutex
	renewed time.Time // just before the last renewal that was answered
	lost    chan struct{}
	stop    context.CancelFunc
}

// Acquire takes the right to act on the service, or returns a *HeldError.
func (j *Journal) Acquire(ctx context.Context, service string, h Holder) (*Lease, error) {
	if err := checkService(service); err != nil {
		return nil, err
	}
	value, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	deadline, done := j.request(ctx)
	defer done()
	l := &Lease{journal: j, key: j.leaseKey(service), renewed: time.Now(), lost: make(chan struct{})}
	granted, err := j.client.Grant(deadline, int64(j.ttl/time.Second))
	if err != nil {
		return nil, j.failed("ask for the lease of "+service, err)
	}
	l.id = granted.ID
	if err := l.claim(deadline, service, string(value)); err != nil {
		return nil, errors.Join(err, l.revoke(ctx))
	}
	l.keep()
	return l, nil
}

// claim puts the lease's key if nobody has. It is sent again when its answer
// was lost: the key then is found bound to this lease.
func (l *Lease) claim(ctx context.Context, service, holder string) error {
	for {
		answer, err := l.journal.client.Txn(ctx).
			If(clientv3.Compare(clientv3.CreateRevision(l.key), "=", 0)).
			Then(clientv3.OpPut(l.key, holder, clientv3.WithLease(l.id))).
			Else(clientv3.OpGet(l.key)).Commit()
		switch {
		case err == nil && answer.Succeeded:
			l.revision = answer.Header.Revision
			return nil
		case err == nil:
			return l.claimed(ctx, service, answer)
		case !lost(err) || ctx.Err() != nil:
			return l.journal.failed("ask for the lease of "+service, err)
		}
		pause(ctx, settlePause)
	}
}

func (l *Lease) claimed(ctx context.Context, service string, answer *clientv3.TxnResponse) error {
	kv := found(answer, 0)[0]
	if clientv3.LeaseID(kv.Lease) != l.id {
		return l.journal.heldBy(ctx, service, kv)
	}
	l.revision = kv.CreateRevision
	return nil
}

// held is the condition that this very lease is still the one in force.
func (l *Lease) held() clientv3.Cmp {
	return clientv3.Compare(clientv3.CreateRevision(l.key), "=", l.revision)
}

// covers refuses to write for a service with another's lease, and with one
// that is over by the local clock; nil covers all.
func (l *Lease) covers(j *Journal, service string) error {
	switch {
	case l == nil:
		return nil
	case l.journal != j || l.key != j.leaseKey(service):
		return fmt.Errorf("the lease is not one of %s: %w", service, ErrFenced)
	case l.Remaining() == 0:
		return ErrFenced
	}
	return nil
}

// keep renews the lease until it is released or lost. It uses single renewals,
// so that it is known when the last one that was answered had been sent.
func (l *Lease) keep() {
	ctx, cancel := l.journal.while(context.Background())
	l.stop = cancel
	l.journal.work.Go(func() {
		defer cancel()
		defer close(l.lost)
		for {
			pause(ctx, min(l.journal.ttl/10, l.Remaining()))
			if ctx.Err() != nil || l.Remaining() == 0 || !l.renew(ctx) {
				return
			}
		}
	})
}

// renew tries once; it returns false when the lease is known to be gone.
func (l *Lease) renew(ctx context.Context) bool {
	sent := time.Now()
	deadline, cancel := context.WithTimeout(ctx, min(l.journal.ttl/5, l.Remaining()))
	defer cancel()
	answer, err := l.journal.client.KeepAliveOnce(deadline, l.id)
	if err != nil {
		return !isGone(err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	// The process may have been stopped for long between asking and here: what
	// was over once stays over.
	if answer.TTL <= 0 || since(l.renewed) >= l.journal.ttl {
		return false
	}
	l.renewed = sent
	return true
}

// Remaining is how long the lease lasts if it is not renewed any more, by the
// local clock, counted from before the last answered renewal was sent. It is 0
// once the lease was lost or released.
func (l *Lease) Remaining() time.Duration {
	select {
	case <-l.lost:
		return 0
	default:
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return max(l.journal.ttl-since(l.renewed), 0)
}

// since is how long ago t was. The monotonic clock stands still while the
// machine sleeps, the other does not: the longer time is the safe one.
func since(t time.Time) time.Duration {
	now := time.Now()
	return max(now.Sub(t), now.Round(0).Sub(t.Round(0)))
}

// Lost is closed when the right has ended: expired by the local clock, revoked
// or released.
func (l *Lease) Lost() <-chan struct{} { return l.lost }

// Release gives the right back; nothing can be written with it any more. When
// etcd does not answer, the lease ends by itself within its time.
func (l *Lease) Release(ctx context.Context) error {
	l.stop()
	<-l.lost
	return l.revoke(ctx)
}

// revoke ends the lease in etcd, also when ctx has ended already.
func (l *Lease) revoke(ctx context.Context) error {
	deadline, done := l.journal.request(context.WithoutCancel(ctx))
	defer done()
	_, err := l.journal.client.Revoke(deadline, l.id)
	if err == nil || isGone(err) {
		return nil
	}
	return l.journal.failed("give the lease back", err)
}
