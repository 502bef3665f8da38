package proxy

import (
	"slices"
	"testing"
	"time"
)

func TestAnAnswerIsCountedAtEveryBoundThatItKept(t *testing.T) {
	var a answerTimes
	for _, took := range []time.Duration{0, time.Millisecond, 1001 * time.Microsecond, 10 * time.Second, time.Hour} {
		a.add(took)
	}
	counts := a.upTo()
	last := len(answerBounds)
	if counts[0] != 2 || counts[1] != 3 || counts[last-2] != 3 || counts[last-1] != 4 || counts[last] != 5 {
		t.Errorf("%v", counts)
	}
}

func TestABoundLiesBetweenEveryTimeAndItsDouble(t *testing.T) {
	if !slices.IsSorted(answerBounds[:]) {
		t.Error("the bounds do not rise")
	}
	for i := range answerBounds[1:] {
		if answerBounds[i+1] > 1.6*answerBounds[i] {
			t.Errorf("from %v to %v is too far", answerBounds[i], answerBounds[i+1])
		}
	}
}
