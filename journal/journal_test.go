package journal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestEveryEtcdKeepsThePromises(t *testing.T) {
	t.Parallel()
	eachStore(t, map[string]func(t *testing.T, j *Journal){
		"entries are read back in order":                    entriesAreReadBack,
		"rollouts and services are found":                   rolloutsAndServicesAreFound,
		"an entry without the one before is refused":        aGapIsRefused,
		"one of two writers of a sequence wins":             oneWriterWins,
		"one of two beginners of a rollout gets its number": oneBeginnerWins,
		"a stale controller cannot write":                   theStaleCannotWrite,
		"a lease is renewed longer than it lasts":           aLeaseIsRenewed,
		"another service's lease does not count":            anothersLeaseDoesNotCount,
		"a released lease is free at once":                  aReleasedLeaseIsFree,
		"a watch sees every entry once":                     aWatchSeesAll,
		"an entry that is too large is refused":             tooLargeIsRefused,
		"the largest entry is taken":                        theLargestIsTaken,
		"a service with a slash in its name is refused":     aSlashIsRefused,
	})
}

func entriesAreReadBack(t *testing.T, j *Journal) {
	l := acquire(t, j, "read", "ana")
	rollout := begin(t, j, "read", l)
	const n = 2*pageSize + 10
	for i := int64(2); i <= n; i++ {
		appended(t, j, "read", rollout, Entry{i, fmt.Appendf(nil, "%d\n\x00", i)}, l)
	}
	all, err := j.Read(t.Context(), "read", rollout, 1)
	if err != nil || len(all) != n || string(all[n-1].Value) != fmt.Sprintf("%d\n\x00", n) {
		t.Fatalf("%d entries, %v", len(all), err)
	}
	for _, from := range []int64{1, 7, pageSize, pageSize + 1, n, n + 1} {
		some, err := j.Read(t.Context(), "read", rollout, from)
		if err != nil || int64(len(some)) != n-from+1 {
			t.Errorf("from %d: %d entries, %v", from, len(some), err)
		}
	}
	if last, err := j.Last(t.Context(), "read", rollout); err != nil || last.Sequence != n {
		t.Errorf("last is %d, %v", last.Sequence, err)
	}
	if last, err := j.Last(t.Context(), "read", rollout+1); err != nil || last.Sequence != 0 {
		t.Errorf("last of a rollout that is not there is %d, %v", last.Sequence, err)
	}
}

func rolloutsAndServicesAreFound(t *testing.T, j *Journal) {
	for _, service := range []string{"many", "many-1", "many.1", "man"} {
		l := acquire(t, j, service, "ana")
		for want := int64(1); want <= 12; want++ {
			if got := begin(t, j, service, l); got != want {
				t.Fatalf("%s: rollout %d instead of %d", service, got, want)
			}
		}
		numbers, err := j.Rollouts(t.Context(), service)
		if err != nil || len(numbers) != 12 || !slices.IsSorted(numbers) || numbers[11] != 12 {
			t.Errorf("%s: rollouts %v, %v", service, numbers, err)
		}
	}
	services, err := j.Services(t.Context())
	if err != nil || !slices.IsSorted(services) {
		t.Fatalf("services %v, %v", services, err)
	}
	for _, want := range []string{"many", "many-1", "many.1", "man"} {
		if !slices.Contains(services, want) {
			t.Errorf("%s is not among %v", want, services)
		}
	}
	if len(slices.Compact(slices.Clone(services))) != len(services) {
		t.Errorf("%v has doubles", services)
	}
}

func aGapIsRefused(t *testing.T, j *Journal) {
	l := acquire(t, j, "gap", "ana")
	rollout := begin(t, j, "gap", l)
	if err := j.Append(t.Context(), "gap", rollout, Entry{3, []byte("x")}, l); !errors.Is(err, ErrGap) {
		t.Errorf("entry 3 after 1: %v", err)
	}
	if err := j.Append(t.Context(), "gap", rollout+1, Entry{2, []byte("x")}, nil); !errors.Is(err, ErrGap) {
		t.Errorf("an entry of a rollout that was not begun: %v", err)
	}
	if _, err := j.Begin(t.Context(), "gap", []byte("x"), nil); !errors.Is(err, ErrFenced) {
		t.Errorf("begun without a lease: %v", err)
	}
	// Somebody deletes history by hand.
	appended(t, j, "gap", rollout, Entry{2, []byte("x")}, l)
	appended(t, j, "gap", rollout, Entry{3, []byte("x")}, l)
	if _, err := j.client.Delete(t.Context(), j.entryKey("gap", rollout, 2)); err != nil {
		t.Fatal(err)
	}
	if _, err := j.Read(t.Context(), "gap", rollout, 1); !errors.Is(err, ErrGap) {
		t.Errorf("read over a gap: %v", err)
	}
}

