package logs

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"noon/fleet"
)

const (
	// steadyAfter is how long a command has to run to be taken for one that does.
	steadyAfter = time.Second
	// fullAfter is how long after a full piece nothing more is waited for.
	fullAfter = 5 * time.Second
	// fullPiece is the least length of a piece of output when there is more.
	fullPiece = 32 << 10
	// wholeMost bounds a line of journalctl or docker, in bytes.
	wholeMost = 1 << 20
	// pastAgain is how long before what was read last a command of the operator's
	// own is read again: so late a line may come.
	pastAgain = 5 * time.Second
	// tooMany is why lines are not read.
	tooMany = "more lines came than are read of one server"
)

// command is a command on the server that prints a log: journalctl, docker
// logs, or the operator's own. One that ends is run again, from where it was: of
// the operator's own, that is as far as it heeds NOON_PAST and its lines say when
// they were written.
type command struct {
	from fleet.LogSource
	tag  string
	kind kind
	*listener

	mu      sync.Mutex
	entries *entries
	running bool
	started time.Time
	// due is when it is run again, after a pause that grows.
	due          time.Time
	first, pause time.Duration
	// current tells that its past has been read: nothing much has come since busy,
	// when the first piece or the last full one was read, and none if not short.
	current bool
	busy    time.Time
	short   bool
	// rest is the beginning of a line; midLine tells that the beginning of the
	// next line is lost.
	rest    []byte
	midLine bool
	// past is since when lines are wanted, read when some were read last.
	past, read time.Time
	// lines are those of the past in this run. If that is cut, something is missing
	// that was written since wants; zero is nothing that anybody asked for.
	lines int64
	wants time.Time
	// ever tells that something was read in any run.
	ever bool
}

// kind is a program that prints logs.
type kind interface {
	// line is what is run, and data what stands in its environment. past is how
	// much of the past is wanted, unless the kind itself knows where it was.
	line() string
	data(past time.Duration) map[string]string
	// whole takes a whole line as the program prints it, and appends it as the
	// format understands it, or nothing.
	whole(to, line []byte) []byte
	// meaning explains the program's last words.
	meaning(words string) string
}

func newCommand(from fleet.LogSource, l *listener, tag string, pause time.Duration) *command {
	past := time.Now().Add(-from.History)
	return &command{
		from: from, tag: tag, kind: kindOf(from, l.server), listener: l,
		entries: newEntries(l, from.HideEmails), first: pause, pause: pause,
		past: past, read: time.Now(), wants: l.wanted(past),
	}
}

func kindOf(from fleet.LogSource, s fleet.Server) kind {
	switch {
	case from.Journald != "":
		return newJournald(ofServer(from.Journald, s, plainly))
	case from.Docker != "":
		return &docker{container: ofServer(from.Docker, s, plainly)}
	}
	return &own{text: from.Command, server: s}
}

func (c *command) of() *listener { return c.listener }
func (c *command) name() string  { return called(c.from, c.server) }

func (c *command) begin() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running, c.due = false, time.Time{}
	c.rest, c.midLine = nil, false
}

// step runs the command when it is due.
func (c *command) step(_ context.Context, s *session) error {
	c.mu.Lock()
	now := time.Now()
	if c.running {
		c.settle(now)
		steady := now.Sub(c.started) > steadyAfter && (c.current || c.read.Before(c.started))
		c.mu.Unlock()
		if steady {
			c.heard(c.name())
		}
		return nil
	}
	start := !now.Before(c.due)
	if start {
		c.readOn()
		c.running, c.started, c.current = true, now, false
		c.busy, c.short = time.Time{}, false
	}
	line := c.call()
	c.mu.Unlock()
	if !start {
		return nil
	}
	return s.start(line)
}

// readOn leaves out what was read of the operator's own command before, if all of
// its past was. What came since is wanted in any case.
func (c *command) readOn() {
	if c.lines = 0; c.ever {
		c.wants = c.read
	}
	if from := c.read.Add(-pastAgain); c.isOwn() && c.current && from.After(c.past) {
		c.past = from
	}
}

func (c *command) isOwn() bool {
	_, yes := c.kind.(*own)
	return yes
}

