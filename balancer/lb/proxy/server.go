package proxy

import (
	"net/http"
	"time"

	"noon/balancer/lb"
	"noon/fleet"
)

// server is one server of the pool. Its fields are guarded by the pool's lock,
// but for Name and Address, which never change.
type server struct {
	place
	health fleet.Health
	why    string
	// streak counts the checks in a row that speak against health.
	streak int
	// mistrusted: it is unhealthy because a request could not be connected.
	mistrusted bool
	// turn is its place in the round of those that take requests.
	turn int
	tally
	inFlight int64
	// connections are those of its present time in rotation: none of them was
	// made before it was last put in, so none can lead to an earlier process.
	connections *http.Transport
	// hurry wakes its health check.
	hurry chan struct{}
}

// place is what was decided about a server; it is kept in the state file.
type place struct {
	Name     string         `json:"name"`
	Address  string         `json:"address"`
	Rotation fleet.Rotation `json:"rotation"`
	Weight   int            `json:"weight"`
	Note     string         `json:"note,omitempty"`
	Since    time.Time      `json:"since,omitzero"`
}

// tally is what was counted of a server since the process began.
type tally struct {
	requests, errors, failures, rejected int64
	answer                               time.Duration
	answers                              answerTimes
}

// takes tells whether the server may get a new request.
func (s *server) takes() bool {
	return s.Rotation == fleet.In && s.health == fleet.Healthy && s.Weight > 0
}

// shown is the server in the words of the admin socket.
func (s *server) shown() lb.Server {
	weight, flying := int64(s.Weight), s.inFlight
	count, micros := s.tally, s.answer.Microseconds()
	return lb.Server{
		Name: s.Name, Address: s.Address,
		Rotation: s.Rotation, Health: s.health, Why: s.why,
		Weight: &weight, InFlight: &flying,
		Requests: &count.requests, Errors: &count.errors, Failures: &count.failures,
		Rejected:     &count.rejected,
		AnswerMicros: &micros, AnswerTimes: count.answers.upTo(),
		Note: s.Note, Since: s.Since,
	}
}
