package journal

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"
)

const (
	// valueMost is what one entry may hold, in bytes; etcd takes 1.5 MiB a
	// request, with its keys and conditions.
	valueMost = 1<<20 + 1<<18
	// settleTries bounds how often a transaction is sent whose answer was
	// lost; with settlePause between them it outlasts an election.
	settleTries = 4
	settlePause = 300 * time.Millisecond
)

// Begin writes the first entry of the service's next rollout, and returns its
// number: 1, 2, 3 ... The lease must be held (else ErrFenced).
func (j *Journal) Begin(ctx context.Context, service string, value []byte, lease *Lease) (int64, error) {
	if err := errors.Join(checkService(service), checkSize(value)); err != nil {
		return 0, err
	}
	if lease == nil {
		return 0, fmt.Errorf("begin a rollout of %s: %w", service, ErrFenced)
	}
	for {
		begun, err := j.count(ctx, j.indexPrefix(service))
		if err != nil {
			return 0, err
		}
		next := begun + 1
		err = j.put(ctx, j.first(service, next, value), lease)
		if !errors.Is(err, ErrTaken) {
			return next, err
		}
	}
}

// Append writes the entry if its sequence is free (else ErrTaken), the entry
// before it is there (else ErrGap), and lease, where it is not nil, is still
// held (else ErrFenced). An answer that is lost is asked for again; when none
// comes the error is ErrUnknown.
func (j *Journal) Append(ctx context.Context, service string, rollout int64, e Entry, lease *Lease) error {
	if err := errors.Join(checkService(service), checkSize(e.Value)); err != nil {
		return err
	}
	if e.Sequence < 2 {
		return fmt.Errorf("append entry %d of %s %d: %w", e.Sequence, service, rollout, ErrTaken)
	}
	return j.put(ctx, j.next(service, rollout, e), lease)
}

func checkSize(value []byte) error {
	if len(value) <= valueMost {
		return nil
	}
	return fmt.Errorf("%w: %d bytes, at most %d are taken", ErrTooLarge, len(value), valueMost)
}

// write is one transaction of the journal. Its token makes it this one and no
// other, so that it can be recognised when its answer was lost.
type write struct {
	service string
	key     string
	token   string
	value   []byte
	// before is the key of the entry before, "" for the first.
	before string
	// index is the key that tells that there is such a rollout, written with
	// its first entry.
	index string
}

func (j *Journal) first(service string, rollout int64, value []byte) write {
	return write{
		service: service, key: j.entryKey(service, rollout, 1), token: rand.Text(), value: value,
		index: fmt.Sprintf("%s%08d", j.indexPrefix(service), rollout),
	}
}

func (j *Journal) next(service string, rollout int64, e Entry) write {
	return write{
		service: service, key: j.entryKey(service, rollout, e.Sequence), token: rand.Text(), value: e.Value,
		before: j.entryKey(service, rollout, e.Sequence-1),
	}
}

func (w write) conditions(lease *Lease) []clientv3.Cmp {
	all := []clientv3.Cmp{clientv3.Compare(clientv3.CreateRevision(w.key), "=", 0)}
	if w.before != "" {
		all = append(all, clientv3.Compare(clientv3.CreateRevision(w.before), ">", 0))
	}
	if lease != nil {
		all = append(all, lease.held())
	}
	return all
}

func (w write) puts() []clientv3.Op {
	all := []clientv3.Op{clientv3.OpPut(w.key, w.token+"\n"+string(w.value))}
	if w.index != "" {
		all = append(all, clientv3.OpPut(w.index, time.Now().UTC().Format(time.RFC3339)))
	}
	return all
}

// put carries the transaction out. One whose answer was lost is sent again:
// its first condition lets it happen once at most, and what the second answer
// says stays true whenever the first one arrives. (To read back is not enough:
// the first may be on its way still.)
func (j *Journal) put(ctx context.Context, w write, lease *Lease) error {
	if err := lease.covers(j, w.service); err != nil {
		return err
	}
	var unanswered error
	for range settleTries {
		answer, err := j.commit(ctx, w, lease)
		switch {
		case err == nil:
			return w.outcome(answer)
		case !lost(err) && unanswered == nil:
			return j.failed("write the journal", err)
		}
		unanswered = err
		if pause(ctx, settlePause); ctx.Err() != nil || j.alive.Err() != nil {
			break
		}
	}
	return fmt.Errorf("%w: %w", ErrUnknown, j.failed("write the journal", unanswered))
}

func (j *Journal) commit(ctx context.Context, w write, lease *Lease) (*clientv3.TxnResponse, error) {
	deadline, done := j.request(ctx)
	defer done()
	otherwise := []clientv3.Op{clientv3.OpGet(w.key)}
	if w.before != "" {
		otherwise = append(otherwise, clientv3.OpGet(w.before, clientv3.WithKeysOnly()))
	}
	return j.client.Txn(deadline).If(w.conditions(lease)...).Then(w.puts()...).Else(otherwise...).Commit()
}

// outcome says which condition did not hold.
func (w write) outcome(answer *clientv3.TxnResponse) error {
	if answer.Succeeded {
		return nil
	}
	there := found(answer, 0)
	switch {
	case len(there) > 0 && bytes.HasPrefix(there[0].Value, []byte(w.token+"\n")):
		return nil // an earlier try was carried out
	case len(there) > 0:
		return ErrTaken
	case w.before != "" && len(found(answer, 1)) == 0:
		return fmt.Errorf("write %s: the entry before is missing: %w", w.key, ErrGap)
	}
	return ErrFenced
}

func found(answer *clientv3.TxnResponse, i int) []*mvccpb.KeyValue {
	return answer.Responses[i].GetResponseRange().Kvs
}
