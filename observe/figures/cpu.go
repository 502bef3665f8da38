package figures

// spent is the CPU time that a process and those that it started have used, at
// one moment of their machine.
type spent struct {
	// process is the identity of the one that listens.
	process string
	// seconds of CPU, and of the machine's own clock since its start.
	seconds, uptime float64
	known           bool
}

// shortest is the shortest time between two readings, in seconds, that says
// something: the kernel counts in ticks of a hundredth.
const shortest = .1

// since is how many cores were used between two readings. The sum holds the
// time of processes that have ended and were waited for, so it falls only where
// a process ended of which nobody took account: then nothing is known.
func (s spent) since(before spent) (cores float64, known bool) {
	if !s.known || !before.known || s.process != before.process || s.uptime-before.uptime < shortest || s.seconds < before.seconds {
		return 0, false
	}
	return (s.seconds - before.seconds) / (s.uptime - before.uptime), true
}
