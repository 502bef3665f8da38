package observe

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"
	"time"

	"noon/fleet"
	"noon/judge"
	judgelogs "noon/judge/logs"
	"noon/observe/logs"
)

// heldMost is how many bytes of lines are held of a server whose process is being
// replaced, until it is known which version wrote them.
const heldMost = 16 << 20

// Follower follows the logs of a server, from its history or since, whichever
// is earlier, until ctx ends.
type Follower interface {
	Follow(ctx context.Context, s fleet.Server, since time.Time, to logs.Sink)
}

// Logs reads the servers' logs for a judge.
type Logs struct {
	Follower Follower
	// Clock reads a server's own clock, Look how it is, and since when.
	Clock func(ctx context.Context, s fleet.Server) (time.Time, error)
	Look  func(ctx context.Context, s fleet.Server) (fleet.Vitals, error)
	// Register returns the known caveats as they are now; people edit them
	// while a rollout is watched.
	Register func() ([]fleet.Caveat, error)
	// Dictionary keeps the families that a live version writes, nil for none.
	Dictionary Dictionary
}

// Dictionary keeps what a version of a service is known to write.
type Dictionary interface {
	Load(service string, version fleet.Version) ([]judgelogs.Known, error)
	Save(service string, version fleet.Version, known []judgelogs.Known) error
}

// reading is the logs of one watch, and the judge of them.
type reading struct {
	*Logs
	mu      sync.Mutex
	judge   *judgelogs.Judge
	watch   judge.Watch
	servers map[string]*writer
	silent  map[string]string
	// notes are what people should know of the reading itself.
	notes []string
	// pastRead: all that the servers wrote before has been read.
	pastRead bool
	// began is when the first log was opened, kept when the dictionary was.
	began, kept time.Time
	all         sync.WaitGroup
}

// writer is one server whose log is read.
type writer struct {
	// starts are the processes that noon started on it, the first one first;
	// their marks are by our clock.
	starts []judge.Start
	// ahead is how far its clock is ahead of ours, once clocked.
	ahead   time.Duration
	clocked bool
	// born is since when it is known which version writes.
	born   time.Time
	cancel context.CancelFunc
	// changing: which version writes is not known; its lines are held.
	changing  bool
	held      []judgelogs.Line
	heldBytes int
}

func (l *Logs) open() *reading {
	return &reading{Logs: l, servers: map[string]*writer{}, silent: map[string]string{}}
}

