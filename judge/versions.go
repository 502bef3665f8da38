package judge

import (
	"maps"
	"slices"
	"strings"
	"time"

	"noon/fleet"
	"noon/judge/logs"
	"noon/judge/monitors"
)

// VersionVerdict is what is known of one of several versions that are judged
// side by side, each against the live one.
type VersionVerdict struct {
	Version fleet.Version `json:"version"`
	Opinion Opinion       `json:"opinion"`
	// Servers are the canaries that run it, or on which it was started.
	Servers  []string    `json:"servers"`
	Findings []Finding   `json:"findings,omitempty"`
	Missing  []string    `json:"missing,omitempty"`
	Requests fleet.Count `json:"requests"`
}

// sideBySide judges each version by its own servers.
func (c *Checks) sideBySide(now time.Time) Verdict {
	var v Verdict
	for _, version := range c.watch.Versions {
		v.Versions = append(v.Versions, c.ofVersion(now, version))
	}
	return v.whole()
}

func (c *Checks) ofVersion(now time.Time, version fleet.Version) VersionVerdict {
	one := VersionVerdict{Version: version, Servers: c.watch.serversOf(version)}
	upgraded := slices.DeleteFunc(slices.Clone(c.watch.Upgraded), func(u Upgraded) bool { return u.Version != version })
	if len(upgraded) == 0 {
		one.Opinion, one.Requests, one.Missing = Undecided, fleet.Known(0, "api"), []string{"a server that runs it"}
		return one
	}
	return one.as(c.judge(now, upgraded))
}

// serversOf names the servers that were upgraded to the version, and those on
// which it was started last: they write as it already.
func (w Watch) serversOf(version fleet.Version) []string {
	runs := map[string]fleet.Version{}
	for _, s := range w.Starts {
		runs[s.Server] = s.Version
	}
	for _, u := range w.Upgraded {
		runs[u.Server.Name] = u.Version
	}
	maps.DeleteFunc(runs, func(_ string, v fleet.Version) bool { return v != version })
	return slices.Sorted(maps.Keys(runs))
}

// as is the version's verdict with what a verdict on it alone says.
func (one VersionVerdict) as(v Verdict) VersionVerdict {
	one.Opinion, one.Findings, one.Missing, one.Requests = v.Opinion, v.Findings, v.Missing, v.Requests
	return one
}

// alone is the verdict on the version as if it were the only one.
func (one VersionVerdict) alone() Verdict {
	return Verdict{Opinion: one.Opinion, Findings: slices.Clone(one.Findings), Missing: slices.Clone(one.Missing), Requests: one.Requests}
}

// Each lets a judge join in the verdict on each version alone, and puts the
// whole together again.
func (v Verdict) Each(join func(one VersionVerdict, alone Verdict) Verdict) Verdict {
	versions := make([]VersionVerdict, len(v.Versions))
	for i, one := range v.Versions {
		versions[i] = one.as(join(one, one.alone()))
	}
	v.Versions = versions
	return v.whole()
}

// whole sums the versions up. All is worse only if every version is, and
// healthy only if every one is: what is out is not among them any more.
func (v Verdict) whole() Verdict {
	v.Opinion, v.Findings, v.Missing, v.Requests = v.Versions[0].Opinion, nil, nil, fleet.Known(0, "api")
	for _, one := range v.Versions {
		if one.Opinion != v.Opinion {
			v.Opinion = Undecided
		}
		v.Findings = append(v.Findings, one.Findings...)
		v.Requests = v.Requests.Plus(one.Requests)
	}
	if v.Opinion == Undecided {
		v.Missing = v.waits()
	}
	return v
}

// waits says which version an undecided verdict waits for, and for what.
func (v Verdict) waits() []string {
	var all []string
	for _, one := range v.Versions {
		switch one.Opinion {
		case Undecided:
			all = append(all, string(one.Version)+": "+strings.Join(one.Missing, "; "))
		case Worse:
			all = append(all, string(one.Version)+" is worse")
		}
	}
	return all
}

// Fit are the versions that are healthy.
func (v Verdict) Fit() fleet.Versions {
	var fit fleet.Versions
	for _, one := range v.Versions {
		if one.Opinion == Healthy {
			fit = append(fit, one.Version)
		}
	}
	return fit
}

// Of is the verdict on one version alone, with what logs and monitors say of
// it; of a version that is not judged nothing is known.
func (v Verdict) Of(version fleet.Version) Verdict {
	if len(v.Versions) == 0 {
		return v
	}
	alone := Verdict{Opinion: Undecided, Missing: []string{"a server that runs it"}}
	for _, one := range v.Versions {
		if one.Version != version {
			continue
		}
		if alone = one.alone(); v.Logs != nil {
			r := one.ofLogs(*v.Logs)
			alone.Logs = &r
		}
	}
	alone.Watch = v.Watch
	alone.Monitors = ofMonitors(v.Monitors, version)
	return alone
}

// ofMonitors are the reports on the version.
func ofMonitors(reports []monitors.Report, version fleet.Version) []monitors.Report {
	return slices.DeleteFunc(slices.Clone(reports), func(r monitors.Report) bool { return r.Version != version })
}

// ofLogs is what the logs say of the version: the findings on its servers. A
// finding that names no server is everybody's.
func (one VersionVerdict) ofLogs(r logs.Report) logs.Report {
	var found []logs.Finding
	for _, f := range r.Findings {
		on := slices.DeleteFunc(slices.Clone(f.Servers), func(s string) bool { return !slices.Contains(one.Servers, s) })
		if len(on) > 0 || len(f.Servers) == 0 {
			f.Servers = on
			found = append(found, f)
		}
	}
	r.Findings = found
	return r
}

// SameOpinions tells whether two verdicts agree on every version.
func (v Verdict) SameOpinions(w Verdict) bool {
	return v.Opinion == w.Opinion && slices.EqualFunc(v.Versions, w.Versions, func(a, b VersionVerdict) bool {
		return a.Version == b.Version && a.Opinion == b.Opinion
	})
}
