package rollout

import (
	"time"

	"noon/fleet"
	"noon/judge"
	"noon/plan"
)

// Step is one thing that is done to one server. After each the world was read
// back and showed it. Every step may be done twice.
type Step string

const (
	// Stage brings the version to the server's disk; nothing live changes.
	Stage Step = "stage"
	// TakeOut drains the server and waits until nothing is in flight.
	TakeOut Step = "take out"
	// Stop ends the old process, where the release has a command for it.
	Stop Step = "stop"
	// Install makes the new version the one that starts.
	Install Step = "install"
	// Restore makes the previous version, with its configuration, the one
	// that starts, from what was kept on the server.
	Restore Step = "restore"
	// Start starts (or restarts) the process.
	Start Step = "start"
	// Check waits until the server is healthy several times in a row, reports
	// the version, from a process that began after Start.
	Check Step = "check"
	// PutBack lets the balancer send requests again, and sees that it does.
	PutBack Step = "put back"
	// Settle observes the server for longer than the balancer's
	// passive-failure window.
	Settle Step = "settle"
)

// Course is where a turn is heading.
type Course string

const (
	// Forward: to the new version.
	Forward Course = "forward"
	// Back: to the previous version, which was left already.
	Back Course = "back"
	// Return: into rotation again, unchanged.
	Return Course = "return"
)

// courses are the steps of one server's turn, in order.
var courses = map[Course][]Step{
	Forward: {Stage, TakeOut, Stop, Install, Start, Check, PutBack, Settle},
	Back:    {TakeOut, Stop, Restore, Start, Check, PutBack, Settle},
	Return:  {PutBack, Settle},
}

// changes are the steps after which a server is no longer as it was found.
var changes = map[Step]bool{Stop: true, Install: true, Restore: true, Start: true}

// Place is how far one server's turn is.
type Place string

const (
	Pending Place = "pending"
	// Unchosen: it was upgraded to a version that was not chosen then. A turn of
	// its own brings it to the chosen one; if that fails, it goes back to From.
	Unchosen   Place = "not chosen"
	Underway   Place = "underway"
	Upgraded   Place = "upgraded"
	RolledBack Place = "rolled back"
	// Untouched: its turn ended before anything was changed on it.
	Untouched Place = "untouched"
)

// Turn is the state of one server's turn.
type Turn struct {
	plan.Turn
	Batch  int
	Place  Place
	Course Course
	// At is the index of the next step in the course's steps.
	At int
	// Running: the step began, and its end is not known yet.
	Running bool
	Began   time.Time
	// Took: noon took the server out and has not put it back.
	Took bool
	// Touched: the server may no longer be as noon found it; Changed: by this
	// very turn, not by one to a version that was not chosen.
	Touched, Changed bool
	// Failure is what went wrong last, "" if nothing did.
	Failure string
	// FailedAt and Attempts space out new tries of a way back.
	FailedAt time.Time
	Attempts int
	// Foreign: somebody else moved the server in the balancer meanwhile; it
	// is taken out anew only when a human resumes.
	Foreign bool
	// Blind: the last step failed because the balancer could not be read. The
	// turn stays on its way forward and does the step again.
	Blind bool
	// Epoch of the balancer when the server was taken out.
	Epoch string
	// Mark is the server's own clock just before Start.
	Mark time.Time
	// Starts are the processes that were started on it.
	Starts []judge.Start
	// Process that was checked, and when the server was put back with it.
	Process fleet.Process
	Since   time.Time
}

// Step returns the next step of the turn, or the one that is running.
func (t Turn) Step() (Step, bool) {
	steps := courses[t.Course]
	if t.Place != Underway || t.At >= len(steps) {
		return "", false
	}
	return steps[t.At], true
}

// Wanted is the version that the server must run before it is put back.
func (t Turn) Wanted() fleet.Version {
	if t.Course == Forward {
		return t.To
	}
	return t.From
}

// Open tells whether the turn needs attention before another may begin.
func (t Turn) Open() bool { return t.Place == Underway }

// wayBack is the course that undoes what the turn did so far.
func (t Turn) wayBack() Course {
	if t.Touched {
		return Back
	}
	return Return
}
