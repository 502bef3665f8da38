package rollout

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"noon/fleet"
)

// world is a simulated fleet behind a simulated balancer, in virtual time. It
// implements all that a controller acts on, draws faults, and asserts the
// invariants at every effect.
type world struct {
	mu      sync.Mutex
	random  *rand.Rand
	service fleet.Service
	servers []*simServer
	// versions are deployed; hasty: the human chooses one as soon as another
	// one goes back.
	versions fleet.Versions
	hasty    bool
	epoch    int
	gone     time.Time // the balancer does not answer before
	journal  *simJournal

	// faults is the chance that an operation goes wrong; 0 in calm times.
	faults float64
	// kills and pauses are the operations at which a controller is killed, or
	// stopped for a while.
	ops           int
	kills, pauses map[int]bool
	// changed is when something happened that noon did not do.
	changed    time.Time
	violations []string
	trail      []string
}

// simServer is one server as it really is.
type simServer struct {
	fleet.Server
	rotation fleet.Rotation
	weight   int64
	took     bool // noon took it out
	running  fleet.Version
	started  time.Time
	ready    time.Time
	link     fleet.Version
	staged   map[fleet.Version]bool
	empty    time.Time     // when the requests in flight have ended
	holds    time.Duration // its requests take at least so long
	dead     time.Time     // it answers nothing before
	pid      int
	look     fleet.Vitals // what noon read last
	looked   time.Time
	requests int64
}

const (
	simLive = fleet.Version("v1")
	simNew  = fleet.Version("v2")
)

// illnesses are what is wrong with the new versions in this world.
type illnesses map[fleet.Version]illness

// illness is what is wrong with one of them.
type illness struct {
	never, wrong bool          // never healthy; reports another version
	after        time.Duration // falls ill after a while, 0 = never
}

func newWorld(seed uint64) (*world, illnesses) {
	random := rand.New(rand.NewPCG(seed, 7))
	n := 2 + random.IntN(5)
	w := &world{random: random, epoch: 1, kills: map[int]bool{}, pauses: map[int]bool{}, journal: &simJournal{}}
	w.journal.w = w
	for i := range n {
		w.addServer(fmt.Sprintf("web%d", i+1))
	}
	w.faults = []float64{0, .003, .01, .03}[random.IntN(4)]
	for range random.IntN(4) {
		w.kills[1+random.IntN(80*n)] = true
	}
	if random.IntN(4) == 0 {
		w.pauses[1+random.IntN(80*n)] = true
	}
	w.service = w.drawService(n)
	w.versions = fleet.Versions{simNew, "v3", "v4"}[:max(1, random.IntN(5)-1)]
	ill := illnesses{}
	w.hasty = random.IntN(4) == 0
	for _, v := range w.versions {
		ill[v] = drawIllness(random)
	}
	return w, ill
}

func drawIllness(random *rand.Rand) (ill illness) {
	switch random.IntN(8) {
	case 0:
		ill.never = true
	case 1:
		ill.wrong = true
	case 2:
		ill.after = time.Duration(1+random.IntN(60)) * time.Second
	}
	return ill
}

func (w *world) drawService(n int) fleet.Service {
	r := w.random
	keep := r.IntN(n)
	then := 1 + r.IntN(max(n-keep, 1))
	s := fleet.Service{Name: "shop", Check: fleet.Check{Times: 1 + r.IntN(3), Every: 500 * time.Millisecond, Within: 10 * time.Second}}
	s.Servers = w.service.Servers
	s.Policy = fleet.Policy{
		Keep: keep, Canaries: r.IntN(3), Then: then, Promote: fleet.PromoteAuto, Worse: fleet.RollBack,
		Watch:  fleet.WatchPolicy{Least: 5 * time.Second, Most: 20 * time.Second, Then: time.Duration(r.IntN(3)) * time.Second},
		Drain:  fleet.DrainPolicy{Wait: 5 * time.Second, After: []fleet.AfterDrain{fleet.FailDrain, fleet.CutDrain}[r.IntN(2)]},
		Settle: time.Duration(r.IntN(3)) * time.Second, Undecided: fleet.Ask,
	}
	if r.IntN(3) == 0 {
		s.Policy.Ramp, s.Policy.RampEvery = []int{10, 50, 100}, time.Second
	}
	if r.IntN(6) == 0 {
		s.Policy.Worse = fleet.Ask
	}
	return s
}

