package journal

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"sync"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
	"go.etcd.io/etcd/server/v3/storage/wal"
)

const (
	// memberFolder holds etcd's files, below the state folder.
	memberFolder = "etcd"
	// walSegment is what etcd preallocates for its log at a time; its default
	// of 64 MB is for busy clusters.
	walSegment = 4 << 20
	// defragFrom is how many MB must be free inside etcd's file for it to be
	// written anew at the start.
	defragFrom = 16
	// readyWithin is how long the member may take to start, endWithin to end.
	readyWithin = 30 * time.Second
	endWithin   = 5 * time.Second
)

// smallSegments sets etcd's own package variable, once: there is no other way
// to say it.
var smallSegments = sync.OnceFunc(func() { wal.SegmentSizeBytes = walSegment })

// member is the etcd member in this process.
type member struct {
	etcd *embed.Etcd
	log  *memberLog
}

// startMember starts the member with its files below dir. died is called when
// it cannot go on.
func startMember(ctx context.Context, dir string, quota int64, died context.CancelCauseFunc) (*member, error) {
	smallSegments()
	log, err := openLog(dir, died)
	if err != nil {
		return nil, err
	}
	m := &member{log: log}
	if m.etcd, err = m.launch(memberConfig(dir, quota, log)); err == nil {
		err = m.ready(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, m.close())
	}
	return m, nil
}

// launch starts etcd in a goroutine of its own: what it cannot read it calls
// fatal, and that ends the goroutine which found it (see memberLog); another
// may then wait for that one for ever, and is left behind.
func (m *member) launch(config *embed.Config) (*embed.Etcd, error) {
	type outcome struct {
		etcd *embed.Etcd
		err  error
	}
	done := make(chan outcome, 1)
	go func() {
		o := outcome{err: errDied}
		defer func() {
			if r := recover(); r != nil {
				o = outcome{err: fmt.Errorf("etcd cannot start: %v", r)}
			}
			done <- o
		}()
		o.etcd, o.err = embed.StartEtcd(config)
	}()
	select {
	case o := <-done:
		if fatal := m.log.fatal(); fatal != nil {
			return nil, fatal
		}
		return o.etcd, o.err
	case <-m.log.dead:
		return nil, m.log.fatal()
	}
}

var errDied = errors.New("etcd ended while it started")

func (m *member) ready(ctx context.Context) error {
	deadline, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	select {
	case <-m.etcd.Server.ReadyNotify():
		return nil
	case err := <-m.etcd.Err():
		return err
	case <-m.log.dead:
		return m.log.fatal()
	case <-deadline.Done():
		return fmt.Errorf("etcd was not ready within %s: %w", readyWithin, deadline.Err())
	}
}

// close ends the member. One that died may hold locks that nobody will ever
// release, so it is not waited for without limit; what it acknowledged is on
// the disk.
func (m *member) close() error {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if m.etcd != nil {
			m.etcd.Close()
		}
	}()
	select {
	case <-ended:
	case <-time.After(endWithin):
		if m.log.fatal() == nil {
			return fmt.Errorf("etcd did not end within %s", endWithin)
		}
	}
	return m.log.close()
}

// memberConfig is a single member that listens nowhere: its only client is in
// this process.
func memberConfig(dir string, quota int64, log *memberLog) *embed.Config {
	c := embed.NewConfig()
	c.Name, c.Dir = "noon", filepath.Join(dir, memberFolder)
	nowhere := []url.URL{{Scheme: "http", Host: "localhost:0"}}
	c.ListenPeerUrls, c.ListenClientUrls = nil, nil
	c.AdvertisePeerUrls, c.AdvertiseClientUrls = nowhere, nowhere
	c.InitialCluster = c.InitialClusterFromName(c.Name)
	// A single member need not wait for others.
	c.TickMs, c.ElectionMs = 10, 100
	c.QuotaBackendBytes = quota
	c.AutoCompactionMode, c.AutoCompactionRetention = "periodic", "1h"
	c.BootstrapDefragThresholdMegabytes = defragFrom
	c.ZapLoggerBuilder = embed.NewZapLoggerBuilder(log.logger())
	return c
}