// change takes another watch: it begins to read the logs of servers that are
// new to it, and learns which version writes where.
func (r *reading) change(ctx context.Context, w judge.Watch) {
	if w.From == "" {
		return // one server is only seen to be well: there is nothing to compare
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.judge != nil && !slices.Equal(r.watch.New(), w.New()) {
		r.anew()
	}
	since := time.Time{} // whose turn comes later has nothing behind it
	if r.judge == nil {
		since = pastOf(w)
		r.began = time.Now()
		r.kept = r.began
		r.judge = judgelogs.New(judgelogs.Watch{
			Service: w.Service, Live: w.From, Known: r.known(w), Least: min(w.Policy.Least, judgelogs.LeastDefault),
		})
	}
	r.watch = w
	chosen := r.choose(w)
	for _, s := range chosen {
		r.begin(ctx, s, since)
	}
	for name, server := range r.servers {
		if !slices.ContainsFunc(chosen, func(s fleet.Server) bool { return s.Name == name }) {
			r.leave(name)
			continue
		}
		r.learn(name, server)
	}
}

// anew forgets what was read: a version that is out, or was not chosen, must
// not count for or against another one. As after a crash all is read again.
func (r *reading) anew() {
	r.keep()
	for name := range r.servers {
		r.leave(name)
	}
	r.judge, r.pastRead = nil, false
}

// begin reads the log of one more server.
func (r *reading) begin(ctx context.Context, s fleet.Server, since time.Time) {
	if r.servers[s.Name] != nil {
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	w := &writer{cancel: cancel}
	r.servers[s.Name] = w
	r.silence(s.Name, time.Now(), "not read yet")
	r.all.Go(func() { r.follow(ctx, s, since, pen{r, w}) })
}

// leave reads the log of a server no longer.
func (r *reading) leave(name string) {
	r.servers[name].cancel()
	r.judge.Blind(name, time.Now())
	delete(r.servers, name)
	delete(r.silent, name)
}

// pastOf is since when logs are read: after a crash from before the first
// process was started, so that nothing that was found is forgotten.
func pastOf(w judge.Watch) (since time.Time) {
	for _, s := range w.Starts {
		if from := s.Mark.Add(-logs.PastLeast); since.IsZero() || from.Before(since) {
			since = from
		}
	}
	return since
}

// clockEvery is the time between two tries to read a server's clock.
const clockEvery = 2 * time.Second

// follow reads the server's log. How far its clock is from ours has to be
// known first: its processes were started by its clock, its lines come with
// times by ours.
func (r *reading) follow(ctx context.Context, s fleet.Server, since time.Time, to pen) {
	for ctx.Err() == nil {
		began := time.Now()
		ahead, err := r.ahead(ctx, s)
		if err == nil {
			to.set(s.Name, ahead, r.born(ctx, s, ahead))
			r.Follower.Follow(ctx, s, since, to)
			return
		}
		to.Silent(s.Name, began, "its clock cannot be read: "+err.Error())
		select {
		case <-time.After(clockEvery):
		case <-ctx.Done():
		}
	}
}

// ahead is how far the server's clock is ahead of ours. The first answer may
// have waited for a connection: the quicker one of two is believed, and what it
// may be wrong by is no difference.
func (r *reading) ahead(ctx context.Context, s fleet.Server) (ahead time.Duration, err error) {
	quickest := time.Duration(math.MaxInt64)
	for range 2 {
		began := time.Now()
		clock, err := r.Clock(ctx, s)
		if err != nil {
			return 0, err
		}
		if took := time.Since(began); took < quickest {
			quickest, ahead = took, clock.Sub(began.Add(took/2))
		}
	}
	if ahead.Abs() <= quickest/2 {
		return 0, nil
	}
	return ahead, nil
}

// born is since when it is known which version writes on a server: since its
// process was started, or, where noon has started another one, since the
// rollout began. What was written before may be of any version, also of one
// that was rolled back, and is nobody's past.
func (r *reading) born(ctx context.Context, s fleet.Server, ahead time.Duration) time.Time {
	r.mu.Lock()
	watch := r.watch
	r.mu.Unlock()
	if slices.ContainsFunc(watch.Starts, func(start judge.Start) bool { return start.Server == s.Name }) {
		return watch.Begun
	}
	vitals, err := r.Look(ctx, s)
	if err != nil || !vitals.Process.Known() || vitals.Process.Started.IsZero() {
		return time.Now()
	}
	return vitals.Process.Started.Add(-ahead)
}

// set keeps how far the server's clock is ahead of ours, and since when its
// lines are compared.
func (r *reading) set(name string, ahead time.Duration, born time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if server := r.servers[name]; server != nil {
		server.ahead, server.born, server.clocked = ahead, born, true
		r.learn(name, server)
	}
}

func (r *reading) known(w judge.Watch) []judgelogs.Known {
	if r.Dictionary == nil {
		return nil
	}
	known, err := r.Dictionary.Load(w.Service, w.From)
	if err != nil {
		r.notes = append(r.notes, err.Error())
	}
	return known
}

// choose returns the servers whose logs are read: also of those whose turn it is,
// a start may leave something there.
func (r *reading) choose(w judge.Watch) []fleet.Server {
	return append(compared(w, func(server string) bool { return r.servers[server] != nil }), w.Underway...)
}

// learn takes what the watch says of one server, and judges the lines that
// waited for it.
func (r *reading) learn(name string, server *writer) {
	server.starts = slices.DeleteFunc(slices.Clone(r.watch.Starts), func(s judge.Start) bool { return s.Server != name })
	server.changing = slices.ContainsFunc(r.watch.Changing, func(s fleet.Server) bool { return s.Name == name })
	for i := range server.starts {
		s := &server.starts[i]
		if s.Mark = s.Mark.Add(-server.ahead); r.watch.New().Has(s.Version) {
			r.judge.Upgraded(judgelogs.Canary{Server: name, Version: s.Version, Since: s.Mark})
		}
	}
	if server.changing {
		return
	}
	held := server.held
	server.held, server.heldBytes = nil, 0
	for _, l := range held {
		r.add(server, l)
	}
}

// Line takes a line of a server.
func (r *reading) Line(l judgelogs.Line) {
	r.mu.Lock()
	defer r.mu.Unlock()
	server := r.servers[l.Server]
	switch {
	case server == nil: // it is read no longer
	case !server.changing:
		r.add(server, l)
	case server.heldBytes+size(l) <= heldMost:
		server.held, server.heldBytes = append(server.held, l), server.heldBytes+size(l)
	default:
		r.judge.Missed(l.Server, 1, "too many lines while its process was replaced")
	}
}

// size is about how many bytes of memory a line takes.
func size(l judgelogs.Line) int {
	bytes := 200 + len(l.Text) + len(l.Raw) + len(l.Episode)
	if l.Stack != nil {
		bytes += len(l.Stack.Key) + len(l.Stack.Text)
	}
	return bytes
}

// add judges a line as one of the version that wrote it.
func (r *reading) add(server *writer, l judgelogs.Line) {
	if l.Time.Before(server.born) && (!l.Time.IsZero() || len(server.starts) == 0) {
		return
	}
	l.Version = r.watch.From
	for _, s := range server.starts {
		if l.Time.IsZero() || l.Time.Before(s.Mark) {
			break
		}
		l.Version, l.Starting = s.Version, s.Back.IsZero() || l.Time.Before(s.Back)
	}
	if l.Version == r.watch.From || r.watch.New().Has(l.Version) {
		r.judge.Add(l) // what another version wrote is nobody's
	}
}

// Missed takes lines that were not read.
func (r *reading) Missed(server string, lines int64, why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.judge.Missed(server, lines, why)
}

// Silent takes that a server's log is not read since then; the zero time, that
// it is again.
func (r *reading) Silent(server string, since time.Time, why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.servers[server] == nil: // it is read no longer
	case since.IsZero():
		delete(r.silent, server)
		r.judge.Seeing(server, time.Now())
	default:
		r.silence(server, since, why)
	}
}

// silence keeps that a server's log is not read: what it writes is unknown.
func (r *reading) silence(server string, since time.Time, why string) {
	r.silent[server] = fmt.Sprintf("the log of %s is not read since %s: %s", server, since.Local().Format(time.TimeOnly), why)
	r.judge.Blind(server, since)
}

// settling tells that what the servers wrote before is still being read.
func (r *reading) settling() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.judge != nil && !r.pastRead && time.Since(r.began) < pastWithin
}

