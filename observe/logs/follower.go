package logs

import (
	"context"
	"sync"
	"time"

	"noon/fleet"
	"noon/host"
)

// Options say what is followed and how.
type Options struct {
	// Sources are read of every server.
	Sources []fleet.LogSource
	// Reach finds a server's machine.
	Reach func(fleet.Server) (host.Host, error)
	// Poll is the time between two looks at files and at Loki; 0 is 300 ms for
	// files and a second for Loki.
	Poll time.Duration
	// Pause is the time before the first attempt to read again what stopped; it
	// doubles up to 30 s. 0 is one second.
	Pause time.Duration

	lokiPoll time.Duration
}

const (
	pollEvery  = 300 * time.Millisecond
	pauseFirst = time.Second
	pauseMost  = 30 * time.Second
)

// Follower follows the logs of servers. Servers that share a machine share one
// session there.
type Follower struct {
	options  Options
	mu       sync.Mutex
	machines map[string]*machine
}

// New returns a follower that follows nothing yet.
func New(o Options) *Follower {
	if o.lokiPoll = o.Poll; o.Poll == 0 {
		o.Poll, o.lokiPoll = pollEvery, lokiEvery
	}
	if o.Pause == 0 {
		o.Pause = pauseFirst
	}
	return &Follower{options: o, machines: map[string]*machine{}}
}

// PastLeast is how long before the first start since is: so much of the live
// version's log is read again after a crash.
const PastLeast = 10 * time.Minute

// Follow reads the server's logs, the past first, until ctx ends: as far back as
// the sources' history goes, and from since on if that is longer ago. Silent is
// told at the beginning, and that it is over when all sources have been read
// up to now.
func (f *Follower) Follow(ctx context.Context, s fleet.Server, since time.Time, to Sink) {
	l := newListener(s, to)
	defer l.close()
	if !since.IsZero() {
		l.upgraded = since.Add(PastLeast)
	}
	var here, there []fleet.LogSource
	for _, source := range f.options.Sources {
		if !since.IsZero() {
			source.History = max(source.History, time.Since(since))
		}
		if source.Loki != nil {
			here = append(here, source)
		} else {
			there = append(there, source)
		}
		l.silent(called(source, l.server), time.Now(), "not read yet")
	}
	var all sync.WaitGroup
	for _, source := range here {
		all.Go(func() { f.followLoki(ctx, source, l) })
	}
	if len(there) > 0 {
		all.Go(func() { f.followThere(ctx, there, l) })
	}
	all.Wait()
}

// followThere follows the sources that are on the server's machine.
func (f *Follower) followThere(ctx context.Context, sources []fleet.LogSource, l *listener) {
	m, err := f.join(ctx, sources, l)
	if err != nil {
		for _, source := range sources {
			l.silent(called(source, l.server), time.Now(), err.Error())
		}
		<-ctx.Done()
		return
	}
	<-ctx.Done()
	f.leave(m, l)
}

// join adds the sources to the server's machine, which is connected to when
// they are the first.
func (f *Follower) join(ctx context.Context, sources []fleet.LogSource, l *listener) (*machine, error) {
	h, err := f.options.Reach(l.server)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	m := f.machines[h.Name()]
	if m == nil {
		m = newMachine(h, f.options)
		f.machines[h.Name()] = m
		m.start(context.WithoutCancel(ctx))
	}
	for _, source := range sources {
		m.add(source, l)
	}
	return m, nil
}

// leave takes the server's sources from the machine, and waits until they have
// given out what they have; for the machine's end when they were the last.
func (f *Follower) leave(m *machine, l *listener) {
	f.mu.Lock()
	others, closed := m.remove(l)
	last := others == 0
	if last {
		delete(f.machines, m.host.Name())
	}
	f.mu.Unlock()
	if last {
		m.stop()
		return
	}
	select {
	case <-closed:
	case <-time.After(endMost): // the machine does not answer
	}
}
