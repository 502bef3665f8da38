package monitors

import (
	"slices"
	"strings"
)

const (
	// labelledMost bounds the series with labels that are kept in mind: these
	// explode, where somebody made a label of what every request has another of.
	labelledMost = 8000
	// plainMost bounds those without. They have a room of their own: "errors" is
	// judged however many pages there are.
	plainMost = 1000
	// seriesLengthMost is how long the name of a series may be, in bytes.
	seriesLengthMost = 1000
)

// series is a counter that was seen on some server.
type series struct {
	// at is its place in the readings of a column.
	at           int
	name, labels string
	// family that it counts events of; nil for requests, which are occasions, and
	// where there is no room.
	family *family
	// onLive: a server with the live version has it.
	onLive bool
	// part are the requests with the same labels, looked for when there were so
	// many series.
	part      *series
	lookedFor int
}

// know gives the counters of an observation that were never seen a place, in
// the order of their names: a watch is judged again as it was.
func (j *Judge) know(counters map[string]float64) {
	var fresh []string
	for name, value := range counters {
		if j.known[name] == nil && counts(value) {
			if j.room(name) {
				fresh = append(fresh, name)
			} else {
				j.tooMany = true
			}
		}
	}
	slices.Sort(fresh)
	for _, name := range fresh {
		if !j.room(name) {
			j.tooMany = true
			continue
		}
		name = strings.Clone(name)
		base, labels := split(name)
		s := &series{at: len(j.known), name: name, labels: labels}
		if base != requests {
			s.family = j.family(name)
		}
		j.known[name] = s
		if labels == "" {
			j.plain++
		}
	}
}

// room tells whether one more series may be kept in mind.
func (j *Judge) room(name string) bool {
	if len(name) > seriesLengthMost {
		return false
	}
	if strings.Contains(name, "{") {
		return len(j.known)-j.plain < labelledMost
	}
	return j.plain < plainMost
}

// basis is what a family's events are counted among: the requests of the same
// part, all requests, or, where live servers count neither, nil for seconds.
func (j *Judge) basis(s *series) *series {
	if s.labels != "" && (s.part == nil || !s.part.onLive) && s.lookedFor < len(j.known) {
		s.part, s.lookedFor = j.known[requests+s.labels], len(j.known)
	}
	if s.part != nil && s.part.onLive {
		return s.part
	}
	if all := j.known[requests]; all != nil && all.onLive {
		return all
	}
	return nil
}
