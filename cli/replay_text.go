package cli

import (
	"fmt"
	"strings"
	"time"

	"noon/fleet"
)

// replayText tells a replay as a story, with times since the upgrade.
func (a *app) replayText(r *replay, charts bool) string {
	p, start := a.paint, map[fleet.Version]time.Time{}
	lines := []string{p.strong(fleet.Plain(r.watch.Service+"  "+string(r.watch.Live))) + fmt.Sprintf(" on %d servers, watched for %s", len(r.watch.Servers), briefly(r.to.Sub(r.from)))}
	for _, u := range r.watch.Upgrades {
		if at, ok := start[u.Version]; !ok || u.Time.Before(at) {
			start[u.Version] = u.Time
		}
		lines = append(lines, fmt.Sprintf("  %s got %s at %s", fleet.Plain(u.Server), u.Version, clock(u.Time)))
	}
	for _, c := range r.changes {
		when := sinceUpgrade(c.Time.Sub(start[c.Version]))
		if c.last {
			when += ", the end"
		}
		lines = append(lines, fmt.Sprintf("%s  %s %s", p.faint(when), c.Version, a.monitorsLine(c.Report)))
		lines = append(lines, a.monitorsLines(c.Report)...)
		if c.last && charts && len(c.Charts) > 0 {
			lines = append(lines, "", a.charts(c.Charts))
		}
	}
	return strings.Join(lines, "\n")
}

// sinceUpgrade is a time after the upgrade, or before it: "+1m20s".
func sinceUpgrade(d time.Duration) string {
	if d < 0 {
		return "-" + briefly(-d)
	}
	return "+" + briefly(d)
}
