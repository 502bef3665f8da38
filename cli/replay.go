package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"noon/fleet"
	"noon/judge/monitors"
)

// replay is a recorded watch that is judged again.
type replay struct {
	path     string
	watch    monitors.Watch
	versions []fleet.Version
	judge    judging
	// last is what was said of each version last.
	last map[fleet.Version]string
	// from and to are the times of the first observation and of the latest.
	from, to time.Time
	changes  []change
}

// judging is what a replay needs of a judge.
type judging interface {
	Observe(monitors.Observation)
	Report(fleet.Version) monitors.Report
}

// change is a report that says something else than the one before, or the last.
type change struct {
	monitors.Report
	last bool
}

// versionsMost is how many new versions one watch may have: each has servers of
// its own, and a share of the evidence.
const versionsMost = 16

// replayed judges the trace in a file.
func replayed(ctx context.Context, path string, s monitors.Settings) (*replay, error) {
	file, err := openFile(path, "trace")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	trace, w, err := monitors.OpenTrace(file, fileName(path))
	if err != nil {
		return nil, err
	}
	r := newReplay(path, w, monitors.New(w, s))
	switch n := len(r.versions); {
	case n == 0:
		return nil, fmt.Errorf("%s: no server was upgraded in this watch, so there is no new version to judge", fleet.Plain(fileName(path)))
	case n > versionsMost:
		return nil, fmt.Errorf("%s: the watch has more than %d new versions", fleet.Plain(fileName(path)), versionsMost)
	}
	return r, r.run(ctx, trace)
}

func newReplay(path string, w monitors.Watch, j judging) *replay {
	r := &replay{path: path, watch: w, judge: j, last: map[fleet.Version]string{}}
	upgrades := slices.Clone(w.Upgrades)
	slices.SortStableFunc(upgrades, func(a, b monitors.Upgrade) int { return a.Time.Compare(b.Time) })
	for _, u := range upgrades {
		if u.Version != w.Live && !slices.Contains(r.versions, u.Version) && len(r.versions) <= versionsMost {
			r.versions = append(r.versions, u.Version)
			r.last[u.Version] = saidBy(monitors.Report{Opinion: monitors.Undecided})
		}
	}
	return r
}

// run gives the judge one observation after another, and asks it after each
// tick: the time between two looks of noon at all servers.
func (r *replay) run(ctx context.Context, trace *monitors.Trace) error {
	step := time.Duration(r.watch.Step) * time.Second
	for tick := time.Duration(0); ; {
		o, err := trace.Next()
		switch {
		case errors.Is(err, io.EOF) && r.from.IsZero():
			return fmt.Errorf("%s: nothing was observed in this watch, so there is nothing to judge", fleet.Plain(fileName(r.path)))
		case errors.Is(err, io.EOF):
			r.look(true)
			return nil
		case err != nil:
			return err
		}
		if r.from.IsZero() {
			r.from = o.Time
		}
		if now := o.Time.Sub(r.from) / step; now != tick {
			if ctx.Err() != nil {
				return &exit{exitError, errors.New("ended by a signal; nothing was judged")}
			}
			r.look(false)
			tick = now
		}
		r.judge.Observe(o)
		r.to = o.Time
	}
}

// look asks the judge, and keeps what it says where that is new.
func (r *replay) look(last bool) {
	for _, v := range r.versions {
		report := r.judge.Report(v).Finite()
		report.Version, report.Time = v, r.to
		said := saidBy(report)
		if said != r.last[v] || last {
			r.changes = append(r.changes, change{report, last})
		}
		r.last[v] = said
	}
}

// saidBy is what a report says, without the numbers, which move all the time.
func saidBy(r monitors.Report) string {
	said := []string{}
	for _, f := range r.Findings {
		said = append(said, string(f.Direction)+" "+f.Series)
	}
	slices.Sort(said)
	return string(r.Opinion) + "\n" + strings.Join(said, "\n")
}
