package lb

import (
	"math"
	"slices"
	"time"
	"unicode"

	"noon/fleet"
)

// observed is the pool in the words of the fleet. What noon lb did not say, or
// said in a way that cannot be, is unknown.
func (p Pool) observed() fleet.Pool {
	pool := fleet.Pool{Epoch: p.Epoch, Standings: make([]fleet.Standing, 0, len(p.Servers))}
	for _, s := range p.Servers {
		pool.Standings = append(pool.Standings, s.observed(p.AnswerLE))
	}
	if p.Epoch == "" {
		pool.Trouble = append(pool.Trouble, "noon lb does not say which process it is: a restart of it would go unseen")
	}
	return pool
}

func (s Server) observed(answerLE []float64) fleet.Standing {
	return fleet.Standing{
		Server:   s.Name,
		Rotation: rotation(s.Rotation),
		Health:   health(s.Health),
		Weight:   count(s.Weight, fleet.FullWeight),
		InFlight: count(s.InFlight, math.MaxInt64),
		Counters: fleet.Counters{
			Requests:    count(s.Requests, math.MaxInt64),
			Errors:      count(s.Errors, math.MaxInt64),
			Failures:    count(s.Failures, math.MaxInt64),
			Rejected:    count(s.Rejected, math.MaxInt64),
			AnswerTimes: histogram(answerLE, s.AnswerTimes),
		},
		Note: s.note(),
	}
}

// note is why the server is where it is, fit to be shown.
func (s Server) note() string {
	text := s.Note
	if text == "" && s.Health == fleet.Unhealthy {
		text = s.Why
	}
	text = shown(text)
	if text != "" && s.Note != "" && !s.Since.IsZero() {
		text += ", since " + s.Since.UTC().Format(time.RFC3339)
	}
	return text
}

// shown leaves plain text as it is and quotes any other.
func shown(text string) string {
	if len(text) > NoteMost {
		return fleet.Quoted(text)
	}
	for _, r := range text {
		if !unicode.IsPrint(r) {
			return fleet.Quoted(text)
		}
	}
	return text
}

func count(n *int64, most int64) fleet.Count {
	if n == nil || *n < 0 || *n > most {
		return fleet.Count{}
	}
	return fleet.Known(*n, "api")
}

// boundsMost is the most bounds a histogram may have.
const boundsMost = 200

// histogram is unknown unless its bounds rise and its counts never fall.
func histogram(le []float64, counts []int64) fleet.Histogram {
	if len(le) == 0 || len(le) > boundsMost || len(counts) != len(le)+1 || counts[0] < 0 || !slices.IsSorted(counts) {
		return fleet.Histogram{}
	}
	for i, bound := range le {
		if bound <= 0 || i > 0 && bound <= le[i-1] {
			return fleet.Histogram{}
		}
	}
	return fleet.Histogram{LE: le, Count: counts}
}

func rotation(r fleet.Rotation) fleet.Rotation {
	switch r {
	case fleet.In, fleet.Draining, fleet.Out:
		return r
	}
	return fleet.RotationUnknown
}

func health(h fleet.Health) fleet.Health {
	switch h {
	case fleet.Healthy, fleet.Unhealthy:
		return h
	}
	return fleet.HealthUnknown
}
