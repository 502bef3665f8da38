package fleet

import "time"

// Vitals are what a server says of itself when it is asked.
type Vitals struct {
	// Healthy is the answer of its health check; Health says it in words:
	// "GET /healthz: 200", "GET /healthz: 503 out of memory".
	Healthy bool   `json:"healthy"`
	Health  string `json:"health"`
	// Version is the one that the application reports, "" when it could not be
	// read; VersionTrouble then says why.
	Version        Version `json:"version,omitempty"`
	VersionTrouble string  `json:"version_trouble,omitempty"`
	Process        Process `json:"process"`
}

// Process identifies the process that serves the server's address.
type Process struct {
	// ID differs between any two processes of a server, also across reboots.
	// "" means that it could not be read; Trouble then says why.
	ID      string `json:"id,omitempty"`
	Trouble string `json:"trouble,omitempty"`
	// Started is its start by the server's own clock, true to Resolution.
	Started    time.Time     `json:"started,omitzero"`
	Resolution time.Duration `json:"resolution,omitempty"`
}

// Known tells whether the process could be identified.
func (p Process) Known() bool { return p.ID != "" }

// StartedAfter tells whether the process is known to have started at or after
// mark, a reading of the same server's clock.
func (p Process) StartedAfter(mark time.Time) bool {
	return p.Known() && !p.Started.Add(p.Resolution).Before(mark)
}
