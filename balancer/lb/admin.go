package lb

import (
	"time"

	"noon/fleet"
)

// What is said over the admin socket of "noon lb": HTTP with JSON, two
// requests. GET /pool answers a Pool. POST /change with a Change answers the
// Pool after it (200), a Refusal where the server's rotation is neither the
// expected one nor the target (409), where the pool has no such server (404),
// or where the change makes no sense (400); anything else is a failure of the
// load balancer, and nothing was changed unless reading back shows it.

// Pool is what "noon lb" says of itself and its servers. A number that is not
// there is unknown.
type Pool struct {
	// Epoch identifies the process: counters begin anew with each.
	Epoch string `json:"epoch"`
	// Check is the path of the active health check; "" only connects.
	Check string `json:"check"`
	// NoticeMillis is how long it may take until the active checks have seen
	// that a server answers badly.
	NoticeMillis int64 `json:"notice_ms"`
	// AnswerLE are the bounds by which the answers of all servers are counted,
	// in seconds, rising.
	AnswerLE []float64 `json:"answer_le,omitempty"`
	Servers  []Server  `json:"servers"`
}

// Server is one server of the pool.
type Server struct {
	Name     string         `json:"name"`
	Address  string         `json:"address"`
	Rotation fleet.Rotation `json:"rotation"`
	Health   fleet.Health   `json:"health"`
	// Why is what the last change of health came from: "GET /healthz: 503".
	Why string `json:"why,omitempty"`
	// Weight is the share in percent.
	Weight *int64 `json:"weight,omitempty"`
	// InFlight counts from the choice of the server to the end of the answer,
	// websockets included.
	InFlight *int64 `json:"in_flight,omitempty"`
	Requests *int64 `json:"requests,omitempty"`
	// Errors are answers of class 5xx; Failures are attempts that could not be
	// connected, or got no whole answer.
	Errors   *int64 `json:"errors,omitempty"`
	Failures *int64 `json:"failures,omitempty"`
	// Rejected are answers of class 4xx.
	Rejected *int64 `json:"rejected,omitempty"`
	// AnswerMicros is the sum of the times until an answer began.
	AnswerMicros *int64 `json:"answer_us,omitempty"`
	// AnswerTimes count the answers by those times: how many kept each of the
	// Pool's AnswerLE, and at the end all.
	AnswerTimes []int64 `json:"answer_times,omitempty"`
	// Note says who took the server out and why; Since when.
	Note  string    `json:"note,omitempty"`
	Since time.Time `json:"since,omitzero"`
}

// Change asks for another place of one server in the pool. It is carried out
// only if the server's rotation is Expect, or is the target already.
type Change struct {
	Server   string         `json:"server"`
	Expect   fleet.Rotation `json:"expect"`
	Rotation fleet.Rotation `json:"rotation"`
	// Weight goes with In, 1 to 100; 0 means 100.
	Weight int `json:"weight,omitempty"`
	// Note is kept while the server is not In, at most NoteMost bytes.
	Note string `json:"note,omitempty"`
}

// NoteMost is the longest note, in bytes.
const NoteMost = 200

// Refusal is why a change was not carried out.
type Refusal struct {
	Error  string         `json:"error"`
	Actual fleet.Rotation `json:"actual,omitempty"`
}