// addServer adds one that serves and runs the live version.
func (w *world) addServer(name string) {
	s := &simServer{
		Server: fleet.Server{Name: name, Address: name + ":80"}, rotation: fleet.In, weight: 100,
		running: simLive, link: simLive, staged: map[fleet.Version]bool{simLive: true}, pid: 1,
	}
	w.servers, w.service.Servers = append(w.servers, s), append(w.service.Servers, s.Server)
}

func (w *world) violate(format string, args ...any) {
	w.violations = append(w.violations, fmt.Sprintf(format, args...))
}

func (w *world) note(format string, args ...any) {
	w.trail = append(w.trail, time.Now().Format("04:05.000 ")+fmt.Sprintf(format, args...))
}

func (w *world) of(name string) *simServer {
	if s := w.known(name); s != nil {
		return s
	}
	panic("no server " + name)
}

func (w *world) known(name string) *simServer {
	for _, s := range w.servers {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// steady tells whether noon can know the world as it is at this moment: what
// changes at the very instant of an effect cannot be seen before it.
func (w *world) steady() bool { return !w.changed.Equal(time.Now()) }

func (s *simServer) healthy(ills illnesses) bool {
	now := time.Now()
	if s.running == "" || now.Before(s.ready) || now.Before(s.dead) {
		return false
	}
	ill := ills[s.running]
	return !ill.never && (ill.after == 0 || now.Before(s.started.Add(ill.after)))
}

func (w *world) serving(ill illnesses) int {
	n := 0
	for _, s := range w.servers {
		if s.rotation == fleet.In && s.weight >= 100 && s.healthy(ill) {
			n++
		}
	}
	return n
}

// happen lets things happen that noon does not do.
func (w *world) happen() {
	if w.random.Float64() >= w.faults {
		return
	}
	s := w.servers[w.random.IntN(len(w.servers))]
	w.changed = time.Now()
	switch w.random.IntN(6) {
	case 0:
		w.restartBalancer()
	case 1:
		w.note("the balancer is gone for a while")
		w.gone = time.Now().Add(time.Duration(w.random.IntN(40)) * time.Second)
	case 2:
		w.note("a hand takes %s out", s.Name)
		s.rotation, s.took = fleet.Out, false
	case 3:
		w.note("a hand puts %s in", s.Name)
		s.rotation, s.took, s.weight = fleet.In, false, 100
		s.empty = time.Now().Add(time.Second)
	case 4:
		w.note("%s dies for a while", s.Name)
		s.dead = time.Now().Add(time.Duration(w.random.IntN(60)) * time.Second)
	case 5:
		w.note("%s reboots", s.Name)
		s.dead = time.Now().Add(5 * time.Second)
		s.boot(s.link, 6*time.Second)
	}
}

func (w *world) restartBalancer() {
	w.note("the balancer restarts and forgets")
	w.epoch++
	for _, s := range w.servers {
		if s.rotation != fleet.In {
			s.empty = time.Now().Add(500 * time.Millisecond)
		}
		s.rotation, s.weight = fleet.In, 100
	}
}

func (s *simServer) boot(v fleet.Version, after time.Duration) {
	s.pid++
	s.running, s.started, s.ready = v, time.Now(), time.Now().Add(after)
}

var (
	errKilled = errors.New("killed")
	errFault  = errors.New("a simulated fault")
)

// enter is the beginning of every operation of a controller: it may be killed
// here, or stopped for longer than its lease lasts.
func (w *world) enter(ctx context.Context, by *incarnation) error {
	w.mu.Lock()
	w.ops++
	kill, pause := w.kills[w.ops], w.pauses[w.ops]
	w.happen()
	w.mu.Unlock()
	if kill {
		by.die("killed")
	}
	if pause {
		by.pause(60 * time.Second)
	}
	by.awake()
	if pause && by.Remaining() == 0 {
		// What was about to start is cancelled with its context when the
		// process wakes up.
		return errKilled
	}
	if by.isDead() || ctx.Err() != nil {
		return errKilled
	}
	return nil
}

// fault draws whether an operation fails; late means after its effect.
func (w *world) fault() (early, late bool) {
	x := w.random.Float64()
	return x < w.faults/2, x > 1-w.faults/2
}

// violationText joins what was seen.
func (w *world) violationText() string {
	if len(w.violations) == 0 {
		return ""
	}
	return strings.Join(w.violations, "\n") + "\ntrail:\n  " + strings.Join(w.trail, "\n  ")
}
