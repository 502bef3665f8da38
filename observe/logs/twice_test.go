package logs

import (
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
