package judge

import (
	"fmt"
	"time"

	"noon/fleet"
)

// Checks is the judge of checks: health, version, process, the balancer's own
// view and its error counters. It remembers only the last few looks.
type Checks struct {
	watch Watch
	// inARow must agree before a bad sign counts: one lost probe is no finding.
	inARow int
	recent []seen
	errors errorCounts
}

// NewChecks returns a judge for one watch; a bad sign counts when it was seen
// inARow looks in a row.
func NewChecks(w Watch, inARow int) *Checks {
	return &Checks{watch: w, inARow: max(inARow, 1), errors: newErrorCounts(w)}
}

// seen is a look with the standings by name: a pool may be large.
type seen struct {
	Look
	standings map[string]fleet.Standing
}

func (l Look) indexed() seen {
	s := seen{l, make(map[string]fleet.Standing, len(l.Pool.Standings))}
	for _, standing := range l.Pool.Standings {
		s.standings[standing.Server] = standing
	}
	return s
}

// See takes a look into account and returns the verdict after it.
func (c *Checks) See(l Look) Verdict {
	last := l.indexed()
	c.recent = append(c.recent, last)
	if len(c.recent) > c.inARow {
		c.recent = c.recent[1:]
	}
	c.errors.add(last)
	return c.verdict(l.Time)
}

func (c *Checks) verdict(now time.Time) Verdict {
	if len(c.watch.Versions) == 0 {
		return c.judge(now, c.watch.Upgraded)
	}
	return c.sideBySide(now)
}

// judge judges the servers that run one version.
func (c *Checks) judge(now time.Time, upgraded []Upgraded) Verdict {
	v := Verdict{Opinion: Healthy, Requests: c.errors.requests(upgraded)}
	for _, u := range upgraded {
		if f := c.finding(u); f.Words != "" {
			v.Findings = append(v.Findings, f)
		}
		if words := c.unknown(u); words != "" {
			v.Missing = append(v.Missing, words)
		}
	}
	v.Missing = append(v.Missing, c.notYet(now, v.Requests)...)
	switch {
	case len(v.Findings) > 0 && c.shared():
		v.Missing = append(v.Missing, "half of the servers with the live version are unhealthy too: the new version is not what they have in common")
		v.Opinion = Undecided
	case len(v.Findings) > 0:
		v.Opinion = Worse
	case len(v.Missing) > 0:
		v.Opinion = Undecided
	}
	return v
}

// finding is what is wrong with the server, without words if nothing is.
func (c *Checks) finding(u Upgraded) Finding {
	if words := c.bad(u); words != "" {
		return Finding{Server: u.Server.Name, Words: words}
	}
	return Finding{Server: u.Server.Name, Words: c.errors.excess(u), Failures: true}
}

// bad returns what is wrong with the server itself, "" if nothing is known to be.
func (c *Checks) bad(u Upgraded) string {
	last := c.recent[len(c.recent)-1]
	if v, ok := last.Vitals[u.Server.Name]; ok {
		if v.Process.Known() && u.Process.Known() && v.Process.ID != u.Process.ID {
			return "its process is another one than the one that was put back: it ended and was started again"
		}
		if v.Version != "" && v.Version != u.Version {
			return fmt.Sprintf("it reports version %s instead of %s", v.Version, u.Version)
		}
	}
	if words := c.always(func(l seen) string { return unhealthyVitals(l, u) }); words != "" {
		return words
	}
	if words := c.always(func(l seen) string { return unhealthyStanding(l, u) }); words != "" {
		return words
	}
	return ""
}

// always returns the sign of the last look if every one of the last inARow
// looks shows it.
func (c *Checks) always(sign func(seen) string) string {
	if len(c.recent) < c.inARow {
		return ""
	}
	words := ""
	for _, l := range c.recent {
		if words = sign(l); words == "" {
			return ""
		}
	}
	return words
}

func unhealthyVitals(l seen, u Upgraded) string {
	v, ok := l.Vitals[u.Server.Name]
	if !ok || v.Healthy {
		return ""
	}
	return "its health check fails: " + v.Health
}

func unhealthyStanding(l seen, u Upgraded) string {
	s, ok := l.standings[u.Server.Name]
	if l.PoolTrouble != "" || !ok || s.Health != fleet.Unhealthy {
		return ""
	}
	words := "the load balancer sees it unhealthy"
	if s.Note != "" {
		words += " (" + s.Note + ")"
	}
	return words
}

// unknown returns what could not be seen of the server in the last look.
func (c *Checks) unknown(u Upgraded) string {
	last, name := c.recent[len(c.recent)-1], u.Server.Name
	if why, ok := last.Trouble[name]; ok {
		return fmt.Sprintf("%s cannot be asked: %s", name, why)
	}
	if last.PoolTrouble != "" {
		return "the load balancer cannot be read: " + last.PoolTrouble
	}
	if v, ok := last.Vitals[name]; ok && v.Version == "" {
		return fmt.Sprintf("%s does not say which version it runs: %s", name, v.VersionTrouble)
	}
	s, ok := last.standings[name]
	if !ok {
		return fmt.Sprintf("the load balancer does not know %s", name)
	}
	if s.Rotation != fleet.In || s.Health != fleet.Healthy {
		return fmt.Sprintf("%s is %s and %s in the load balancer", name, s.Rotation.Words(), s.Health)
	}
	if v, ok := last.Vitals[name]; u.Asked && (!ok || !v.Healthy) {
		return fmt.Sprintf("%s: %s", name, v.Health)
	}
	return ""
}

// notYet returns what the policy still demands.
func (c *Checks) notYet(now time.Time, requests fleet.Count) []string {
	var missing []string
	if left := c.watch.Policy.Least - now.Sub(c.watch.Since); left > 0 {
		missing = append(missing, fmt.Sprintf("%s more of watching", left.Round(time.Second)))
	}
	most := c.watch.Policy.Requests
	switch {
	case most > 0 && !requests.Known:
		missing = append(missing, "the number of requests that were answered is unknown")
	case requests.Known && requests.N < most:
		missing = append(missing, fmt.Sprintf("%d more requests", most-requests.N))
	}
	return missing
}

// shared tells whether at least half of the live servers are unhealthy too.
func (c *Checks) shared() bool {
	last, ill := c.recent[len(c.recent)-1], 0
	for _, s := range c.watch.Live {
		if standing, ok := last.standings[s.Name]; ok && standing.Rotation == fleet.In && standing.Health == fleet.Unhealthy {
			ill++
		}
	}
	return ill > 0 && 2*ill >= len(c.watch.Live)
}
