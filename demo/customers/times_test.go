package customers

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

func TestCustomersTogetherKeepTheirRateAndComeAtRandom(t *testing.T) {
	const n = 100_000
	at := Config{Gets: 8, Posts: 2, Together: 80}.times()
	began := time.Unix(0, 0)
	due := at.first(began)
	short := 0
	for range n {
		next := at.after(due, due)
		if next.Sub(due) < 62_500*time.Microsecond { // half of the mean
			short++
		}
		due = next
	}
	// Each of the ten asks 8 times a second.
	if rate := n / due.Sub(began).Seconds(); math.Abs(rate-8) > .2 {
		t.Errorf("one customer asks %.2f times a second", rate)
	}
	if share := float64(short) / n; math.Abs(share-(1-math.Exp(-.5))) > .02 {
		t.Errorf("%.3f of the pauses are shorter than half of the mean: they are not random", share)
	}
}

func TestALateAnswerDoesNotLowerTheRateButNobodyStormsAShopThatComesBack(t *testing.T) {
	at := random{10}
	due := time.Unix(1000, 0)
	if next := at.after(due, due.Add(500*time.Millisecond)); next.Sub(due) > 5*time.Second {
		t.Errorf("the next is due %s after one that was due", next.Sub(due))
	}
	now := due.Add(time.Minute)
	if next := at.after(due, now); next.Before(now) {
		t.Errorf("a minute of requests is made up for: the next was due at %s", next)
	}
}

func TestPagesAreLoadedAsTheMixSays(t *testing.T) {
	m := newMix(map[string]float64{"/": 70, "/cart": 28.6, "/slow?for=1ms": 1.4})
	counts := map[string]float64{}
	for range 100_000 {
		counts[m.page(rand.Float64())]++
	}
	for page, want := range map[string]float64{"/": .7, "/cart": .286, "/slow?for=1ms": .014} {
		if share := counts[page] / 100_000; math.Abs(share-want) > .01 {
			t.Errorf("%s is %.3f of all, want %.3f", page, share, want)
		}
	}
	if page := newMix(nil).page(.9999999); page != "/cart" {
		t.Errorf("the last page is %s", page)
	}
}
