package rollout

import (
	"context"
	"slices"

	"noon/fleet"
	"noon/judge"
)

// asksMost is how many upgraded servers are asked themselves in every look:
// the canaries, and those that were upgraded last. The balancer's view covers
// all of them, so watching costs the same at any size of fleet.
const asksMost = 12

// watcher keeps a witness looking, from before the first server is upgraded
// until nothing is judged any more.
type watcher struct {
	key      watchKey
	number   int
	cancel   context.CancelFunc
	watches  chan judge.Watch
	verdicts <-chan judge.Verdict
	// ending are watches that were stopped.
	ending []<-chan judge.Verdict
}

// watchKey tells when something else has to be compared.
type watchKey struct {
	judging  bool
	versions string
	upgraded int
	last     string
	watching bool
	underway string
	changing string
	// started and back count the processes that were started, and put back.
	started, back int
}

// follow tells the witness what is compared now, where that has changed.
func (w *watcher) follow(ctx context.Context, witness Witness, s State) {
	key := keyOf(s)
	if key == w.key {
		return
	}
	if w.key = key; !key.judging {
		w.stop()
		return
	}
	if w.watches == nil {
		ctx, w.cancel = context.WithCancel(ctx)
		w.watches = make(chan judge.Watch, 1)
		w.verdicts = witness.Watch(ctx, w.watches)
	}
	select {
	case <-w.watches: // nobody has looked at it yet, and it is outdated
	default:
	}
	w.number++
	watch := watchOf(s)
	watch.Number = w.number
	w.watches <- watch
}

// stop ends the watch, and does not wait for its end: a server that does not
// answer must not keep others from their way back.
func (w *watcher) stop() {
	if w.cancel == nil {
		return
	}
	w.cancel()
	*w = watcher{key: w.key, number: w.number, ending: append(w.ending, w.verdicts)}
}

// end ends the watch and waits until nothing of it runs any more.
func (w *watcher) end() {
	w.stop()
	for _, verdicts := range w.ending {
		for range verdicts {
		}
	}
}

func keyOf(s State) watchKey {
	if s.Phase != Canaries && s.Phase != Watching && s.Phase != Others {
		return watchKey{}
	}
	key := watchKey{judging: true, watching: s.Phase != Canaries, versions: s.Candidates().String()}
	for _, t := range s.Turns[:s.bound()] {
		if t.Place == Upgraded {
			key.upgraded++
			key.last = t.Server.Name
		}
		if t.Place == Underway {
			key.underway += t.Server.Name + " "
		}
		if t.changing() {
			key.changing += t.Server.Name + " "
		}
		key.started += len(t.Starts)
		if n := len(t.Starts); n > 0 && !t.Starts[n-1].Back.IsZero() {
			key.back++
		}
	}
	return key
}

// changing tells whether the server's process is being replaced.
func (t Turn) changing() bool {
	step, ok := t.Step()
	return ok && t.Touched && (step == Stop || step == Install || step == Restore || step == Start)
}

// watchOf says what is compared with what.
func watchOf(s State) judge.Watch {
	w := judge.Watch{Service: s.Plan.Service, Begun: s.Started.Time, Since: s.WatchSince, Policy: s.Plan.Policy.Watch}
	candidates := s.Candidates()
	if w.Versions = candidates; len(candidates) == 1 {
		w.To, w.Versions = candidates[0], nil
	}
	touched := map[string]bool{}
	for i, t := range s.Turns {
		if w.From == "" {
			w.From = t.From
		}
		if t.Batch < s.Plan.Canaries {
			w.Canaries = append(w.Canaries, t.Server)
		}
		if t.Place == Underway {
			w.Underway = append(w.Underway, t.Server)
		}
		if t.changing() {
			w.Changing = append(w.Changing, t.Server)
		}
		if t.Place == Upgraded && candidates.Has(t.To) {
			w.Upgraded = append(w.Upgraded, judge.Upgraded{
				Server: t.Server, Version: t.To, Process: t.Process, Since: t.Since, Asked: i < s.Plan.Canaries,
			})
		}
		w.Starts = append(w.Starts, t.Starts...)
		touched[t.Server.Name] = t.Place == Upgraded || t.Place == Underway || t.Place == Unchosen
	}
	for i := max(0, len(w.Upgraded)-asksMost); i < len(w.Upgraded); i++ {
		w.Upgraded[i].Asked = true
	}
	w.Live = slices.DeleteFunc(slices.Clone(s.Plan.Servers), func(f fleet.Server) bool { return touched[f.Name] })
	return w
}