// report is what the logs say now, nil if none are read.
func (r *reading) report(l judge.Look) *judgelogs.Report {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.judge == nil {
		return nil
	}
	for _, s := range l.Pool.Standings {
		if r.servers[s.Server] != nil && l.PoolTrouble == "" && s.Counters.Requests.Known {
			r.judge.Served(s.Server, l.Time, s.Counters.Requests.N)
		}
	}
	if l.Time.Sub(r.kept) >= keepEvery {
		r.keep()
	}
	note := r.register()
	report := judgelogs.Report{Service: r.watch.Service, Verdict: judgelogs.Undecided, Findings: []judgelogs.Finding{}, Missing: []string{"what the servers wrote before is being read"}}
	r.pastRead = r.pastRead || len(r.silent) == 0
	if len(r.silent) == 0 || l.Time.Sub(r.began) >= pastWithin {
		report = r.judge.Report(l.Time)
	}
	r.addSilent(&report)
	if note != "" {
		report.Notes = append(report.Notes, note)
	}
	return &report
}

// pastWithin is how long the past of all servers is waited for: what is compared
// before would have the past of some of them only.
const pastWithin = 20 * time.Second

// register takes the known caveats as they are now. A register that cannot be
// read while somebody edits it leaves the judge with the one before.
func (r *reading) register() (note string) {
	caveats, err := r.Register()
	if err != nil {
		return "the register of known caveats cannot be read, what it said before holds: " + err.Error()
	}
	r.judge.Register(caveats)
	return ""
}

// addSilent tells whose log is not read: of an upgraded server that is missing
// evidence, of another one it is good to know.
func (r *reading) addSilent(report *judgelogs.Report) {
	report.Notes = append(report.Notes, r.notes...)
	for _, name := range slices.Sorted(maps.Keys(r.silent)) {
		if !slices.ContainsFunc(r.watch.Upgraded, func(u judge.Upgraded) bool { return u.Server.Name == name }) {
			report.Notes = append(report.Notes, r.silent[name])
			continue
		}
		plain := "the log of " + name + " is not being read" // without the reason
		report.Missing = append(slices.DeleteFunc(report.Missing, func(m string) bool { return m == plain }), r.silent[name])
		if report.Verdict == judgelogs.Clean {
			report.Verdict = judgelogs.Undecided
		}
	}
}

// close waits until nothing is read any more.
func (r *reading) close() {
	r.all.Wait()
	r.keep()
}

// keepEvery is the time between two times that what was learned is kept.
const keepEvery = time.Minute

// keep keeps what both versions are known to write.
func (r *reading) keep() {
	if r.judge == nil || r.Dictionary == nil || !r.pastRead {
		return
	}
	r.kept = time.Now()
	// Should a new version be the live one next time, this is what it writes.
	for _, v := range r.watch.New() {
		if err := r.Dictionary.Save(r.watch.Service, v, r.judge.KnownOf(v)); err != nil {
			r.notes = []string{err.Error()}
		}
	}
	if err := r.Dictionary.Save(r.watch.Service, r.watch.From, r.judge.Known()); err != nil {
		r.notes = []string{err.Error()}
	}
}
