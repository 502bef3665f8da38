package journal

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"go.etcd.io/etcd/client/pkg/v3/transport"
	"go.etcd.io/etcd/server/v3/embed"
	"go.etcd.io/etcd/server/v3/etcdserver/api/v3client"
	"go.etcd.io/etcd/server/v3/storage/wal"
	"go.uber.org/zap"
)

const (
	// walSegment is what etcd preallocates for its log at a time; its default
	// of 64 MB is for busy clusters, a rollout writes a few hundred KB.
	walSegment = 4 << 20
	// quota is how large the store may grow.
	quota = 2 << 30
	// readyWithin is how long the member in this process may take to start.
	readyWithin = 30 * time.Second
)

// InUseError tells that another process has the folder open.
type InUseError struct {
	Dir string
	// PID of that process, 0 if it is not known.
	PID int
}

func (e *InUseError) Error() string {
	return fmt.Sprintf("the journal in %s is open in process %d", e.Dir, e.PID)
}

// OpenEmbedded opens the journal in dir, kept by an etcd member in this
// process. It listens nowhere. One process at a time has it open (*InUseError).
// Leases of processes that had it open before are dropped: they are dead.
func OpenEmbedded(ctx context.Context, dir string) (*Journal, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the state folder: %w", err)
	}
	lock, err := lockFolder(dir)
	if err != nil {
		return nil, err
	}
	member, err := startMember(ctx, dir)
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	client := v3client.New(member.Server)
	j := &Journal{client: client, prefix: DefaultPrefix, close: func() error {
		err := client.Close()
		member.Close()
		return errors.Join(err, lock.Close())
	}}
	if err := j.dropLeases(ctx); err != nil {
		return nil, errors.Join(err, j.Close())
	}
	return j, nil
}

// lockFolder makes this process the only one that has the folder open.
func lockFolder(dir string) (*os.File, error) {
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the state folder: %w", err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		text, _ := os.ReadFile(lock.Name()) // who it is helps, but is not needed
		pid, _ := strconv.Atoi(strings.TrimSpace(string(text)))
		return nil, errors.Join(&InUseError{Dir: dir, PID: pid}, lock.Close())
	}
	if err := lock.Truncate(0); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	_, err = lock.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0)
	return lock, err
}

func startMember(ctx context.Context, dir string) (*embed.Etcd, error) {
	wal.SegmentSizeBytes = walSegment
	member, err := embed.StartEtcd(memberConfig(dir))
	if err != nil {
		return nil, fmt.Errorf("open the journal in %s: %w", dir, err)
	}
	select {
	case <-member.Server.ReadyNotify():
		return member, nil
	case <-time.After(readyWithin):
		err = fmt.Errorf("open the journal in %s: not ready within %s", dir, readyWithin)
	case err = <-member.Err():
		err = fmt.Errorf("open the journal in %s: %w", dir, err)
	case <-ctx.Done():
		err = ctx.Err()
	}
	member.Close()
	return nil, err
}

// memberConfig is a single member that listens nowhere: its only client is in
// this process.
func memberConfig(dir string) *embed.Config {
	c := embed.NewConfig()
	c.Name, c.Dir = "noon", filepath.Join(dir, "etcd")
	nowhere := []url.URL{{Scheme: "http", Host: "localhost:0"}}
	c.ListenPeerUrls, c.ListenClientUrls = nil, nil
	c.AdvertisePeerUrls, c.AdvertiseClientUrls = nowhere, nowhere
	c.InitialCluster = c.InitialClusterFromName(c.Name)
	// A single member need not wait for others.
	c.TickMs, c.ElectionMs = 10, 100
	c.QuotaBackendBytes = quota
	c.AutoCompactionMode, c.AutoCompactionRetention = "periodic", "1h"
	c.SocketOpts = transport.SocketOpts{}
	c.ZapLoggerBuilder = embed.NewZapLoggerBuilder(zap.NewNop())
	return c
}

// dropLeases ends the leases of controllers that had the folder open before.
func (j *Journal) dropLeases(ctx context.Context) error {
	deadline, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	answer, err := j.client.Leases(deadline)
	if err != nil {
		return fmt.Errorf("read old leases: %w", err)
	}
	for _, l := range answer.Leases {
		if _, err := j.client.Revoke(deadline, l.ID); err != nil && !isGone(err) {
			return fmt.Errorf("end an old lease: %w", err)
		}
	}
	return nil
}
