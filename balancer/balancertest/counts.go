package balancertest

import (
	"io"
	"net/http"
	"testing"
	"time"

	"noon/demo/customers"
	"noon/demo/shop"
	"noon/fleet"
)

// What customers ask of the only server, one after the other.
const (
	good, rejected, failed, slow = 20, 7, 5, 4
	asked                        = good + rejected + failed + slow
	slowTakes                    = 400 * time.Millisecond
)

// countsAnswers asks for known numbers of pages, each of which must be counted
// once and as what it was.
func (h Harness) countsAnswers(t *testing.T) {
	p := h.open(t, 1)
	p.needs(p.driver.Capabilities().Counters, "counters")
	p.restartWith("web1", shop.Fault{Kind: shop.Endpoint, Path: "/cart"})
	p.until("web1", "serving", fleet.Standing.Serving)
	before := p.standing("web1")
	p.load("/", good, http.StatusOK)
	p.load("/nowhere", rejected, http.StatusNotFound)
	p.load("/cart", failed, http.StatusInternalServerError)
	p.load("/slow?for="+slowTakes.String(), slow, http.StatusOK)
	p.until("web1", "known to have answered all", func(s fleet.Standing) bool {
		return more(s.Counters.Requests, before.Counters.Requests) >= asked && more(s.Counters.Errors, before.Counters.Errors) >= failed
	})
	after := p.standing("web1")
	for what, n := range map[string][2]int64{
		"requests":    {more(after.Counters.Requests, before.Counters.Requests), asked},
		"answers 4xx": {more(after.Counters.Rejected, before.Counters.Rejected), rejected},
		"answers 5xx": {more(after.Counters.Errors, before.Counters.Errors), failed},
		"failures":    {more(after.Counters.Failures, before.Counters.Failures), 0},
	} {
		if n[0] != n[1] {
			t.Errorf("%d %s are counted, %d there were", n[0], what, n[1])
		}
	}
	p.timesAnswers(before, after)
	if p.driver.Capabilities().InFlight {
		p.countsTheCut()
	}
}

// countsTheCut kills the server while it has requests: those are failures, and
// requests all the same.
func (p *pool) countsTheCut() {
	const cut = 3
	before := p.standing("web1").Counters
	crowd := p.customers(customers.Config{Slow: cut, SlowLeast: 20 * time.Second})
	p.until("web1", "busy", func(s fleet.Standing) bool { return s.InFlight.N >= cut })
	p.shops["web1"].Kill()
	p.untilCounted(crowd, "cut", func(t customers.Tally) bool { return t.Failed >= cut })
	crowd.Stop()
	p.until("web1", "known to have failed", func(s fleet.Standing) bool {
		failures := more(s.Counters.Failures, before.Failures)
		return failures >= cut && more(s.Counters.Requests, before.Requests) >= failures
	})
}

// more is what was counted in between; -1 where it is not known.
func more(after, before fleet.Count) int64 {
	if !after.Known || !before.Known {
		return -1
	}
	return after.N - before.N
}

// load asks for a page some times, over the balancer.
func (p *pool) load(page string, times, want int) {
	p.t.Helper()
	client := http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	for range times {
		answer, err := client.Get(p.balancer.URL() + page)
		if err != nil {
			p.t.Fatalf("GET %s: %v", page, err)
		}
		_, _ = io.Copy(io.Discard, answer.Body) // its status is what counts
		answer.Body.Close()
		if answer.StatusCode != want {
			p.t.Fatalf("GET %s: %s, want %d", page, answer.Status, want)
		}
	}
}

// timesAnswers looks at the times of answers, as the balancer has them: each
// one in buckets, or the average only. Machines may be slow, so a fast answer
// may be found among the slow ones; never the other way round.
func (p *pool) timesAnswers(before, after fleet.Standing) {
	times, average := after.Counters.AnswerTimes, after.AnswerTime
	switch {
	case times.Known():
		p.inBuckets(before.Counters.AnswerTimes, times)
	case average.Known():
		if least := slow * slowTakes.Seconds() / asked / 2; average.Seconds < least || average.Seconds > patience.Seconds() || average.Over < asked {
			p.t.Errorf("%d of %d answers took %s, and the average is %+v", slow, asked, slowTakes, average)
		}
	default:
		p.t.Errorf("it claims to count, and nothing is known of the times of answers: %+v", after)
	}
}

func (p *pool) inBuckets(before, after fleet.Histogram) {
	if !before.Known() || len(before.Count) != len(after.Count) || len(after.Count) != len(after.LE)+1 {
		p.t.Fatalf("the times are %+v, and then %+v", before, after)
	}
	last := len(after.LE)
	if n := after.Count[last] - before.Count[last]; n != asked {
		p.t.Errorf("%d answers are timed, %d there were", n, asked)
	}
	var fast int64
	for i, bound := range after.LE {
		if bound < slowTakes.Seconds() {
			fast = after.Count[i] - before.Count[i]
		}
		if i > 0 && after.Count[i] < after.Count[i-1] {
			p.t.Errorf("the counts are not cumulative: %v", after.Count)
		}
	}
	if fast > asked-slow {
		p.t.Errorf("%d answers are said to be fast, %d took %s", fast, slow, slowTakes)
	}
}
