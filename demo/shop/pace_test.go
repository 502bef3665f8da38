package shop

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

// lengths of many pages, in order.
func lengths(kind Kind) []time.Duration {
	c := Config{Pace: 20 * time.Millisecond, Fault: Fault{Kind: kind}}
	all := make([]time.Duration, 200_000)
	for i := range all {
		all[i] = c.length()
	}
	slices.Sort(all)
	return all
}

// ratio of the same quantile of two shops.
func ratio(a, b []time.Duration, quantile float64) float64 {
	at := int(quantile * float64(len(a)))
	return float64(a[at]) / float64(b[at])
}

func TestALongTailDoublesTheP99AndLeavesTheMedian(t *testing.T) {
	tail, none := lengths(Tail), lengths(None)
	if r := ratio(tail, none, .5); math.Abs(r-1) > .05 {
		t.Errorf("the median is %.3f times what it was", r)
	}
	if r := ratio(tail, none, .99); math.Abs(r-2) > .2 {
		t.Errorf("the p99 is %.3f times what it was", r)
	}
	if median := none[len(none)/2]; median < 19*time.Millisecond || median > 21*time.Millisecond {
		t.Errorf("the median is %s, the pace 20ms", median)
	}
}

func TestATailWithoutAPaceIsRefused(t *testing.T) {
	err := Run(t.Context(), Config{Listen: "127.0.0.1:0", Fault: Fault{Kind: Tail}})
	if err == nil || !strings.Contains(err.Error(), "pace") {
		t.Errorf("%v", err)
	}
}
