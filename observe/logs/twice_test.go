package logs

import (
	"fmt"
	"testing"
	"time"
)

func TestBothStreamsOfAContainerAreReadWhicheverIsAhead(t *testing.T) {
	d, at := &docker{}, time.Now().UTC()
	read := func(after int) bool {
		line := at.Add(time.Duration(after)).Format(time.RFC3339Nano) + " line"
		return len(d.whole(nil, []byte(line))) > 0
	}
	d.data(time.Minute)
	for _, after := range []int{2, 1, 2} {
		if !read(after) {
			t.Errorf("the line after %d ns is lost", after)
		}
	}
	d.data(time.Minute)
	for after, want := range []bool{false, false, false, true} {
		if read(after) != want {
			t.Errorf("run again, the line after %d ns is read: %v", after, !want)
		}
	}
}

func TestEntriesOfTheJournalThatComeTwiceAreReadOnce(t *testing.T) {
	j, read := newJournald("shop"), 0
	for range 2 {
		for i := range 20_000 {
			read += min(1, len(j.whole(nil, fmt.Appendf(nil, `{"__CURSOR":"s=%d","MESSAGE":"x"}`, i))))
		}
	}
	if read != 20_000 {
		t.Errorf("20,000 entries became %d", read)
	}
	for i := range 10 * recentMost {
		j.whole(nil, fmt.Appendf(nil, `{"__CURSOR":"t=%d","MESSAGE":"x"}`, i))
	}
	if kept := len(j.recent) + len(j.older); kept > 2*recentMost {
		t.Errorf("%d are remembered", kept)
	}
}
