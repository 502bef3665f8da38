// Package observe looks at the servers of a rollout: what they say of
// themselves and what the load balancer says of them. It hands what it saw to
// the judges, and does not judge itself.
package observe

import (
	"context"
	"slices"
	"sync"
	"time"

	"noon/fleet"
	"noon/judge"
)

// Pool is a load balancer that can be read.
type Pool interface {
	Observe(ctx context.Context) (fleet.Pool, error)
}

// Checker asks a server how it is.
type Checker interface {
	Look(ctx context.Context, s fleet.Server) (fleet.Vitals, error)
}

// Witness looks at the service every so often, and asks the judges what they
// make of it.
type Witness struct {
	Pool    Pool
	Checker Checker
	// Every is the time between two looks, Timeout the most that one may take.
	Every, Timeout time.Duration
	// InARow is how often in a row a bad sign must be seen to count.
	InARow int
	// Logs are read and judged too; nil where none are configured.
	Logs *Logs
	// Monitors are measured and judged too, nil for nothing.
	Monitors *Monitors
}

// beforeEvery is the least time between two looks before a server is upgraded:
// they are only there to know how many requests each one serves.
const beforeEvery = time.Second

// Watch looks until ctx ends, offers the verdict after each look while there
// are upgraded servers, and then closes the channel. Who reads it late gets the
// latest verdict only.
func (w *Witness) Watch(ctx context.Context, watches <-chan judge.Watch) <-chan judge.Verdict {
	verdicts := make(chan judge.Verdict)
	go func() {
		defer close(verdicts)
		w.testify(ctx, watches, verdicts)
	}()
	return verdicts
}

func (w *Witness) testify(ctx context.Context, watches <-chan judge.Watch, verdicts chan<- judge.Verdict) {
	next := time.NewTimer(w.Every)
	defer next.Stop()
	c := w.begin()
	defer c.end()
	watches = c.listen(ctx, watches)
	var verdict judge.Verdict
	var offer chan<- judge.Verdict // nil: nothing new to say
	for {
		select {
		case <-ctx.Done():
			return
		case watch := <-watches:
			if offer = nil; c.change(watch, w.InARow) {
				next.Reset(0)
			}
		case offer <- verdict:
			offer = nil
		case <-next.C:
			if verdict = w.compare(ctx, c); c.saysSomething(verdict) {
				offer = verdicts
			}
			next.Reset(c.pause(w.Every))
		}
	}
}

// comparison is what is compared now.
type comparison struct {
	watch     judge.Watch
	checks    *judge.Checks
	reading   *reading
	measuring *measuring
	listens   sync.WaitGroup
}

func (w *Witness) begin() *comparison {
	c := &comparison{}
	if w.Logs != nil {
		c.reading = w.Logs.open()
	}
	if w.Monitors != nil {
		c.measuring = w.Monitors.open()
	}
	return c
}

// listen lets those who read logs and monitors know at once what is compared: a look may
// take its time, and meanwhile another version writes.
func (c *comparison) listen(ctx context.Context, watches <-chan judge.Watch) <-chan judge.Watch {
	if c.reading == nil && c.measuring == nil {
		return watches
	}
	latest := make(chan judge.Watch, 1)
	c.listens.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case w := <-watches:
				if c.reading != nil {
					c.reading.change(ctx, w)
				}
				if c.measuring != nil {
					c.measuring.change(ctx, w)
				}
				select {
				case <-latest: // nobody has looked at it yet, and it is outdated
				default:
				}
				latest <- w
			}
		}
	})
	return latest
}

func (c *comparison) end() {
	c.listens.Wait()
	if c.reading != nil {
		c.reading.close()
	}
	if c.measuring != nil {
		c.measuring.close()
	}
}

// change takes another watch; true tells that other servers are judged now,
// of whom nothing is known yet.
func (c *comparison) change(watch judge.Watch, inARow int) bool {
	same := c.checks != nil && slices.Equal(c.watch.Upgraded, watch.Upgraded) && c.watch.Since.Equal(watch.Since) && slices.Equal(c.watch.Versions, watch.Versions)
	if c.watch = watch; !same {
		c.checks = judge.NewChecks(watch, inARow)
	}
	return !same
}

// judging tells whether there is a server to judge.
func (c *comparison) judging() bool { return len(c.watch.Upgraded) > 0 }

// saysSomething tells whether a verdict is for others to hear: before a server
// is upgraded, only if its start left something in its log; and while the logs'
// past is being read, only if the checks alone are against the version: another
// verdict would be in place of one that knew the past.
func (c *comparison) saysSomething(v judge.Verdict) bool {
	if c.reading != nil && c.reading.settling() && v.Opinion != judge.Worse {
		return false
	}
	return c.judging() || v.Logs != nil && len(v.Logs.Findings) > 0
}

func (c *comparison) pause(every time.Duration) time.Duration {
	if c.judging() {
		return every
	}
	return max(every, beforeEvery)
}

// compare looks once, and returns the verdict after it.
func (w *Witness) compare(ctx context.Context, c *comparison) judge.Verdict {
	v := judge.Verdict{Opinion: judge.Undecided}
	if !c.judging() && c.reading == nil {
		return v
	}
	look := w.look(ctx, c.watch)
	if c.judging() || len(c.watch.Versions) > 0 {
		v = c.checks.See(look)
	}
	if c.reading != nil {
		if report := c.reading.report(look); report != nil {
			v = v.Join(*report)
		}
	}
	if c.measuring != nil && c.judging() {
		v = v.JoinMonitors(c.measuring.reports(), runs(c.watch))
	}
	v.Watch = c.watch.Number
	return v
}

// look reads the pool and the vitals of the servers that are asked.
func (w *Witness) look(ctx context.Context, watch judge.Watch) judge.Look {
	ctx, cancel := context.WithTimeout(ctx, w.Timeout)
	defer cancel()
	l := judge.Look{Time: time.Now(), Vitals: map[string]fleet.Vitals{}, Trouble: map[string]string{}}
	var mu sync.Mutex
	var all sync.WaitGroup
	for _, u := range watch.Upgraded {
		if u.Asked {
			all.Go(func() { w.ask(ctx, u.Server, &l, &mu) })
		}
	}
	pool, err := w.Pool.Observe(ctx)
	all.Wait()
	if l.Pool = pool; err != nil {
		l.PoolTrouble = err.Error()
	}
	return l
}

func (w *Witness) ask(ctx context.Context, s fleet.Server, l *judge.Look, mu *sync.Mutex) {
	vitals, err := w.Checker.Look(ctx, s)
	mu.Lock()
	defer mu.Unlock()
	if err != nil {
		l.Trouble[s.Name] = err.Error()
		return
	}
	l.Vitals[s.Name] = vitals
}

// runs says which new version each upgraded server runs.
func runs(w judge.Watch) map[string]fleet.Version {
	all := map[string]fleet.Version{}
	for _, u := range w.Upgraded {
		all[u.Server.Name] = u.Version
	}
	return all
}
