package rollout

import (
	"context"
	"fmt"
	"time"

	"noon/fleet"
	"noon/judge"
)

// verify waits until the server is well with the version it must run, several
// times in a row, in a process that was started by this turn.
func (c *Controller) verify(ctx context.Context, t Turn) (Seen, error) {
	return c.change(ctx, t, c.checkTurn)
}

func (c *Controller) checkTurn(ctx context.Context, t Turn) (Seen, error) {
	deadline, good, wrong := time.Now().Add(c.check.Within), 0, 0
	for {
		vitals, err := c.checker.Look(ctx, t.Server)
		why := c.notYet(t, vitals, err)
		if good++; why != "" {
			good = 0
		}
		if wrong++; !c.wrongVersion(t, vitals) {
			wrong = 0
		}
		switch {
		case good >= c.check.Times:
			return Seen{Version: vitals.Version, Process: &vitals.Process, Words: fmt.Sprintf("%s, reports %s, %d times in a row", vitals.Health, vitals.Version, good)}, nil
		case wrong >= c.check.Times:
			return Seen{}, fmt.Errorf("the new process is healthy but reports version %s instead of %s", vitals.Version, t.Wanted())
		case time.Now().After(deadline):
			return Seen{}, fmt.Errorf("not well within %s: %s", c.check.Within, why)
		}
		if err := sleep(ctx, c.check.Every); err != nil {
			return Seen{}, err
		}
	}
}

// notYet says why the server may not go back yet, "" if it may.
func (c *Controller) notYet(t Turn, v fleet.Vitals, err error) string {
	if err != nil {
		return err.Error()
	}
	if why := c.notWell(t, v); why != "" {
		return why
	}
	switch {
	case t.Mark.IsZero():
		return ""
	case !v.Process.Known():
		return "it is unknown when its process started: " + v.Process.Trouble
	case !v.Process.StartedAfter(t.Mark):
		return fmt.Sprintf("the old process still answers: it started at %s, before the restart at %s", v.Process.Started.Format(time.TimeOnly), t.Mark.Format(time.TimeOnly))
	}
	return ""
}

// notWell says why the server is not healthy with the version it must run.
func (c *Controller) notWell(t Turn, v fleet.Vitals) string {
	switch {
	case !v.Healthy:
		return v.Health
	case v.Version == "":
		return "it does not say which version it runs: " + v.VersionTrouble
	case v.Version != t.Wanted() && !c.sabotage.noVersion:
		return fmt.Sprintf("it reports version %s instead of %s", v.Version, t.Wanted())
	}
	return ""
}

// wrongVersion tells whether a process started by this turn is well and
// reports another version: waiting longer would not help.
func (c *Controller) wrongVersion(t Turn, v fleet.Vitals) bool {
	return v.Healthy && v.Version != "" && v.Version != t.Wanted() && !t.Mark.IsZero() && v.Process.StartedAfter(t.Mark)
}

// settle observes a server that was put back for longer than the balancer's
// passive-failure window.
func (c *Controller) settle(ctx context.Context, t Turn) (Seen, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	until := time.Now().Add(max(c.state.Plan.Policy.Settle, c.balancer.Capabilities().Settle))
	watches := make(chan judge.Watch, 1)
	watches <- judge.Watch{Upgraded: []judge.Upgraded{
		{Server: t.Server, Version: t.Wanted(), Process: t.Process, Since: t.Since, Asked: true},
	}}
	verdicts := c.witness.Watch(ctx, watches)
	defer func() {
		cancel()
		for range verdicts {
		}
	}()
	var last judge.Verdict
	for last = range verdicts {
		if last.Opinion == judge.Worse {
			return Seen{}, fmt.Errorf("after it was put back: %s", last.Findings[0].Words)
		}
		if last.Opinion == judge.Healthy && !time.Now().Before(until) {
			return c.tidy(ctx, t)
		}
		if time.Now().After(until.Add(patience)) {
			break
		}
	}
	if err := context.Cause(ctx); err != nil {
		return Seen{}, err
	}
	return Seen{}, fmt.Errorf("after it was put back it could not be seen to be well: %v", last.Missing)
}

// tidy removes releases that neither this turn nor its way back needs.
func (c *Controller) tidy(ctx context.Context, t Turn) (Seen, error) {
	seen := Seen{Words: "in rotation and well"}
	if err := c.release.Prune(ctx, t.Server, t.From, t.To); err != nil {
		seen.Words += "; older releases were not removed: " + err.Error()
	}
	return seen, nil
}
