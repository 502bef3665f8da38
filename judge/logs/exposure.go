package logs

import (
	"time"

	"noon/judge/logs/evidence"
)

// served is the requests that a server is known to have served, by time.
type served struct {
	times  []time.Time
	totals []int64
}

// servedMost is how many readings of one server are kept.
const servedMost = 512

func (s *served) add(at time.Time, total int64) {
	if n := len(s.times); n > 0 && !at.After(s.times[n-1]) {
		return
	}
	s.times, s.totals = append(s.times, at), append(s.totals, total)
	if over := len(s.times) - servedMost; over > 0 {
		s.times, s.totals = s.times[over:], s.totals[over:]
	}
}

// between is the requests from one time to another, in between readings evenly
// spread; unknown if either is not covered, or a counter fell.
func (s *served) between(from, to time.Time) (float64, bool) {
	a, ok := s.at(from)
	b, also := s.at(to)
	return b - a, ok && also && b >= a
}

func (s *served) at(t time.Time) (float64, bool) {
	for i := 1; i < len(s.times); i++ {
		if s.times[i].Before(t) || s.times[i-1].After(t) || s.totals[i] < s.totals[i-1] {
			continue
		}
		part := float64(t.Sub(s.times[i-1])) / float64(s.times[i].Sub(s.times[i-1]))
		return float64(s.totals[i-1]) + part*float64(s.totals[i]-s.totals[i-1]), true
	}
	return 0, false
}

// exposureLeast is the least exposure that a server in use is held to have
// had: some lines are written without requests.
const exposureLeast = 0.3

// exposures of every column of the comparer in a block: by the requests that
// were served where all are known, otherwise estimated from the lines.
func (j *Judge) exposures(at int64, counts []evidence.Count) []float64 {
	present := make([]bool, j.entrants)
	for _, c := range j.columns {
		if j.entered(c, at) {
			present[c.number] = c.live || !c.first.IsZero()
		}
	}
	estimated := j.traffic.Exposures(counts, present)
	e, ok := j.served(at, present)
	if !ok {
		e = estimated
	}
	for _, c := range j.columns {
		if !c.live && j.entered(c, at) && e[c.number] > 0 {
			e[c.number] = max(e[c.number], exposureLeast)
		}
	}
	return e
}

// served returns the requests in a block relative to the mean of all columns,
// if they are known of all.
func (j *Judge) served(at int64, present []bool) ([]float64, bool) {
	e, sum, n := make([]float64, len(present)), 0.0, 0.0
	from := time.Unix(0, at*int64(j.watch.Block))
	for _, c := range j.columns {
		if c.number < 0 || !present[c.number] {
			continue
		}
		s := j.requests[c.server]
		if s == nil || j.watch.Elapsed {
			return nil, false
		}
		requests, ok := s.between(from, from.Add(j.watch.Block))
		if !ok {
			return nil, false
		}
		e[c.number] = requests
		sum += requests
		n++
	}
	if sum == 0 {
		return nil, false
	}
	for i := range e {
		e[i] *= n / sum
	}
	return e, true
}
