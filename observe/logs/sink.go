package logs

import (
	"time"

	"noon/judge/logs"
)

// Sink takes what is read. It is called from several goroutines, for one
// server from one at a time. While it does not return, that server's machine
// is not read.
type Sink interface {
	// Line is one entry. Version and Starting are left to the sink; a Time that
	// could not be known is zero.
	Line(logs.Line)
	// Missed tells of lines that were not read, and why; -1 is that nobody
	// knows how many.
	Missed(server string, lines int64, why string)
	// Silent tells that the server's logs, or some of them, are not read since
	// then, and why. A zero time tells that all are read again.
	Silent(server string, since time.Time, why string)
}
