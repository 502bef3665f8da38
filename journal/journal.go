package journal

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

const (
	// DefaultPrefix keeps noon's keys apart from others' in a shared cluster.
	DefaultPrefix = "noon/"
	// valueMost is what one entry may hold; etcd takes 1.5 MiB a request.
	valueMost = 1<<20 + 1<<18
	// pageSize is how many entries are read with one request.
	pageSize = 500
	// answerWithin is how long one request may take.
	answerWithin = 5 * time.Second
)

var (
	// ErrTaken: there is another entry with this sequence already.
	ErrTaken = errors.New("the sequence is taken")
	// ErrFenced: the lease with which the entry was to be written is not held
	// any more.
	ErrFenced = errors.New("the lease is not held any more")
	// ErrTooLarge: an entry is larger than the store takes.
	ErrTooLarge = errors.New("the entry is too large for the journal")
)

// Journal is the record of all services in one etcd.
type Journal struct {
	client *clientv3.Client
	prefix string
	close  func() error
}

// Entry is one entry of a rollout: sequence 1, 2, 3 ... without gaps.
type Entry struct {
	Sequence int64
	Value    []byte
}

// Close ends the connection, and the member in this process if there is one.
func (j *Journal) Close() error { return j.close() }

func (j *Journal) entryKey(service string, rollout, sequence int64) string {
	return fmt.Sprintf("%s%010d", j.entriesPrefix(service, rollout), sequence)
}

func (j *Journal) entriesPrefix(service string, rollout int64) string {
	return fmt.Sprintf("%srollouts/%s/%08d/", j.prefix, service, rollout)
}

func (j *Journal) indexPrefix(service string) string {
	return j.prefix + "index/" + service + "/"
}

// Begin writes the first entry of the service's next rollout, and returns its
// number: 1, 2, 3 ... The lease must be held (ErrFenced).
func (j *Journal) Begin(ctx context.Context, service string, value []byte, lease *Lease) (int64, error) {
	if len(value) > valueMost {
		return 0, tooLarge(value)
	}
	for {
		all, err := j.Rollouts(ctx, service)
		if err != nil {
			return 0, err
		}
		next := int64(1)
		if len(all) > 0 {
			next = all[len(all)-1] + 1
		}
		index := fmt.Sprintf("%s%08d", j.indexPrefix(service), next)
		err = j.put(ctx, j.entryKey(service, next, 1), value, lease, clientv3.OpPut(index, time.Now().UTC().Format(time.RFC3339)))
		if !errors.Is(err, ErrTaken) {
			return next, err
		}
	}
}

// Append writes the entry if its sequence is free (else ErrTaken) and lease,
// where it is not nil, is still held (else ErrFenced).
func (j *Journal) Append(ctx context.Context, service string, rollout int64, e Entry, lease *Lease) error {
	if len(e.Value) > valueMost {
		return tooLarge(e.Value)
	}
	return j.put(ctx, j.entryKey(service, rollout, e.Sequence), e.Value, lease)
}

func tooLarge(value []byte) error {
	return fmt.Errorf("%w: %d bytes, at most %d are taken", ErrTooLarge, len(value), valueMost)
}

// put is the one transaction of the journal. When its answer is lost, it is
// read back whether it was carried out.
func (j *Journal) put(ctx context.Context, key string, value []byte, lease *Lease, also ...clientv3.Op) error {
	conditions := []clientv3.Cmp{clientv3.Compare(clientv3.CreateRevision(key), "=", 0)}
	if lease != nil {
		conditions = append(conditions, lease.held())
	}
	ops := append([]clientv3.Op{clientv3.OpPut(key, string(value))}, also...)
	deadline, cancel := context.WithTimeout(ctx, answerWithin)
	answer, err := j.client.Txn(deadline).If(conditions...).Then(ops...).Else(clientv3.OpGet(key)).Commit()
	cancel()
	switch {
	case err != nil:
		return j.resolve(ctx, key, value, err)
	case answer.Succeeded:
		return nil
	case len(answer.Responses[0].GetResponseRange().Kvs) > 0:
		return ErrTaken
	}
	return ErrFenced
}

// resolve reads back whether a put whose answer was lost was carried out.
// Values carry a time and an author, so that two writers do not write the
// same one.
func (j *Journal) resolve(ctx context.Context, key string, value []byte, lost error) error {
	for range 3 {
		deadline, cancel := context.WithTimeout(ctx, answerWithin)
		answer, err := j.client.Get(deadline, key)
		cancel()
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			continue
		case len(answer.Kvs) == 0:
			return fmt.Errorf("write the journal: %w", lost)
		case string(answer.Kvs[0].Value) == string(value):
			return nil
		}
		return ErrTaken
	}
	return fmt.Errorf("write the journal: it is unknown whether it was written: %w", lost)
}

// Rollouts returns the numbers of the service's rollouts, ascending.
func (j *Journal) Rollouts(ctx context.Context, service string) ([]int64, error) {
	deadline, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	answer, err := j.client.Get(deadline, j.indexPrefix(service), clientv3.WithPrefix(), clientv3.WithKeysOnly())
	if err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	var all []int64
	for _, kv := range answer.Kvs {
		n, err := strconv.ParseInt(strings.TrimPrefix(string(kv.Key), j.indexPrefix(service)), 10, 64)
		if err != nil {
			return nil, fmt.Errorf("read the journal: key %q is not noon's", kv.Key)
		}
		all = append(all, n)
	}
	return all, nil
}

// Read returns the entries of a rollout from a sequence to the end. A gap is
// an error: it would be history that was lost.
func (j *Journal) Read(ctx context.Context, service string, rollout, from int64) ([]Entry, error) {
	var all []Entry
	for {
		page, err := j.page(ctx, service, rollout, from)
		if err != nil {
			return nil, err
		}
		for _, e := range page {
			if e.Sequence != from {
				return nil, fmt.Errorf("the journal of %s %d has a gap: entry %d is missing", service, rollout, from)
			}
			from++
		}
		all = append(all, page...)
		if len(page) < pageSize {
			return all, nil
		}
	}
}

func (j *Journal) page(ctx context.Context, service string, rollout, from int64) ([]Entry, error) {
	deadline, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	prefix := j.entriesPrefix(service, rollout)
	answer, err := j.client.Get(deadline, j.entryKey(service, rollout, from),
		clientv3.WithRange(clientv3.GetPrefixRangeEnd(prefix)), clientv3.WithLimit(pageSize))
	if err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	var page []Entry
	for _, kv := range answer.Kvs {
		e, err := entryOf(prefix, kv.Key, kv.Value)
		if err != nil {
			return nil, err
		}
		page = append(page, e)
	}
	return page, nil
}

func entryOf(prefix string, key, value []byte) (Entry, error) {
	n, err := strconv.ParseInt(strings.TrimPrefix(string(key), prefix), 10, 64)
	if err != nil {
		return Entry{}, fmt.Errorf("read the journal: key %q is not noon's", key)
	}
	return Entry{Sequence: n, Value: value}, nil
}

// Last returns the last entry of a rollout; its Sequence is 0 if there is none.
func (j *Journal) Last(ctx context.Context, service string, rollout int64) (Entry, error) {
	deadline, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	prefix := j.entriesPrefix(service, rollout)
	answer, err := j.client.Get(deadline, prefix, append(clientv3.WithLastKey(), clientv3.WithPrefix())...)
	if err != nil || len(answer.Kvs) == 0 {
		return Entry{}, err
	}
	return entryOf(prefix, answer.Kvs[0].Key, answer.Kvs[0].Value)
}
