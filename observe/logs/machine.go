package logs

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"noon/fleet"
	"noon/host"
)

// clockEvery is the time between two looks at a machine's clock.
const clockEvery = 5 * time.Minute

// machine is one host with the sources of all its servers that are followed.
type machine struct {
	host    host.Host
	options Options
	end     context.CancelFunc
	ended   chan struct{}

	mu      sync.Mutex
	sources []source
	// left are those whose server is not followed any more.
	left []leaving
	tags int
	// joined tells that a server has joined that does not know the clock.
	joined bool
	// read is when all was read for the last time.
	read time.Time
}

// leaving are the sources of a server that leaves; closed is told when they have
// given out what is left.
type leaving struct {
	sources []source
	closed  chan struct{}
}

// source is one source of a server on a machine.
type source interface {
	of() *listener
	name() string
	// begin tells that a session has begun: nothing runs there yet.
	begin()
	// step does what is due. An error ends the session.
	step(ctx context.Context, s *session) error
	// take gets a frame of the source's own.
	take(f frame)
	// flush gives out what has waited for more.
	flush(now time.Time)
	// close gives out what is left.
	close()
}

func newMachine(h host.Host, o Options) *machine {
	return &machine{host: h, options: o, ended: make(chan struct{}), read: time.Now()}
}

// start begins to follow, until stop.
func (m *machine) start(ctx context.Context) {
	ctx, m.end = context.WithCancel(ctx)
	go func() {
		defer close(m.ended)
		m.follow(ctx)
	}()
}

func (m *machine) stop() {
	m.end()
	<-m.ended
}

func (m *machine) add(from fleet.LogSource, l *listener) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tags++
	m.joined = true
	tag := "s" + strconv.Itoa(m.tags)
	if from.File != "" {
		m.sources = append(m.sources, newFiles(from, l))
		return
	}
	m.sources = append(m.sources, newCommand(from, l, tag, m.options.Pause))
}

// remove takes a server's sources away, and returns how many are left, and what
// tells that those are closed. A command of theirs runs on until the session ends.
func (m *machine) remove(l *listener) (rest int, closed <-chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var others []source
	going := leaving{closed: make(chan struct{})}
	for _, s := range m.sources {
		if s.of() != l {
			others = append(others, s)
		} else {
			going.sources = append(going.sources, s)
		}
	}
	m.sources, m.left = others, append(m.left, going)
	return len(others), going.closed
}

// closeLeft closes the sources of servers that leave.
func (m *machine) closeLeft() {
	m.mu.Lock()
	left := m.left
	m.left = nil
	m.mu.Unlock()
	for _, each := range left {
		for _, s := range each.sources {
			s.close()
		}
		close(each.closed)
	}
}

func (m *machine) all() []source {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]source(nil), m.sources...)
}

// follow runs one session after the other.
func (m *machine) follow(ctx context.Context) {
	pause := m.options.Pause
	for ctx.Err() == nil {
		began := time.Now()
		s := newSession(m.take)
		err := s.run(ctx, m.host, func(ctx context.Context) error { return m.work(ctx, s) })
		if ctx.Err() != nil {
			break
		}
		m.silent(err)
		if time.Since(began) > pauseMost {
			pause = m.options.Pause
		}
		wait(ctx, pause)
		pause = min(2*pause, pauseMost)
	}
	m.closeLeft()
}

// silent tells all servers of the machine that nothing is read there.
func (m *machine) silent(err error) {
	for _, each := range m.all() {
		each.of().silent(each.name(), m.read, err.Error())
		each.flush(time.Now())
		each.of().tell()
	}
}

// work reads what there is, again and again. A source that joined meanwhile
// has begun already.
func (m *machine) work(ctx context.Context, s *session) error {
	if err := s.begin(); err != nil {
		return err
	}
	for _, each := range m.all() {
		each.begin()
	}
	var clockRead time.Time
	for ctx.Err() == nil {
		if m.clockDue(clockRead) {
			if err := m.clock(ctx, s); err != nil {
				return fmt.Errorf("read the clock of %s: %w", m.host.Name(), err)
			}
			clockRead = time.Now()
		}
		if err := m.turn(ctx, s); err != nil {
			return fmt.Errorf("read logs on %s: %w", m.host.Name(), err)
		}
		m.read = time.Now()
		wait(ctx, m.options.Poll)
	}
	return context.Cause(ctx)
}

// clockDue tells that the clock has to be read, for the first time or again.
func (m *machine) clockDue(read time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	joined := m.joined
	m.joined = false
	return joined || time.Since(read) > clockEvery
}

// turn is one step of every source.
func (m *machine) turn(ctx context.Context, s *session) error {
	m.closeLeft()
	for _, each := range m.all() {
		if err := each.step(ctx, s); err != nil {
			return err
		}
		each.flush(time.Now())
		each.of().tell()
	}
	return nil
}

// take hands a frame to the command whose tag it has.
func (m *machine) take(f frame) {
	for _, each := range m.all() {
		if c, ok := each.(*command); ok && c.tag == f.tag {
			c.take(f)
		}
	}
}

// clock reads the machine's clock: half of the way there and back is how long
// ago that was.
func (m *machine) clock(ctx context.Context, s *session) error {
	asked := time.Now()
	frames, err := s.call(ctx, "c", "clock")
	if err != nil {
		return err
	}
	took := time.Since(asked)
	theirs, resolution, zone, err := parseClock(frames[len(frames)-1].rest)
	if err != nil {
		return err
	}
	offset := theirs.Add(resolution / 2).Sub(asked.Add(took / 2))
	if offset.Abs() <= resolution/2+took/2 {
		offset = 0
	}
	for _, each := range m.all() {
		each.of().clock(offset, zone)
	}
	return nil
}

// parseClock reads "1795271820.796367753 +0100"; date without %N tells whole
// seconds.
func parseClock(text string) (t time.Time, resolution time.Duration, zone *time.Location, err error) {
	stamp, zoneText, _ := strings.Cut(text, " ")
	whole, fraction, _ := strings.Cut(stamp, ".")
	seconds, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return time.Time{}, 0, nil, fmt.Errorf("it says %s, which is no time", fleet.Quoted(text))
	}
	nanos, err := strconv.ParseInt(fraction, 10, 64)
	resolution = time.Nanosecond
	if err != nil || len(fraction) != 9 {
		nanos, resolution = 0, time.Second
	}
	zone = time.UTC
	if z, err := time.Parse("-0700", zoneText); err == nil {
		_, east := z.Zone()
		zone = time.FixedZone("", east)
	}
	return time.Unix(seconds, nanos), resolution, zone, nil
}

// wait waits, or until ctx ends.
func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