func oneWriterWins(t *testing.T, j *Journal) {
	l := acquire(t, j, "race", "ana")
	rollout := begin(t, j, "race", l)
	results := make(chan error, 20)
	for range cap(results) {
		go func() {
			// All write the same, and still only one has written it.
			results <- j.Append(context.Background(), "race", rollout, Entry{2, []byte("same")}, l)
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
}

func oneBeginnerWins(t *testing.T, j *Journal) {
	l := acquire(t, j, "beginners", "ana")
	numbers := make(chan int64, 8)
	for range cap(numbers) {
		go func() {
			n, err := j.Begin(context.Background(), "beginners", []byte("same"), l)
			if err != nil {
				t.Error(err)
			}
			numbers <- n
		}()
	}
	seen := map[int64]bool{}
	for range cap(numbers) {
		n := <-numbers
		if seen[n] || n < 1 || n > int64(cap(numbers)) {
			t.Errorf("number %d was given, after %v", n, seen)
		}
		seen[n] = true
	}
}

func theStaleCannotWrite(t *testing.T, j *Journal) {
	stale := acquire(t, j, "stale", "ana")
	rollout := begin(t, j, "stale", stale)
	var held *HeldError
	_, err := j.Acquire(t.Context(), "stale", Holder{Name: "ben"})
	if !errors.As(err, &held) || held.Holder.Name != "ana" || held.Expires.IsZero() {
		t.Fatalf("a second holder: %v", err)
	}
	// ana's lease ends behind her back: her own clock does not know it yet.
	if _, err := j.client.Revoke(t.Context(), stale.id); err != nil {
		t.Fatal(err)
	}
	fresh := acquire(t, j, "stale", "ben")
	if err := j.Append(t.Context(), "stale", rollout, Entry{2, []byte("stale")}, stale); !errors.Is(err, ErrFenced) {
		t.Fatalf("the stale controller wrote: %v", err)
	}
	if _, err := j.Begin(t.Context(), "stale", []byte("stale"), stale); !errors.Is(err, ErrFenced) {
		t.Fatalf("the stale controller began: %v", err)
	}
	appended(t, j, "stale", rollout, Entry{2, []byte("fresh")}, fresh)
	<-stale.Lost()
	if stale.Remaining() != 0 {
		t.Error("a lost lease has time left")
	}
	if err := stale.Release(t.Context()); err != nil {
		t.Errorf("a lost lease is released: %v", err)
	}
	if h, ok, err := j.Holder(t.Context(), "stale"); !ok || h.Name != "ben" || err != nil {
		t.Errorf("the holder is %v, %v", h, err)
	}
}

func aLeaseIsRenewed(t *testing.T, j *Journal) {
	// Of the usual length: a short one may rightly be lost on a busy machine.
	l := acquire(t, j, "renewed", "ana")
	rollout := begin(t, j, "renewed", l)
	// Ten renewals span its whole time.
	seen := l.lastRenewed()
	for range 12 {
		await(t, func() bool { return l.lastRenewed() != seen })
		seen = l.lastRenewed()
	}
	appended(t, j, "renewed", rollout, Entry{2, []byte("x")}, l)
	if err := l.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (l *Lease) lastRenewed() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.renewed
}

// quickly is the journal with leases of two seconds.
func quickly(j *Journal) *Journal {
	quick := newJournal(j.prefix)
	quick.client, quick.ttl = j.client, 2*time.Second
	return quick
}

func await(t testing.TB, what func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !what(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it did not happen within 30 s")
		}
	}
}

func anothersLeaseDoesNotCount(t *testing.T, j *Journal) {
	mine, others := acquire(t, j, "mine", "ana"), acquire(t, j, "others", "ana")
	rollout := begin(t, j, "mine", mine)
	if err := j.Append(t.Context(), "mine", rollout, Entry{2, []byte("x")}, others); !errors.Is(err, ErrFenced) {
		t.Errorf("written with another's lease: %v", err)
	}
}

func aReleasedLeaseIsFree(t *testing.T, j *Journal) {
	l := acquire(t, j, "free", "ana")
	rollout := begin(t, j, "free", l)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Release(ended); err != nil { // as after Ctrl-C
		t.Fatal(err)
	}
	<-l.Lost()
	if _, ok, err := j.Holder(t.Context(), "free"); ok || err != nil {
		t.Errorf("a released lease is held: %v", err)
	}
	if err := j.Append(t.Context(), "free", rollout, Entry{2, []byte("x")}, l); !errors.Is(err, ErrFenced) {
		t.Errorf("written with a released lease: %v", err)
	}
	acquire(t, j, "free", "ben")
}

func aWatchSeesAll(t *testing.T, j *Journal) {
	l := acquire(t, j, "watch", "ana")
	ctx, cancel := context.WithCancel(t.Context())
	entries := j.Watch(ctx, "watch", 1, 1) // before there is one
	rollout := begin(t, j, "watch", l)
	const n = 50
	for i := int64(2); i <= n; i++ {
		appended(t, j, "watch", rollout, Entry{i, []byte("x")}, nil)
	}
	inOrder(t, entries, 1, n)
	begin(t, j, "watch", l) // another rollout does not ring here
	cancel()
	for e := range entries {
		t.Errorf("entry %d after the end", e.Sequence)
	}
}

func inOrder(t testing.TB, entries <-chan Entry, from, to int64) {
	t.Helper()
	for want := from; want <= to; want++ {
		if e, ok := <-entries; !ok || e.Sequence != want {
			t.Fatalf("the watch sent %d instead of %d", e.Sequence, want)
		}
	}
}

func tooLargeIsRefused(t *testing.T, j *Journal) {
	err := j.Append(t.Context(), "large", 1, Entry{2, make([]byte, valueMost+1)}, nil)
	if !errors.Is(err, ErrTooLarge) || !strings.Contains(err.Error(), "1310721 bytes") {
		t.Error(err)
	}
}

func theLargestIsTaken(t *testing.T, j *Journal) {
	l := acquire(t, j, "largest", "ana")
	rollout := begin(t, j, "largest", l)
	appended(t, j, "largest", rollout, Entry{2, make([]byte, valueMost)}, l)
	if last, err := j.Last(t.Context(), "largest", rollout); err != nil || len(last.Value) != valueMost {
		t.Errorf("%d bytes, %v", len(last.Value), err)
	}
}

func aSlashIsRefused(t *testing.T, j *Journal) {
	for _, service := range []string{"", "a/00000001", "a\nb", strings.Repeat("a", 200)} {
		if _, err := j.Acquire(t.Context(), service, Holder{}); err == nil {
			t.Errorf("%.20q was taken", service)
		}
	}
}
