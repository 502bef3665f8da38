package monitors_test

import (
	"testing"

	"noon/judge/monitors/simulated"
)

// TestOtherMethodsAreFair: in the world they were made for, equal servers and
// nothing else, a look at the end is wrong as often as it says, and they find
// what is plain.
func TestOtherMethodsAreFair(t *testing.T) {
	nothing := bakeAll(simulated.World{}, simulated.Fault{}, 1, 30, true)
	plain := bakeAll(simulated.World{}, simulated.Fault{Points: 0.2}, 1, 3, true)
	for m := ranksAtEnd; m < methodCount; m++ {
		if wrong := foundBy(nothing, m).share; m != ranksPeeking && wrong > 0.2 {
			t.Errorf("%s: %.2f false alarms among equal servers", shortNames[m], wrong)
		}
		if right := foundBy(plain, m).share; right < 1 {
			t.Errorf("%s: 20 points of errors found in %.2f only", shortNames[m], right)
		}
	}
}
