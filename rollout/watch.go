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

// watcher keeps a witness looking at the servers that are upgraded.
type watcher struct {
	key      watchKey
	cancel   context.CancelFunc
	verdicts <-chan judge.Verdict
}

// watchKey tells when another watch has to begin.
type watchKey struct {
	upgraded int
	last     string
	watching bool
}

// follow starts a new watch when the servers to be watched have changed.
func (w *watcher) follow(ctx context.Context, witness Witness, s State) {
	key := keyOf(s)
	if key == w.key {
		return
	}
	w.stop()
	w.key = key
	if key.upgraded == 0 {
		return
	}
	ctx, w.cancel = context.WithCancel(ctx)
	w.verdicts = witness.Watch(ctx, watchOf(s))
}

// stop ends the watch and waits for its end.
func (w *watcher) stop() {
	if w.cancel == nil {
		return
	}
	w.cancel()
	for range w.verdicts {
	}
	*w = watcher{}
}

func keyOf(s State) watchKey {
	if s.Phase != Canaries && s.Phase != Watching && s.Phase != Others {
		return watchKey{}
	}
	key := watchKey{watching: s.Phase != Canaries}
	for _, t := range s.Turns[:s.bound()] {
		if t.Place == Upgraded {
			key.upgraded++
			key.last = t.Server.Name
		}
	}
	if key.upgraded == 0 {
		return watchKey{}
	}
	return key
}

// watchOf says what is compared with what.
func watchOf(s State) judge.Watch {
	w := judge.Watch{Since: s.WatchSince, Policy: s.Plan.Policy.Watch}
	upgraded := map[string]bool{}
	for i, t := range s.Turns {
		if t.Place == Upgraded {
			w.Upgraded = append(w.Upgraded, judge.Upgraded{
				Server: t.Server, Version: t.To, Process: t.Process, Since: t.Since, Asked: i < s.Plan.Canaries,
			})
			upgraded[t.Server.Name] = true
		} else if t.Place == Underway {
			upgraded[t.Server.Name] = true
		}
	}
	for i := max(0, len(w.Upgraded)-asksMost); i < len(w.Upgraded); i++ {
		w.Upgraded[i].Asked = true
	}
	w.Live = slices.DeleteFunc(slices.Clone(s.Plan.Servers), func(f fleet.Server) bool { return upgraded[f.Name] })
	return w
}
