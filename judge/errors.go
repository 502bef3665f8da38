package judge

import (
	"fmt"
	"math"

	"noon/fleet"
)

const (
	// errorRatio is how many times more errors than the live servers a server
	// may show before they count against it at once, in any look: what no lasting
	// difference between servers explains. Less is the judge of monitors' matter.
	errorRatio = 5
	// errorsLeast is how many errors are needed to say anything.
	errorsLeast = 5
	// errorChance is the chance of a false finding that is accepted for one
	// look. The looks of a watch are not independent.
	errorChance = 1e-7
)

// tally is what one server answered since the first look.
type tally struct {
	requests, errors int64
	last             fleet.Counters
	seen             bool
	known            bool
}

// errorCounts follows the balancer's counters per server. A counter that
// falls, and a new epoch, begin anew: what was counted before is kept.
type errorCounts struct {
	watch   Watch
	epoch   string
	servers map[string]*tally
}

func newErrorCounts(w Watch) errorCounts {
	return errorCounts{watch: w, servers: map[string]*tally{}}
}

func (e *errorCounts) add(l seen) {
	if l.PoolTrouble != "" {
		return
	}
	restarted := e.epoch != "" && l.Pool.Epoch != e.epoch
	e.epoch = l.Pool.Epoch
	for _, u := range e.watch.Upgraded {
		e.addServer(l, u.Server.Name, restarted)
	}
	for _, s := range e.watch.Live {
		e.addServer(l, s.Name, restarted)
	}
}

func (e *errorCounts) addServer(l seen, name string, restarted bool) {
	standing, ok := l.standings[name]
	c := standing.Counters
	if !ok || !c.Requests.Known || !c.Errors.Known {
		return
	}
	t := e.servers[name]
	if t == nil {
		t = &tally{}
		e.servers[name] = t
	}
	fell := c.Requests.N < t.last.Requests.N || c.Errors.N < t.last.Errors.N
	switch {
	case !t.seen:
	case restarted || fell:
		t.requests += c.Requests.N
		t.errors += failures(c)
	default:
		t.requests += c.Requests.N - t.last.Requests.N
		t.errors += max(failures(c)-failures(t.last), 0)
	}
	t.last, t.seen, t.known = c, true, true
}

// failures are answers of class 5xx and requests that got none.
func failures(c fleet.Counters) int64 {
	if !c.Failures.Known {
		return c.Errors.N
	}
	return c.Errors.N + c.Failures.N
}

// requests that upgraded servers answered, unknown if any is.
func (e *errorCounts) requests(upgraded []Upgraded) fleet.Count {
	sum := fleet.Known(0, "api")
	for _, u := range upgraded {
		t := e.servers[u.Server.Name]
		if t == nil || !t.known {
			return fleet.Count{}
		}
		sum.N += t.requests
	}
	return sum
}

// excess returns in words why the server fails more requests than the live
// ones, "" if it does not. Given all errors together, those of the server are
// binomial with its share of the requests, weighted by the ratio that is
// still accepted (the conditional test of two Poisson rates).
func (e *errorCounts) excess(u Upgraded) string {
	t := e.servers[u.Server.Name]
	if t == nil || t.errors < errorsLeast {
		return ""
	}
	var live tally
	for _, s := range e.watch.Live {
		if l := e.servers[s.Name]; l != nil {
			live.requests += l.requests
			live.errors += l.errors
		}
	}
	if live.requests == 0 || t.requests == 0 {
		return ""
	}
	// One error is added to the live side, so that none at all is not taken
	// for a rate of zero.
	share := errorRatio * float64(t.requests) / (errorRatio*float64(t.requests) + float64(live.requests))
	if binomialTail(t.errors, t.errors+live.errors+1, share) > e.chance() {
		return ""
	}
	return fmt.Sprintf("%d of %d requests failed (%.2f %%); on the %d servers with the live version %d of %d (%.2f %%)",
		t.errors, t.requests, percent(t.errors, t.requests), len(e.watch.Live), live.errors, live.requests, percent(live.errors, live.requests))
}

// chance is the chance of a false finding; several versions that are judged at
// once share it.
func (e *errorCounts) chance() float64 {
	return errorChance / float64(max(1, len(e.watch.Versions)))
}

func percent(part, whole int64) float64 { return 100 * float64(part) / float64(whole) }

// binomialTail returns P(X >= k) for X ~ Bin(n, p), summed from k upwards.
func binomialTail(k, n int64, p float64) float64 {
	sum := 0.0
	for i := k; i <= n; i++ {
		term := math.Exp(logChoose(n, i) + float64(i)*math.Log(p) + float64(n-i)*math.Log1p(-p))
		sum += term
		if float64(i) > float64(n)*p && term < sum*1e-12 {
			break
		}
	}
	return math.Min(sum, 1)
}

func logChoose(n, k int64) float64 {
	a, _ := math.Lgamma(float64(n + 1))
	b, _ := math.Lgamma(float64(k + 1))
	c, _ := math.Lgamma(float64(n - k + 1))
	return a - b - c
}
