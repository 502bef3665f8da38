// Package observe looks at the servers of a rollout: what they say of
// themselves and what the load balancer says of them. It hands what it saw to
// the judges, and does not judge itself.
package observe

import (
	"context"
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
}

// Watch looks until ctx ends, sends the verdict after each look, and then
// closes the channel. Who reads it late gets the latest verdict only.
func (w *Witness) Watch(ctx context.Context, watch judge.Watch) <-chan judge.Verdict {
	verdicts := make(chan judge.Verdict)
	go func() {
		defer close(verdicts)
		checks := judge.NewChecks(watch, w.InARow)
		for ctx.Err() == nil {
			look := w.look(ctx, watch)
			if ctx.Err() != nil {
				return
			}
			w.say(ctx, verdicts, checks.See(look))
		}
	}()
	return verdicts
}

// say offers the verdict until the next look is due.
func (w *Witness) say(ctx context.Context, verdicts chan<- judge.Verdict, v judge.Verdict) {
	next := time.NewTimer(w.Every)
	defer next.Stop()
	select {
	case verdicts <- v:
	case <-ctx.Done():
		return
	case <-next.C:
		return
	}
	select {
	case <-next.C:
	case <-ctx.Done():
	}
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
