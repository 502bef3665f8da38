// Package judge answers one question: is the new version worse than the live
// one? Observations come in, a verdict goes out. It sees no clock, no file and
// no network, so that a verdict can be computed again from what was recorded.
package judge

import (
	"time"

	"noon/fleet"
	"noon/judge/logs"
	"noon/judge/monitors"
)

// Opinion is what a verdict says of the new version.
type Opinion = monitors.Opinion

const (
	// Undecided: there is not enough evidence yet. It is never taken for Healthy.
	Undecided = monitors.Undecided
	Healthy   = monitors.Healthy
	Worse     = monitors.Worse
)

// Verdict is an opinion with its reasons.
type Verdict struct {
	Opinion Opinion `json:"opinion"`
	// Watch is the number of the watch that it is about.
	Watch int `json:"-"`
	// Findings say what is wrong, the worst first.
	Findings []Finding `json:"findings,omitempty"`
	// Missing says what an undecided verdict waits for.
	Missing []string `json:"missing,omitempty"`
	// Requests is how many requests the upgraded servers answered meanwhile.
	Requests fleet.Count `json:"requests"`
	// Versions is what is known of each one where several are judged side by
	// side; the fields above are then about all of them.
	Versions []VersionVerdict `json:"versions,omitempty"`
	// Logs is what the judge of logs says; nil where no logs are read.
	Logs *logs.Report `json:"logs,omitempty"`
	// Monitors is what the judge of monitors says, one report for each new version.
	Monitors []monitors.Report `json:"monitors,omitempty"`
}

// Finding is one thing that is wrong on a server with the new version, and
// only there.
type Finding struct {
	Server string `json:"server"`
	Words  string `json:"words"`
	// Family of log lines that it is about, "" if it is about something else.
	Family string `json:"family,omitempty"`
	// Failures: it is about requests that failed.
	Failures bool `json:"-"`
	// Series of the monitors that it is about, "" if it is about something else.
	Series string `json:"series,omitempty"`
}

// Watch is what is compared: servers that were upgraded, against the rest.
type Watch struct {
	// Number is 1, 2, 3 ... as the watch of one rollout changes.
	Number  int
	Service string
	// From is the live version, To the one that the upgraded servers run. Both
	// are empty where a server is only seen to be well.
	From, To fleet.Version
	// Versions are those that are judged side by side where there are several;
	// To is "" then.
	Versions fleet.Versions
	// Begun is when the rollout began, Since when the watching did.
	Begun, Since time.Time
	Policy       fleet.WatchPolicy
	Upgraded     []Upgraded
	// Live are the servers that still run the live version.
	Live []fleet.Server
	// Canaries are the servers that get the version first, upgraded or not.
	Canaries []fleet.Server
	// Underway are the servers whose turn has begun and is not over.
	Underway []fleet.Server
	// Changing are the servers whose process is being replaced: nobody knows yet
	// which version writes there.
	Changing []fleet.Server
	// Starts are the processes that were started so far, the first one first.
	Starts []Start
}

// New are the versions that are compared with the live one.
func (w Watch) New() fleet.Versions {
	if len(w.Versions) > 0 || w.To == "" {
		return w.Versions
	}
	return fleet.Versions{w.To}
}

// Start is a process that was started on a server.
type Start struct {
	Server  string        `json:"server"`
	Version fleet.Version `json:"version"`
	// Mark is the server's own clock just before.
	Mark time.Time `json:"mark"`
	// Back is when the server was put back with it, by the controller's clock;
	// zero while it is not.
	Back time.Time `json:"back,omitzero"`
}

// Upgraded is one server with the new version, as it was when it was put back.
type Upgraded struct {
	Server  fleet.Server
	Version fleet.Version
	Process fleet.Process
	Since   time.Time
	// Asked: its vitals are part of every look. The others of a large fleet
	// are seen through the balancer only.
	Asked bool
}

// Look is one look at the service.
type Look struct {
	Time time.Time
	Pool fleet.Pool
	// PoolTrouble says why the pool could not be read, "" if it was.
	PoolTrouble string
	// Vitals of upgraded servers; one that could not be asked is in Trouble.
	Vitals  map[string]fleet.Vitals
	Trouble map[string]string
}
