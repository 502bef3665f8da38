package journal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"noon/testbed"
)

// stores are the kinds of etcd that every promise is tested on.
var stores = map[string]func(t *testing.T) *Journal{
	"embedded": func(t *testing.T) *Journal { return openHere(t, filepath.Join(t.TempDir(), "state")) },
	"cluster of three over TLS": func(t *testing.T) *Journal {
		return connect(t, testbed.StartEtcd(t, 3, true))
	},
}

func openHere(t *testing.T, dir string) *Journal {
	t.Helper()
	j, err := OpenEmbedded(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

func connect(t *testing.T, e *testbed.Etcd) *Journal {
	t.Helper()
	j, err := Connect(t.Context(), Cluster{Endpoints: e.Endpoints, CAFile: e.CAFile, CertFile: e.CertFile, KeyFile: e.KeyFile})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

func eachStore(t *testing.T, test func(t *testing.T, j *Journal)) {
	for name, open := range stores {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func acquire(t *testing.T, j *Journal, name string) *Lease {
	t.Helper()
	l, err := j.Acquire(t.Context(), "shop", Holder{Name: name, PID: 1, Host: "laptop", Since: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func begin(t *testing.T, j *Journal, l *Lease) int64 {
	t.Helper()
	rollout, err := j.Begin(t.Context(), "shop", []byte("first"), l)
	if err != nil {
		t.Fatal(err)
	}
	return rollout
}

func TestEntriesAreReadBackInOrder(t *testing.T) {
	eachStore(t, func(t *testing.T, j *Journal) {
		l := acquire(t, j, "ana")
		rollout := begin(t, j, l)
		const n = 2*pageSize + 10
		for i := int64(2); i <= n; i++ {
			if err := j.Append(t.Context(), "shop", rollout, Entry{i, fmt.Append(nil, i)}, l); err != nil {
				t.Fatal(err)
			}
		}
		all, err := j.Read(t.Context(), "shop", rollout, 1)
		if err != nil || len(all) != n {
			t.Fatalf("%d entries, %v", len(all), err)
		}
		last, err := j.Last(t.Context(), "shop", rollout)
		if err != nil || last.Sequence != n {
			t.Fatalf("last is %d, %v", last.Sequence, err)
		}
		second := begin(t, j, l)
		numbers, err := j.Rollouts(t.Context(), "shop")
		if err != nil || len(numbers) != 2 || numbers[1] != second {
			t.Fatalf("rollouts %v, %v", numbers, err)
		}
	})
}

func TestOneOfTwoWritersOfASequenceWins(t *testing.T) {
	eachStore(t, func(t *testing.T, j *Journal) {
		l := acquire(t, j, "ana")
		rollout := begin(t, j, l)
		results := make(chan error, 20)
		for i := range cap(results) {
			go func() {
				results <- j.Append(context.Background(), "shop", rollout, Entry{2, fmt.Append(nil, i)}, l)
			}()
		}
		won := 0
		for range cap(results) {
			switch err := <-results; {
			case err == nil:
				won++
			case !errors.Is(err, ErrTaken):
				t.Error(err)
			}
		}
		if won != 1 {
			t.Fatalf("%d writers won", won)
		}
	})
}

func TestAStaleControllerCannotWrite(t *testing.T) {
	eachStore(t, func(t *testing.T, j *Journal) {
		stale := acquire(t, j, "ana")
		rollout := begin(t, j, stale)
		var held *HeldError
		if _, err := j.Acquire(t.Context(), "shop", Holder{Name: "ben"}); !errors.As(err, &held) || held.Holder.Name != "ana" {
			t.Fatalf("a second holder: %v", err)
		}
		// ana's lease ends behind her back, as it does when she is paused.
		if _, err := j.client.Revoke(t.Context(), stale.id); err != nil {
			t.Fatal(err)
		}
		fresh := acquire(t, j, "ben")
		if err := j.Append(t.Context(), "shop", rollout, Entry{2, []byte("stale")}, stale); !errors.Is(err, ErrFenced) {
			t.Fatalf("the stale controller wrote: %v", err)
		}
		if err := j.Append(t.Context(), "shop", rollout, Entry{2, []byte("fresh")}, fresh); err != nil {
			t.Fatal(err)
		}
		<-stale.Lost()
		if stale.Remaining() != 0 {
			t.Fatal("a lost lease has time left")
		}
		if err := fresh.Release(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, ok, err := j.Holder(t.Context(), "shop"); ok || err != nil {
			t.Fatalf("a released lease is held: %v", err)
		}
	})
}

func TestAWatchSeesEveryEntryOnce(t *testing.T) {
	eachStore(t, func(t *testing.T, j *Journal) {
		l := acquire(t, j, "ana")
		rollout := begin(t, j, l)
		entries := j.Watch(t.Context(), "shop", rollout, 1)
		const n = 50
		for i := int64(2); i <= n; i++ {
			if err := j.Append(t.Context(), "shop", rollout, Entry{i, []byte("x")}, nil); err != nil {
				t.Fatal(err)
			}
		}
		for want := int64(1); want <= n; want++ {
			if e := <-entries; e.Sequence != want {
				t.Fatalf("entry %d instead of %d", e.Sequence, want)
			}
		}
	})
}

func TestAnEntryThatIsTooLargeIsRefused(t *testing.T) {
	j := openHere(t, t.TempDir())
	err := j.Append(t.Context(), "shop", 1, Entry{1, make([]byte, valueMost+1)}, nil)
	if !errors.Is(err, ErrTooLarge) {
		t.Fatal(err)
	}
}

func TestAMemberIsKilledAndNothingIsLost(t *testing.T) {
	cluster := testbed.StartEtcd(t, 3, true)
	j := connect(t, cluster)
	l := acquire(t, j, "ana")
	rollout := begin(t, j, l)
	entries := j.Watch(t.Context(), "shop", rollout, 2)
	const n = 300
	for i := int64(2); i <= n; i++ {
		if i == n/3 {
			cluster.Kill(t, cluster.Leader(t))
		}
		value := fmt.Append(nil, "entry ", i)
		for {
			err := j.Append(t.Context(), "shop", rollout, Entry{i, value}, l)
			if err == nil {
				break
			}
			if errors.Is(err, ErrTaken) || errors.Is(err, ErrFenced) {
				t.Fatalf("entry %d: %v", i, err)
			}
		}
	}
	all, err := j.Read(t.Context(), "shop", rollout, 1)
	if err != nil || len(all) != n {
		t.Fatalf("%d entries of %d: %v", len(all), n, err)
	}
	for want := int64(2); want <= n; want++ {
		if e := <-entries; e.Sequence != want {
			t.Fatalf("the watch sent %d instead of %d", e.Sequence, want)
		}
	}
}

func TestASecondProcessIsToldWhoHasTheFolder(t *testing.T) {
	dir := t.TempDir()
	j := openHere(t, dir)
	var inUse *InUseError
	if _, err := OpenEmbedded(t.Context(), dir); !errors.As(err, &inUse) || inUse.PID != os.Getpid() {
		t.Fatalf("opened twice: %v", err)
	}
	if l := acquire(t, j, "ana"); l.Remaining() == 0 {
		t.Fatal("the first was disturbed")
	}
}

// TestWhatWasAcknowledgedSurvivesAKill runs a process that appends and says
// what was acknowledged, kills it in the middle, and reads.
func TestWhatWasAcknowledgedSurvivesAKill(t *testing.T) {
	dir := t.TempDir()
	if os.Getenv("NOON_TEST_APPEND") != "" {
		appendForEver(t, os.Getenv("NOON_TEST_APPEND"))
	}
	cmd := exec.Command(os.Args[0], "-test.run", t.Name())
	cmd.Env = append(os.Environ(), "NOON_TEST_APPEND="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	acknowledged := 0
	for acknowledged < 200 {
		var n int
		if _, err := fmt.Fscanln(out, &n); err != nil {
			t.Fatal(err)
		}
		acknowledged = n
	}
	if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
	j := openHere(t, dir)
	all, err := j.Read(t.Context(), "shop", 1, 1)
	if err != nil || len(all) < acknowledged {
		t.Fatalf("%d entries, %d were acknowledged: %v", len(all), acknowledged, err)
	}
	if l := acquire(t, j, "ben"); l.Remaining() == 0 {
		t.Fatal("the dead holder's lease was not dropped")
	}
}

func appendForEver(t *testing.T, dir string) {
	j, err := OpenEmbedded(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	l := acquire(t, j, "ana")
	rollout := begin(t, j, l)
	for i := int64(2); ; i++ {
		if err := j.Append(t.Context(), "shop", rollout, Entry{i, []byte(strings.Repeat("x", 300))}, l); err != nil {
			t.Fatal(err)
		}
		fmt.Println(i)
	}
}

func BenchmarkAppend(b *testing.B) {
	j, err := OpenEmbedded(b.Context(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer j.Close()
	l, err := j.Acquire(b.Context(), "shop", Holder{Name: "ana"})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := j.Begin(b.Context(), "shop", []byte("first"), l); err != nil {
		b.Fatal(err)
	}
	value := []byte(strings.Repeat("x", 300))
	i := int64(2)
	for b.Loop() {
		if err := j.Append(b.Context(), "shop", 1, Entry{i, value}, l); err != nil {
			b.Fatal(err)
		}
		i++
	}
}
