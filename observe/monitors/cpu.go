package monitors

import (
	"time"

	"noon/fleet"
)

// process is what a process says of its time.
type process struct {
	// busy is its CPU time in seconds, started when it started; known and dated
	// tell whether it says so.
	busy, started float64
	known, dated  bool
}

// cpuTime is the CPU time of a process at a moment.
type cpuTime struct {
	process
	at time.Time
}

// cpuLeast is the least time between two readings of which a rate is made.
const cpuLeast = 100 * time.Millisecond

// cpu returns how many cores the process used since it was read last. After a
// restart that is not known.
func (r *Reader) cpu(s fleet.Server, p process, at time.Time) (float64, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	before, ok := r.busy[s.Name]
	if !p.known {
		delete(r.busy, s.Name)
		return 0, false
	}
	took := at.Sub(before.at)
	if ok && took >= 0 && took < cpuLeast {
		return 0, false
	}
	r.busy[s.Name] = cpuTime{process: p, at: at}
	restarted := p.busy < before.busy || p.dated != before.dated || p.started != before.started
	if !ok || took <= 0 || restarted {
		return 0, false
	}
	return (p.busy - before.busy) / took.Seconds(), true
}
