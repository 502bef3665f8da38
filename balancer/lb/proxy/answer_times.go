package proxy

import (
	"sort"
	"time"
)

// answerBounds part the times until an answer began, in seconds. From one to the
// next it is a factor of 1.5 at the most, so that one always lies between a time
// and its double. Sums over several load balancers need the same bounds, so they
// are no option.
var answerBounds = [...]float64{
	.001, .0015, .002, .003, .004, .005, .0075, .01, .015, .02, .03, .04, .05, .075,
	.1, .15, .2, .3, .4, .5, .75, 1, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10,
}

// answerTimes count answers, each in the first bucket whose bound it keeps;
// the last bucket has none.
type answerTimes [len(answerBounds) + 1]int64

func (a *answerTimes) add(took time.Duration) {
	a[sort.SearchFloat64s(answerBounds[:], took.Seconds())]++
}

// upTo adds the buckets up: how many kept each bound, and at the end all.
func (a answerTimes) upTo() []int64 {
	counts := make([]int64, len(a))
	var sum int64
	for i, n := range a {
		sum += n
		counts[i] = sum
	}
	return counts
}
