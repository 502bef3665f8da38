package journal

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"noon/testbed"
)

func TestAMemberIsKilledAndNothingIsLost(t *testing.T) {
	t.Parallel()
	e := testbed.StartEtcd(t, 3, testbed.Certificates)
	j := connect(t, e)
	l := acquire(t, j, "shop", "ana")
	rollout := begin(t, j, "shop", l)
	entries := j.Watch(t.Context(), "shop", rollout, 2)
	const n = 300
	killed := 0
	for i := int64(2); i <= n; i++ {
		switch i {
		case n / 4:
			killed = e.Leader(t)
			e.Kill(t, killed)
		case n / 2:
			e.Start(t, killed)
		}
		appended(t, j, "shop", rollout, Entry{i, fmt.Append(nil, "entry ", i)}, l)
	}
	inOrder(t, entries, 2, n)
	all, err := j.Read(t.Context(), "shop", rollout, 1)
	if err != nil || len(all) != n {
		t.Fatalf("%d entries of %d: %v", len(all), n, err)
	}
	for _, e := range all[1:] {
		if want := fmt.Sprint("entry ", e.Sequence); string(e.Value) != want {
			t.Errorf("entry %d is %q", e.Sequence, e.Value)
		}
	}
}

func TestAMemberThatRestartsAsksForThePasswordAgain(t *testing.T) {
	t.Parallel()
	e := testbed.StartEtcd(t, 1, testbed.Passwords)
	e.Restrict(t, DefaultPrefix)
	j := connect(t, e)
	l := acquire(t, j, "shop", "ana")
	rollout := begin(t, j, "shop", l)
	entries := j.Watch(t.Context(), "shop", rollout, 1)
	e.Kill(t, 0)
	e.Start(t, 0)
	// On a busy machine it is longer without a leader than one request waits.
	await(t, func() bool {
		_, err := j.Read(t.Context(), "shop", rollout, 1)
		return err == nil
	})
	appended(t, j, "shop", rollout, Entry{2, []byte("after")}, l)
	inOrder(t, entries, 1, 2)
	seen := l.lastRenewed()
	await(t, func() bool { return l.lastRenewed() != seen })
}

func TestWithoutAMajorityNothingIsAcknowledged(t *testing.T) {
	t.Parallel()
	e := testbed.StartEtcd(t, 3, testbed.Anybody)
	j := quickly(connect(t, e))
	l := acquire(t, j, "shop", "ana")
	rollout := begin(t, j, "shop", l)
	e.Kill(t, 0)
	e.Kill(t, 1)
	if err := j.Append(t.Context(), "shop", rollout, Entry{2, []byte("x")}, l); !errors.Is(err, ErrUnknown) {
		t.Errorf("got %v", err)
	}
	<-l.Lost()
	if err := j.Append(t.Context(), "shop", rollout, Entry{2, []byte("x")}, l); !errors.Is(err, ErrFenced) {
		t.Errorf("with a lost lease: %v", err)
	}
	e.Start(t, 0)
	e.Leader(t)
	// A new leader gives leases their whole time once more.
	await(t, func() bool {
		again, err := j.Acquire(t.Context(), "shop", Holder{Name: "ben"})
		var held *HeldError
		if err != nil && !errors.As(err, &held) {
			t.Fatalf("after the majority is back: %v", err)
		}
		return err == nil && again.Release(t.Context()) == nil
	})
}

func TestAPausedHolderFindsItsLeaseLost(t *testing.T) {
	t.Parallel()
	e := testbed.StartEtcd(t, 1, testbed.Anybody)
	j := quickly(connect(t, e))
	h := start(t, "hold and be stopped", "NOON_TEST_ETCD="+strings.Join(e.Endpoints, ","))
	if said := h.says(t); said != "held" {
		t.Fatal(said)
	}
	if err := h.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	var l *Lease
	await(t, func() bool {
		var err error
		l, err = j.Acquire(t.Context(), "shop", Holder{Name: "ben"})
		var held *HeldError
		if err != nil && (!errors.As(err, &held) || held.Holder.Name != "ana") {
			t.Fatal(err)
		}
		return err == nil
	})
	if err := h.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"fenced", "lost", "0s remaining"} {
		if said := h.says(t); said != want {
			t.Errorf("the paused holder says %q, want %q", said, want)
		}
	}
	appended(t, j, "shop", 1, Entry{2, []byte("ben's")}, l)
}

// holdAndBeStopped writes all the time, until it may not any more.
func holdAndBeStopped(t *testing.T) {
	c := Cluster{Endpoints: strings.Split(os.Getenv("NOON_TEST_ETCD"), ",")}
	whole, err := Connect(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	j := quickly(whole)
	l := acquire(t, j, "shop", "ana")
	rollout := begin(t, j, "shop", l)
	fmt.Println("held")
	for err == nil || errors.Is(err, ErrTaken) {
		// Entry 1 is there: with the lease it is refused as taken, by etcd.
		err = j.put(t.Context(), j.first("shop", rollout, []byte("again")), l)
	}
	fmt.Println(map[bool]string{true: "fenced"}[errors.Is(err, ErrFenced)])
	<-l.Lost()
	fmt.Println("lost")
	fmt.Println(l.Remaining(), "remaining")
}

func TestWhatIsWrongWithAClusterIsSaid(t *testing.T) {
	t.Parallel()
	e := testbed.StartEtcd(t, 1, testbed.Passwords)
	e.Restrict(t, DefaultPrefix)
	good := cluster(e)
	for want, change := range map[string]func(c *Cluster){
		"does not accept the user and password": func(c *Cluster) { c.Password = "wrong" },
		"wants a user and password":             func(c *Cluster) { c.User, c.Password = "", "" },
		`readwrite on the prefix "other/"`:      func(c *Cluster) { c.Prefix = "other" },
		"no etcd endpoints":                     func(c *Cluster) { c.Endpoints = nil },
		"read the certificates":                 func(c *Cluster) { c.CAFile = "missing.pem" },
		"no user or password in endpoints":      func(c *Cluster) { c.Endpoints = []string{"https://me:secret@127.0.0.1:1"} },
		"signed by unknown authority":           func(c *Cluster) { c.CAFile = "" },
		"connection refused":                    func(c *Cluster) { c.Endpoints = []string{"https://127.0.0.1:1"} },
	} {
		c := good
		change(&c)
		j, err := Connect(t.Context(), c)
		if err == nil {
			mustClose(t, j)
		}
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}
