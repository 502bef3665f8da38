package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
)

const (
	// leaseTTL is how long a holder that is gone keeps others out.
	leaseTTL = 10 * time.Second
	// leaseRenew is the time between two renewals.
	leaseRenew = leaseTTL / 5
)

// Holder is who acts on a service.
type Holder struct {
	// Name is a person, PID and Host the process that acts for them.
	Name  string    `json:"name"`
	Host  string    `json:"host"`
	PID   int       `json:"pid"`
	Since time.Time `json:"since"`
}

func (h Holder) String() string {
	return fmt.Sprintf("%s on %s (process %d), since %s", h.Name, h.Host, h.PID, h.Since.Local().Format("15:04:05"))
}

// HeldError tells that somebody else acts on the service.
type HeldError struct {
	Service string
	Holder  Holder
}

func (e *HeldError) Error() string {
	return fmt.Sprintf("%s is in the hands of %s; a holder that is gone lets go within %s", e.Service, e.Holder, leaseTTL)
}

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
	done    chan struct{}
}

func (j *Journal) leaseKey(service string) string { return j.prefix + "lease/" + service }

// Acquire takes the right to act on the service, or returns a *HeldError.
func (j *Journal) Acquire(ctx context.Context, service string, h Holder) (*Lease, error) {
	deadline, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	value, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	asked := time.Now()
	granted, err := j.client.Grant(deadline, int64(leaseTTL/time.Second))
	if err != nil {
		return nil, fmt.Errorf("ask for the lease of %s: %w", service, err)
	}
	key := j.leaseKey(service)
	answer, err := j.client.Txn(deadline).
		If(clientv3.Compare(clientv3.CreateRevision(key), "=", 0)).
		Then(clientv3.OpPut(key, string(value), clientv3.WithLease(granted.ID))).
		Else(clientv3.OpGet(key)).Commit()
	if err != nil {
		return nil, fmt.Errorf("ask for the lease of %s: %w", service, err)
	}
	if !answer.Succeeded {
		_, _ = j.client.Revoke(deadline, granted.ID) // it expires by itself
		return nil, held(service, answer.Responses[0].GetResponseRange().Kvs[0].Value)
	}
	l := &Lease{journal: j, key: key, revision: answer.Header.Revision, id: granted.ID, renewed: asked, lost: make(chan struct{}), done: make(chan struct{})}
	l.keep()
	return l, nil
}

func held(service string, value []byte) error {
	e := &HeldError{Service: service}
	if err := json.Unmarshal(value, &e.Holder); err != nil {
		e.Holder.Name = "somebody unknown"
	}
	return e
}

// Holder returns who acts on the service, and whether anybody does.
func (j *Journal) Holder(ctx context.Context, service string) (Holder, bool, error) {
	deadline, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	answer, err := j.client.Get(deadline, j.leaseKey(service))
	if err != nil {
		return Holder{}, false, fmt.Errorf("read the lease of %s: %w", service, err)
	}
	if len(answer.Kvs) == 0 {
		return Holder{}, false, nil
	}
	var h Holder
	err = json.Unmarshal(answer.Kvs[0].Value, &h)
	return h, true, err
}

// held is the condition that this very lease is still the one in force.
func (l *Lease) held() clientv3.Cmp {
	return clientv3.Compare(clientv3.CreateRevision(l.key), "=", l.revision)
}

// keep renews the lease until it is released or lost. It uses single renewals,
// so that it is known when the last one that was answered had been sent.
func (l *Lease) keep() {
	ctx, cancel := context.WithCancel(context.Background())
	l.stop = cancel
	go func() {
		defer close(l.done)
		defer close(l.lost)
		for l.Remaining() > 0 {
			pause(ctx, leaseRenew)
			if ctx.Err() != nil || !l.renew(ctx) {
				return
			}
		}
	}()
}

// renew tries once; it returns false when the lease is known to be gone.
func (l *Lease) renew(ctx context.Context) bool {
	sent := time.Now()
	deadline, cancel := context.WithTimeout(ctx, min(leaseRenew, max(l.Remaining(), time.Millisecond)))
	defer cancel()
	answer, err := l.journal.client.KeepAliveOnce(deadline, l.id)
	if err != nil {
		return !isGone(err)
	}
	if answer.TTL <= 0 {
		return false
	}
	l.mu.Lock()
	l.renewed = sent
	l.mu.Unlock()
	return true
}

// Remaining is how long the lease lasts if it is not renewed any more, by the
// local monotonic clock, counted from before the last answered renewal was
// sent. It is 0 after a release.
func (l *Lease) Remaining() time.Duration {
	select {
	case <-l.lost:
		return 0
	default:
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return max(leaseTTL-time.Since(l.renewed), 0)
}

// Lost is closed when the right has ended: expired, revoked or released.
func (l *Lease) Lost() <-chan struct{} { return l.lost }

// Release gives the right back.
func (l *Lease) Release(ctx context.Context) error {
	l.stop()
	<-l.done
	deadline, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	_, err := l.journal.client.Revoke(deadline, l.id)
	if isGone(err) {
		return nil
	}
	return err
}

// isGone tells whether etcd says that the lease does not exist any more.
func isGone(err error) bool { return errors.Is(err, rpctypes.ErrLeaseNotFound) }
