package journal

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// Rollouts returns the numbers of the service's rollouts, ascending. It reads
// no entries.
func (j *Journal) Rollouts(ctx context.Context, service string) ([]int64, error) {
	if err := checkService(service); err != nil {
		return nil, err
	}
	deadline, done := j.request(ctx)
	defer done()
	answer, err := j.client.Get(deadline, j.indexPrefix(service), clientv3.WithPrefix(), clientv3.WithKeysOnly())
	if err != nil {
		return nil, j.failed("read the journal", err)
	}
	all := make([]int64, len(answer.Kvs))
	for i, kv := range answer.Kvs {
		number := strings.TrimPrefix(string(kv.Key), j.indexPrefix(service))
		if all[i], err = strconv.ParseInt(number, 10, 64); err != nil {
			return nil, fmt.Errorf("read the journal: key %q was not written by noon", kv.Key)
		}
	}
	return all, nil
}

// Services returns the names of all services that had a rollout, sorted. It
// asks once for each, however many rollouts they had.
func (j *Journal) Services(ctx context.Context) ([]string, error) {
	root := j.prefix + "index/"
	var all []string
	for from := root; ; {
		key, err := j.firstKey(ctx, from, clientv3.GetPrefixRangeEnd(root))
		if err != nil {
			return nil, err
		}
		if key == "" {
			slices.Sort(all)
			return all, nil
		}
		service, _, _ := strings.Cut(strings.TrimPrefix(key, root), "/")
		all = append(all, service)
		from = clientv3.GetPrefixRangeEnd(j.indexPrefix(service))
	}
}

// firstKey returns the first key in a range, "" if there is none.
func (j *Journal) firstKey(ctx context.Context, from, to string) (string, error) {
	deadline, done := j.request(ctx)
	defer done()
	answer, err := j.client.Get(deadline, from, clientv3.WithRange(to), clientv3.WithKeysOnly(), clientv3.WithLimit(1))
	if err != nil {
		return "", j.failed("read the journal", err)
	}
	if len(answer.Kvs) == 0 {
		return "", nil
	}
	return string(answer.Kvs[0].Key), nil
}
