package journal

import (
	"path/filepath"
	"testing"
	"time"

	"noon/testbed"
)

// stores are the kinds of etcd that every promise is tested on.
var stores = []struct {
	name string
	open func(t *testing.T) *Journal
}{
	{"embedded", func(t *testing.T) *Journal { return openHere(t, filepath.Join(t.TempDir(), "state")) }},
	{"one member, TLS, user and password", func(t *testing.T) *Journal {
		e := testbed.StartEtcd(t, 1, testbed.Passwords)
		e.Restrict(t, DefaultPrefix)
		return connect(t, e)
	}},
	{"three members, TLS, client certificate", func(t *testing.T) *Journal {
		return connect(t, testbed.StartEtcd(t, 3, testbed.Certificates))
	}},
}

// eachStore starts each etcd once; each promise has a service of its own.
func eachStore(t *testing.T, promises map[string]func(t *testing.T, j *Journal)) {
	for _, s := range stores {
		t.Run(s.name, func(t *testing.T) {
			j := s.open(t)
			for name, test := range promises {
				t.Run(name, func(t *testing.T) { test(t, j) })
			}
		})
	}
}

func openHere(t testing.TB, dir string) *Journal {
	t.Helper()
	j, err := OpenEmbedded(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mustClose(t, j) })
	return j
}

func mustClose(t testing.TB, j *Journal) {
	t.Helper()
	if err := j.Close(); err != nil {
		t.Error(err)
	}
}

// cluster is how a journal reaches e: with the user and password if there are
// some, else with the certificate.
func cluster(e *testbed.Etcd) Cluster {
	c := Cluster{Endpoints: e.Endpoints, CAFile: e.CAFile, User: e.User, Password: e.Password}
	if e.User == "" {
		c.CertFile, c.KeyFile = e.CertFile, e.KeyFile
	}
	return c
}

func connect(t testing.TB, e *testbed.Etcd) *Journal {
	t.Helper()
	j, err := Connect(t.Context(), cluster(e))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mustClose(t, j) })
	return j
}

func acquire(t testing.TB, j *Journal, service, name string) *Lease {
	t.Helper()
	l, err := j.Acquire(t.Context(), service, Holder{Name: name, PID: 1, Host: "laptop", Since: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func begin(t testing.TB, j *Journal, service string, l *Lease) int64 {
	t.Helper()
	rollout, err := j.Begin(t.Context(), service, []byte("first"), l)
	if err != nil {
		t.Fatal(err)
	}
	return rollout
}

func appended(t testing.TB, j *Journal, service string, rollout int64, e Entry, l *Lease) {
	t.Helper()
	if err := j.Append(t.Context(), service, rollout, e, l); err != nil {
		t.Fatalf("entry %d: %v", e.Sequence, err)
	}
}
