package observe

import (
	"time"

	judgelogs "noon/judge/logs"
)

// pen takes what one log says as long as it is that log which is read: what
// comes late from one that is read anew by now would count twice.
type pen struct {
	*reading
	writer *writer
}

func (p pen) read(server string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.servers[server] == p.writer
}

// Line takes a line of a server.
func (p pen) Line(l judgelogs.Line) {
	if p.read(l.Server) {
		p.reading.Line(l)
	}
}

// Missed takes lines that were not read.
func (p pen) Missed(server string, lines int64, why string) {
	if p.read(server) {
		p.reading.Missed(server, lines, why)
	}
}

// Silent takes that a server's log is not read since then.
func (p pen) Silent(server string, since time.Time, why string) {
	if p.read(server) {
		p.reading.Silent(server, since, why)
	}
}
