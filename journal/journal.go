package journal

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

const (
	// DefaultPrefix keeps noon's keys apart from others' in a shared cluster.
	DefaultPrefix = "noon/"
	// answerWithin is how long one request may take.
	answerWithin = 5 * time.Second
)

// errClosed is what requests get after Close.
var errClosed = errors.New("the journal is closed")

// Journal is the record of all services in one etcd. It may be used by several
// goroutines.
type Journal struct {
	client *clientv3.Client
	prefix string
	// ttl is how long a holder that is gone keeps others out.
	ttl time.Duration
	// full says what to do when the store takes no more.
	full string

	// alive ends with Close, and with the member in this process if it dies;
	// its cause then says of what.
	alive context.Context
	end   context.CancelCauseFunc
	// work are the leases that are renewed and the watches.
	work  sync.WaitGroup
	close func() error
}

// newJournal returns a journal without a client.
func newJournal(prefix string) *Journal {
	j := &Journal{prefix: prefix, ttl: leaseTTL}
	j.alive, j.end = context.WithCancelCause(context.Background())
	return j
}

// Close ends watches, lets leases expire that were not released, and ends the
// connection, and the member in this process if there is one.
func (j *Journal) Close() error {
	j.end(errClosed)
	j.work.Wait()
	return j.close()
}

// Entry is one entry of a rollout: sequence 1, 2, 3 ... without gaps.
type Entry struct {
	Sequence int64
	Value    []byte
}

// request bounds one request; the function must be called after it.
func (j *Journal) request(ctx context.Context) (context.Context, func()) {
	deadline, cancel := context.WithTimeout(ctx, answerWithin)
	stop := context.AfterFunc(j.alive, cancel)
	return deadline, func() { stop(); cancel() }
}

// while returns a context that ends with ctx and with the journal.
func (j *Journal) while(ctx context.Context) (context.Context, context.CancelFunc) {
	both, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(j.alive, cancel)
	return both, func() { stop(); cancel() }
}

func (j *Journal) entryKey(service string, rollout, sequence int64) string {
	return fmt.Sprintf("%s%010d", j.entriesPrefix(service, rollout), sequence)
}

func (j *Journal) entriesPrefix(service string, rollout int64) string {
	return fmt.Sprintf("%srollouts/%s/%08d/", j.prefix, service, rollout)
}

func (j *Journal) indexPrefix(service string) string {
	return j.prefix + "index/" + service + "/"
}

func (j *Journal) leaseKey(service string) string { return j.prefix + "lease/" + service }

// serviceForm is what a service may be called: a "/" in it would reach into
// the keys of another.
var serviceForm = regexp.MustCompile(`^[A-Za-z0-9._-]{1,128}$`)

func checkService(service string) error {
	if serviceForm.MatchString(service) {
		return nil
	}
	return fmt.Errorf("the journal cannot keep a service called %.128q: use letters, digits and . _ -", service)
}

// pause waits, or less when ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
