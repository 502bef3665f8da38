package monitors

import (
	"time"

	"noon/fleet"
)

// Watch is what is compared: servers that were upgraded, against those that run
// the live version.
type Watch struct {
	Service string        `json:"service"`
	Step    int           `json:"step"`
	Live    fleet.Version `json:"live"`
	// Servers are those that are observed, upgraded or not.
	Servers  []string  `json:"servers"`
	Upgrades []Upgrade `json:"upgrades"`
}

// Upgrade is a server that was put back with a new version at that time.
type Upgrade struct {
	Server  string        `json:"server"`
	Version fleet.Version `json:"version"`
	Time    time.Time     `json:"time"`
}

// Settings are how careful the judge is; the zero value is what nobody thought
// about.
type Settings struct {
	// Least is the least time of watching before a version is healthy, Requests
	// the least number of requests that its servers answered.
	Least    time.Duration
	Requests int64
	// Limits say how much worse still is healthy.
	Limits fleet.Limits
	// Ignore are series that are not judged: "memory", or "errors{*" for all
	// that begin so.
	Ignore []string
}
