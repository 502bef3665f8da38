package journal

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"go.etcd.io/etcd/server/v3/etcdserver/api/v3client"
)

// quota is how large the store may grow, in bytes: etcd's own default. A
// rollout takes some 100 KB.
const quota = 2 << 30

// OpenEmbedded opens the journal in dir, kept by an etcd member in this
// process. It listens nowhere. One process at a time has it open (*InUseError).
// Leases of processes that had it open before are dropped: they are dead.
func OpenEmbedded(ctx context.Context, dir string) (*Journal, error) {
	return openEmbedded(ctx, dir, quota)
}

func openEmbedded(ctx context.Context, dir string, quota int64) (*Journal, error) {
	lock, err := lockFolder(dir)
	if err != nil {
		return nil, err
	}
	j := newJournal(DefaultPrefix)
	j.full = fmt.Sprintf("%s holds %d MiB; end noon and move that folder away: the history begins anew", filepath.Join(dir, memberFolder), quota>>20)
	m, err := startMember(ctx, dir, quota, j.end)
	if err != nil {
		j.end(err)
		return nil, errors.Join(fmt.Errorf("open the journal in %s: %w", dir, err), lock.Close())
	}
	j.client = v3client.New(m.etcd.Server)
	j.close = func() error {
		_ = j.client.Close() // it has no connection, and only ever says that it was cancelled
		return errors.Join(m.close(), lock.Close())
	}
	if err := j.dropLeases(ctx); err != nil {
		return nil, errors.Join(err, j.Close())
	}
	return j, nil
}

// dropLeases ends the leases of controllers that had the folder open before.
func (j *Journal) dropLeases(ctx context.Context) error {
	deadline, done := j.request(ctx)
	defer done()
	answer, err := j.client.Leases(deadline)
	if err != nil {
		return j.failed("read old leases", err)
	}
	for _, l := range answer.Leases {
		if _, err := j.client.Revoke(deadline, l.ID); err != nil && !isGone(err) {
			return j.failed("end an old lease", err)
		}
	}
	return nil
}
