package judge

import (
	"maps"
	"slices"
	"strings"

	"noon/fleet"
	"noon/judge/monitors"
)

// JoinMonitors adds what the monitors say, one report for each new version. What
// they find for certain makes the verdict worse; as long as they have not seen
// enough, nobody is healthy.
func (v Verdict) JoinMonitors(reports []monitors.Report, runs map[string]fleet.Version) Verdict {
	if len(v.Versions) > 0 {
		v = v.Each(func(one VersionVerdict, alone Verdict) Verdict {
			return alone.JoinMonitors(ofMonitors(reports, one.Version), runs)
		})
		v.Monitors = reports
		return v
	}
	v.Monitors = reports
	for _, r := range reports {
		v.locate(r, runs)
		if r.Opinion == Worse {
			v.accuse(r, runs)
			v.Opinion = Worse
		}
		for _, missing := range r.Missing {
			v.Missing = append(v.Missing, "monitors: "+missing)
		}
		if r.Opinion == Undecided && v.Opinion == Healthy {
			for _, waiting := range r.Waiting {
				v.Missing = append(v.Missing, "monitors: "+waiting)
			}
		}
	}
	if len(v.Missing) > 0 && v.Opinion == Healthy {
		v.Opinion = Undecided
	}
	return v
}

// accuse adds a report's findings for every server that runs its version.
func (v *Verdict) accuse(r monitors.Report, runs map[string]fleet.Version) {
	for _, server := range slices.Sorted(maps.Keys(runs)) {
		if runs[server] != r.Version {
			continue
		}
		for _, f := range r.Findings {
			v.Findings = append(v.Findings, Finding{Server: server, Words: strings.TrimSuffix(f.Words, ".") + v.inItsLog(server), Series: f.Series})
		}
	}
}

// locate adds where most errors are to what the checks found.
func (v *Verdict) locate(r monitors.Report, runs map[string]fleet.Version) {
	for i, f := range v.Findings {
		if r.Where != "" && f.Failures && runs[f.Server] == r.Version {
			v.Findings[i].Words += "; " + r.Where
		}
	}
}

// inItsLog is what the server's log says, if logs are read.
func (v *Verdict) inItsLog(server string) string {
	if v.Logs == nil {
		return ""
	}
	return inItsLog(*v.Logs, server)
}
