package monitors

import (
	"time"

	"noon/fleet"
)

// Opinion is what a report says of a new version.
type Opinion string

const (
	// Undecided: there is not enough evidence yet. It is never taken for Healthy.
	Undecided Opinion = "undecided"
	Healthy   Opinion = "healthy"
	Worse     Opinion = "worse"
)

// Report is what the monitors say of one new version.
type Report struct {
	// Time of the last observation.
	Time    time.Time     `json:"time"`
	Version fleet.Version `json:"version"`
	Opinion Opinion       `json:"verdict"`
	// Evidence against the version is how many times likelier the observations
	// are if it is worse than if it is not; at Needed it is said to be.
	Evidence float64 `json:"evidence"`
	Needed   float64 `json:"needed"`
	// Requests that the servers with the version answered.
	Requests int64 `json:"requests"`
	// Findings, the worst first; those below Needed are shown only.
	Findings []Finding `json:"findings"`
	// Where most errors are, if it is one part of the work: "31 of 33 are of /cart".
	Where string `json:"where,omitempty"`
	// Waiting says what the policy still demands, Missing what evidence there is
	// too little of, in words.
	Waiting []string `json:"waiting,omitempty"`
	Missing []string `json:"missing,omitempty"`
	// Notes are what people should know of the judging itself.
	Notes []string `json:"notes,omitempty"`
	// Charts are what is drawn for people: error rate and latency.
	Charts []Chart `json:"charts,omitempty"`
}

// Direction is where a series went.
type Direction string

const (
	Up   Direction = "up"
	Down Direction = "down"
)

// Finding is a series that went where it should not.
type Finding struct {
	Series    string    `json:"series"`
	Direction Direction `json:"direction"`
	// Ratio is Seen to Expected.
	Ratio    float64 `json:"ratio"`
	Expected float64 `json:"expected"`
	Seen     float64 `json:"seen"`
	Evidence float64 `json:"evidence"`
	Words    string  `json:"words"`
	// Among is in how many requests (or seconds) Seen was counted, Floor the ratio
	// that restarts of the live version may have, Growth that of a leak in per cent
	// a minute; 0 where there is none. They are only said in words.
	Among  float64 `json:"-"`
	Floor  float64 `json:"-"`
	Growth float64 `json:"-"`
}

// Chart is a series over time: of the servers with the new version, and of the
// live ones with the band in which those are. NaN is nothing known.
type Chart struct {
	// Name is "errors", "latency p50", "latency p99"; Unit "%", or "ms".
	Name string `json:"name"`
	Unit string `json:"unit"`
	// From is the time of the first point, Every the time between two.
	From  time.Time     `json:"from"`
	Every time.Duration `json:"every"`
	// Since is when the version came, Upgraded the index of the point in which.
	Since    time.Time `json:"since,omitzero"`
	Upgraded int       `json:"upgraded"`
	Canary   []Point   `json:"canary"`
	Live     []Point   `json:"live"`
	// Low and High are the least and the most of a single live server.
	Low  []Point `json:"low"`
	High []Point `json:"high"`
}
