package journal

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"

	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// pageSize is how many entries are read with one request.
const pageSize = 256

// Read returns the entries of a rollout from a sequence to the end. A gap is
// an error (ErrGap): it would be history that was lost.
func (j *Journal) Read(ctx context.Context, service string, rollout, from int64) ([]Entry, error) {
	if err := checkService(service); err != nil {
		return nil, err
	}
	var all []Entry
	for {
		page, err := j.page(ctx, service, rollout, from)
		if err != nil {
			return nil, err
		}
		for _, e := range page {
			if e.Sequence != from {
				return nil, fmt.Errorf("%w: entry %d of %s %d is missing", ErrGap, from, service, rollout)
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
	deadline, done := j.request(ctx)
	defer done()
	prefix := j.entriesPrefix(service, rollout)
	answer, err := j.client.Get(deadline, j.entryKey(service, rollout, from),
		clientv3.WithRange(clientv3.GetPrefixRangeEnd(prefix)), clientv3.WithLimit(pageSize))
	if err != nil {
		return nil, j.failed("read the journal", err)
	}
	page := make([]Entry, len(answer.Kvs))
	for i, kv := range answer.Kvs {
		if page[i], err = entryOf(prefix, kv); err != nil {
			return nil, err
		}
	}
	return page, nil
}

func entryOf(prefix string, kv *mvccpb.KeyValue) (Entry, error) {
	n, err := strconv.ParseInt(strings.TrimPrefix(string(kv.Key), prefix), 10, 64)
	_, value, ok := bytes.Cut(kv.Value, []byte("\n"))
	if err != nil || !ok {
		return Entry{}, fmt.Errorf("read the journal: key %q was not written by noon", kv.Key)
	}
	return Entry{Sequence: n, Value: value}, nil
}

// Last returns the last entry of a rollout; its Sequence is 0 if there is none.
// It reads no other entry: they are counted, and have no gaps.
func (j *Journal) Last(ctx context.Context, service string, rollout int64) (Entry, error) {
	if err := checkService(service); err != nil {
		return Entry{}, err
	}
	prefix := j.entriesPrefix(service, rollout)
	n, err := j.count(ctx, prefix)
	if err != nil || n == 0 {
		return Entry{}, err
	}
	deadline, done := j.request(ctx)
	defer done()
	answer, err := j.client.Get(deadline, j.entryKey(service, rollout, n))
	if err != nil {
		return Entry{}, j.failed("read the journal", err)
	}
	if len(answer.Kvs) == 0 {
		return Entry{}, fmt.Errorf("%w: %s %d has %d entries, and entry %d is missing", ErrGap, service, rollout, n, n)
	}
	return entryOf(prefix, answer.Kvs[0])
}

// count returns how many keys begin with prefix.
func (j *Journal) count(ctx context.Context, prefix string) (int64, error) {
	deadline, done := j.request(ctx)
	defer done()
	answer, err := j.client.Get(deadline, prefix, clientv3.WithPrefix(), clientv3.WithCountOnly())
	if err != nil {
		return 0, j.failed("read the journal", err)
	}
	return answer.Count, nil
}
