package fleet

// Rotation is what the load balancer has been told about a server.
type Rotation string

const (
	// In: it gets requests.
	In Rotation = "in"
	// Draining: it gets no new requests and finishes those it has.
	Draining Rotation = "draining"
	// Out: it gets no requests, and may be cut off from the balancer's checks.
	Out Rotation = "out"
	// RotationUnknown: the balancers disagree, or do not say.
	RotationUnknown Rotation = "unknown"
)

// Words says it in a sentence: "web1 is in rotation".
func (r Rotation) Words() string {
	switch r {
	case In:
		return "in rotation"
	case Out:
		return "out of rotation"
	case Draining:
		return "draining"
	}
	return "in an unknown state"
}

// Health is the load balancer's own opinion of a server. A server that it
// ejected after failures is Unhealthy.
type Health string

const (
	Healthy       Health = "healthy"
	Unhealthy     Health = "unhealthy"
	HealthUnknown Health = "unknown"
)

// Count is a number read from outside; it is only a number while Known.
type Count struct {
	N     int64 `json:"n"`
	Known bool  `json:"known"`
	// Source is where it was read: "api", "sockets", "backend", "timer".
	Source string `json:"source,omitempty"`
}

// Known returns a count that was read from source.
func Known(n int64, source string) Count { return Count{N: n, Known: true, Source: source} }

// Plus returns the sum, unknown if either is.
func (c Count) Plus(d Count) Count {
	if !c.Known || !d.Known {
		return Count{}
	}
	return Count{N: c.N + d.N, Known: true, Source: c.Source}
}

// Zero tells whether the count is known to be 0. Unknown is never zero.
func (c Count) Zero() bool { return c.Known && c.N == 0 }

// Counters are what the balancer has counted for a server since its own start
// (see Pool.Epoch): requests sent there, answered or not; answers of class 5xx;
// failures to connect or to get an answer; answers of class 4xx.
type Counters struct {
	Requests Count `json:"requests"`
	Errors   Count `json:"errors"`
	Failures Count `json:"failures"`
	Rejected Count `json:"rejected,omitzero"`
	// AnswerTimes count the answers by the seconds until they began. They are
	// for judges, and too long for everybody who asks how the pool is.
	AnswerTimes Histogram `json:"-"`
}

// Plus returns the sums, each unknown if it is in either.
func (c Counters) Plus(d Counters) Counters {
	return Counters{
		Requests:    c.Requests.Plus(d.Requests),
		Errors:      c.Errors.Plus(d.Errors),
		Failures:    c.Failures.Plus(d.Failures),
		Rejected:    c.Rejected.Plus(d.Rejected),
		AnswerTimes: c.AnswerTimes.Plus(d.AnswerTimes),
	}
}

// FullWeight is the weight of a server that gets its whole share of requests.
const FullWeight = 100

// Standing is how one server stands with the load balancer.
type Standing struct {
	Server   string   `json:"server"`
	Rotation Rotation `json:"rotation"`
	Health   Health   `json:"health"`
	// Weight is the share of requests in percent of its full share.
	Weight   Count    `json:"weight"`
	InFlight Count    `json:"in_flight"`
	Counters Counters `json:"counters"`
	// AnswerTime is how long the last answers took to begin, where the balancer
	// keeps no more than their average.
	AnswerTime Average `json:"answer_time,omitzero"`
	// Note is what the balancer knows of why: "by ana: disk swap", "L4CON".
	Note string `json:"note,omitempty"`
}

// Serving tells whether the server is observed healthy and in rotation with
// its full share: only such servers count as capacity.
func (s Standing) Serving() bool {
	return s.Rotation == In && s.Health == Healthy && (!s.Weight.Known || s.Weight.N >= FullWeight)
}

// Pool is what was read from the load balancer at one moment.
type Pool struct {
	// Epoch identifies the running balancer process (or processes). When it
	// changes, the balancer was restarted or reloaded: counters began anew and
	// what it had been told may be lost.
	Epoch string `json:"epoch"`
	// Standings hold one entry per server of the pool, in the balancer's order.
	Standings []Standing `json:"standings"`
	// Trouble says what makes this reading doubtful: a balancer of several that
	// does not answer, two that disagree. Each is a sentence for a person.
	Trouble []string `json:"trouble,omitempty"`
}

// Of returns the standing of the server, and whether the balancer knows it.
func (p Pool) Of(server string) (Standing, bool) {
	for _, s := range p.Standings {
		if s.Server == server {
			return s, true
		}
	}
	return Standing{Server: server, Rotation: RotationUnknown, Health: HealthUnknown}, false
}

// Serving counts the servers that are observed healthy and in rotation.
func (p Pool) Serving() int {
	n := 0
	for _, s := range p.Standings {
		if s.Serving() {
			n++
		}
	}
	return n
}

// Change is one change of a server's place in the pool.
type Change struct {
	Server string `json:"server"`
	// Expect is the rotation in which the server must be found (or already be
	// in Rotation, the target); otherwise nothing is changed and the error is
	// an *UnexpectedError.
	Expect Rotation `json:"expect"`
	// Rotation is the target: In or Draining.
	Rotation Rotation `json:"rotation"`
	// Weight, in percent of the full share, goes with In; 0 means FullWeight.
	Weight int `json:"weight,omitempty"`
}

// UnexpectedError tells that the balancer showed a server in another state
// than the change expected: somebody else changed it.
type UnexpectedError struct {
	Server           string
	Expected, Actual Rotation
}

func (e *UnexpectedError) Error() string {
	return "expected " + e.Server + " to be " + e.Expected.Words() + " in the load balancer, but it is " + e.Actual.Words() + ": somebody else changed it"
}

// Problem is something in the balancer's own configuration, or on a server, that
// would lose requests or leave a rollout blind (Fatal), or that is worth knowing,
// with its mend. Without a mend there is nothing to mend.
type Problem struct {
	Fatal bool   `json:"fatal"`
	What  string `json:"what"`
	Mend  string `json:"mend"`
}
