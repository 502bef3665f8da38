package logs

import (
	"time"

	"noon/fleet"
)

// Watch is what is compared: the lines of servers with a new version, with
// those of the servers that still run the live one.
type Watch struct {
	Service string
	// Live is the version that is known to be good. Lines of any other
	// version are the canaries'.
	Live fleet.Version
	// Canaries known at the start; Judge.Upgraded adds others.
	Canaries []Canary
	// Register of known caveats.
	Register []Caveat
	// Known are the families that the live version wrote when it was last
	// watched, as Judge.Known returned them. They are not new.
	Known []Known
	// Alpha is the chance of a false STOP that is accepted, over the whole
	// watch and all families; 0 is AlphaDefault.
	Alpha float64
	// Least is the least time that a canary is watched before it is clean; 0 is
	// LeastDefault.
	Least time.Duration
	// Block is the time in which lines are counted together; 0 is
	// BlockDefault. See BlockFor.
	Block time.Duration
	// Elapsed compares by the time since each server's first line, not by the
	// clock: for files that were written at different times.
	Elapsed bool
}

// AlphaDefault is the chance of a false STOP that is accepted when none is
// given. It is the bound of the method; `make bench-judge-logs` measures what
// is really reached, which is far less.
const AlphaDefault = 0.02

// LeastDefault is how long a canary is watched at least when nothing is said.
const LeastDefault = 2 * time.Minute

// BlockDefault is the time in which lines are counted together while servers
// are watched.
const BlockDefault = 10 * time.Second

// BlockFor is a fit Block for complete logs over so long a time: some dozens
// of blocks are needed to tell a lasting difference from a bad moment, and
// thousands tell no more.
func BlockFor(span time.Duration) time.Duration {
	switch {
	case span < 60*BlockDefault:
		return max((span / 60).Truncate(time.Second), time.Second)
	case span > 4*time.Hour:
		return min((span / 1440).Truncate(time.Second), 10*time.Minute)
	}
	return BlockDefault
}

// Canary is one server with a new version.
type Canary struct {
	Server  string
	Version fleet.Version
	// Since is when its new process was started. Lines before it are the
	// server's past, which tells what is usual for this machine.
	Since time.Time
}

// Known is a family that the live version is known to write.
type Known struct {
	Key      string `json:"key"`
	Template string `json:"template"`
}
