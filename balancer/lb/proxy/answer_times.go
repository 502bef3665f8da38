package proxy

import (
	"slices"
	"sort"
	"time"

	"noon/fleet"
)

// answerBounds part the times until an answer began, in seconds. Between two
// of them is a factor of 1.5 or less where most shops live, so that one always
// lies between a time and its double. They are part of the admin socket's
// words: a sum over load balancers needs the same ones.
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

// histogram adds the buckets up.
func (a answerTimes) histogram() fleet.Histogram {
	h := fleet.Histogram{LE: slices.Clone(answerBounds[:]), Count: make([]int64, len(a))}
	var sum int64
	for i, n := range a {
		sum += n
		h.Count[i] = sum
	}
	return h
}