// call is what the agent is told.
func (c *command) call() string {
	past := c.from.History
	if c.isOwn() {
		past = time.Since(c.past)
	}
	var b strings.Builder
	for name, value := range c.kind.data(past) {
		fmt.Fprintf(&b, "%s=%s; export %s; ", name, quoted(value), name)
	}
	return b.String() + "follow " + c.tag + " " + quoted(c.kind.line())
}

func (c *command) take(f frame) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch f.letter {
	case 'b', 'x':
		p, err := f.bytes()
		if err != nil {
			c.miss(-1, err.Error())
			return
		}
		c.push(p, time.Now())
	case 'm':
		lines, err := f.number()
		if err != nil {
			lines = -1
		}
		c.miss(lines, tooMany)
		c.cut()
		c.busy, c.short = time.Now(), false
	case 'e':
		words, err := f.bytes()
		if err != nil {
			words = []byte(err.Error())
		}
		c.ended(string(words), time.Now())
	}
}

// settle sees whether the past has been read. Of a pipe that fills, the first
// piece usually is short, too.
func (c *command) settle(now time.Time) {
	wait := steadyAfter
	if !c.short {
		wait = fullAfter
	}
	if !c.busy.IsZero() && now.Sub(c.busy) > wait {
		c.current = true
	}
}

// push takes what the command printed.
func (c *command) push(p []byte, now time.Time) {
	c.settle(now)
	live := c.current
	if c.short = len(p) < fullPiece; !c.short || c.busy.IsZero() {
		c.busy = now
	}
	c.read, c.ever = now, true
	if live && c.spend(int64(len(p))) < int64(len(p)) {
		c.miss(int64(bytes.Count(p, []byte{'\n'})), tooMany)
		c.cut()
		return
	}
	if c.midLine {
		_, rest, ended := bytes.Cut(p, []byte{'\n'})
		if !ended {
			return
		}
		c.miss(1, tooMany)
		p, c.midLine = rest, false
	}
	understood := c.understood(p)
	if !live {
		c.seePast(int64(bytes.Count(understood, []byte{'\n'})))
	}
	c.entries.push(understood, now, span{from: c.past, live: live})
}

// seePast counts lines of the past: of journalctl and docker, so many are asked
// for and no more.
func (c *command) seePast(lines int64) {
	before := c.lines
	c.lines += lines
	if !c.isOwn() && !c.wants.IsZero() && before < linesMost && c.lines >= linesMost {
		c.missPast(c.wants)
	}
}

// cut leaves out the line that has begun, of which something is lost.
func (c *command) cut() {
	c.rest, c.midLine = nil, true
	c.entries.cut()
}

// understood makes of what journalctl and docker print what the format
// understands, line by line.
func (c *command) understood(p []byte) []byte {
	if c.isOwn() {
		return p
	}
	var out []byte
	for len(p) > 0 {
		line, rest, ended := bytes.Cut(p, []byte{'\n'})
		p = rest
		c.rest = append(c.rest, line...)
		switch {
		case ended:
			out = c.kind.whole(out, c.rest)
			c.rest = c.rest[:0]
		case len(c.rest) > wholeMost:
			c.rest, c.midLine = nil, true
		}
	}
	return out
}

// ended takes note of the command's end. Its last words are those of its
// standard error, and its status.
func (c *command) ended(words string, now time.Time) {
	if !c.running {
		return
	}
	if now.Sub(c.started) > time.Minute {
		c.pause = c.first
	}
	c.current = c.current || c.read.After(c.started)
	c.running, c.due, c.pause = false, now.Add(c.pause), min(2*c.pause, pauseMost)
	c.rest, c.midLine = nil, false
	c.entries.end()
	words = strings.TrimSpace(words)
	said, status := words, ""
	if i := strings.LastIndexByte(words, '\n') + 1; strings.HasPrefix(words[i:], "status ") {
		said, status = strings.TrimSpace(words[:i]), " with "+words[i:]
	}
	c.silent(c.name(), now, "it ended"+status+explained(c.kind, said))
}

func explained(k kind, said string) string {
	if mend := k.meaning(said); mend != "" {
		return ": " + mend
	}
	if said == "" {
		return ""
	}
	lines := strings.Split(said, "\n")
	return ": " + quotedSafely(lines[len(lines)-1])
}

func (c *command) flush(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entries.flush(now)
}

func (c *command) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entries.end()
}
