package fleet

import "time"

// Service is what noon.yaml describes: servers behind a load balancer, how a
// version gets onto them, and how careful to be. Its yaml keys and defaults
// are in config.go.
type Service struct {
	Name string
	// Servers in the order in which they are upgraded.
	Servers  []Server
	Balancer Balancer
	Release  Release
	Check    Check
	// Logs are where the servers' logs are read; none is nowhere.
	Logs     []LogSource
	Monitors Monitors
	Policy   Policy
	// Dir is the folder of noon.yaml; relative paths start there.
	Dir string
}

// Balancer names the load balancer; exactly one field is set.
type Balancer struct {
	HAProxy *HAProxy
	LB      *LB
}

// HAProxy is one backend of one or several HAProxy processes.
type HAProxy struct {
	Backend string
	// Sockets are runtime API addresses: "/run/haproxy/admin.sock" (a unix
	// socket here), "10.0.0.1:9999" (TCP), "lb1:/run/haproxy/admin.sock" (a
	// unix socket on the host lb1, over SSH).
	Sockets []string
	// Standby lists those of Sockets whose silence does not block a rollout.
	Standby []string
	// Names gives HAProxy's name of a server where it differs from ours.
	Names map[string]string
}

// LB is a pool of "noon lb".
type LB struct {
	// Socket is the admin socket of "noon lb", a path or "host:/path" over SSH.
	Socket string
}

// Release is how a version gets onto a server and is started there. Exactly
// one of Directories and Upgrade is set.
type Release struct {
	Directories *Directories
	// Upgrade is a command that brings NOON_VERSION to the server NOON_SERVER.
	Upgrade string
	// RollBack is the command that brings the previous version back; by default
	// Upgrade with that version.
	RollBack string
	// Here: commands run on the controller's machine instead of the server.
	Here bool
	// Stop and Start, or Restart, end the old process and start the new one.
	Stop, Start, Restart string
	// Config are files on the server that belong to a version: they are kept
	// beside it when another takes over, and come back when it does.
	Config []string
}

// Directories keeps each version in ROOT/releases/VERSION on the server and
// links ROOT/current to the one that runs.
type Directories struct {
	// Root is an absolute path on the server.
	Root string
	// Artifact is a .tar.gz, a directory or a file on the controller's machine;
	// "{version}" in it stands for the version.
	Artifact string
	// Keep is how many releases stay on the server.
	Keep int
}

// Check is how noon sees that a server runs a version and is well.
type Check struct {
	// URL must answer 2xx; "{address}" and "{server}" are replaced in it.
	URL string
	// Command must end with status 0 on the server.
	Command string
	// Version is where the application reports its version.
	Version Source
	// Started is where the start of the process is read; the zero Source finds
	// the process that listens on the server's address, on its host.
	Started Source
	// Times in a row the check must be good, Every so often, within Within.
	Times         int
	Every, Within time.Duration
	// Timeout of one question.
	Timeout time.Duration
}

// Source is where one value is read: a URL, or a command on the server.
type Source struct {
	URL     string
	Command string
}

// IsZero tells whether nothing was configured.
func (s Source) IsZero() bool { return s == Source{} }

// Policy is how careful a rollout is.
type Policy struct {
	// Keep is the least number of servers observed healthy and in rotation.
	Keep int
	// Canaries get the version first; Then is how many at a time afterwards.
	Canaries, Then int
	Watch          WatchPolicy
	// Promote, Worse and Undecided: ask a human, or act.
	Promote   Promote
	Worse     Action
	Undecided Action
	// Limits say how much worse than the live version still is healthy.
	Limits Limits
	Drain  DrainPolicy
	// Ramp are the shares in percent with which a server comes back, ending in
	// 100; RampEvery is the time between them.
	Ramp      []int
	RampEvery time.Duration
	// Settle is how long a server that is back is observed before the next; at
	// least the balancer's own Settle.
	Settle time.Duration
}

// WatchPolicy says how long the canaries are compared before the others go.
type WatchPolicy struct {
	Least, Most time.Duration
	// Then is how long each later batch is watched before the next one goes.
	Then time.Duration
	// Requests that the canaries must have served at the least.
	Requests int64
}

// Promote says who lets the others follow the canary.
type Promote string

const (
	PromoteAsk  Promote = "ask"
	PromoteAuto Promote = "auto"
)

// Action says what is done about a verdict.
type Action string

const (
	Ask      Action = "ask"
	RollBack Action = "roll back"
)

// DrainPolicy says how requests in flight are waited for.
type DrainPolicy struct {
	// Before is a command that lets the application end its long connections.
	Before string
	Wait   time.Duration
	After  AfterDrain
}

// AfterDrain says what happens to requests still in flight after the wait.
type AfterDrain string

const (
	// FailDrain puts the server back and stops.
	FailDrain AfterDrain = "fail"
	// CutDrain stops the server all the same; the receipt says how many were cut.
	CutDrain AfterDrain = "cut"
)
