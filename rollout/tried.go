package rollout

import (
	"fmt"
	"slices"
	"strings"

	"noon/fleet"
	"noon/judge"
)

// Tried is one of several versions, and what became of it.
type Tried struct {
	Version fleet.Version `json:"version"`
	// Servers are its canaries.
	Servers []string `json:"servers"`
	// Verdict is the last one before a version was chosen; its Opinion is ""
	// where there is none.
	Verdict judge.VersionVerdict `json:"verdict"`
	// Out is why it is out, "" if it is not.
	Out string `json:"out,omitempty"`
	// Chosen: all servers get it.
	Chosen bool `json:"chosen,omitempty"`
}

// triedOf are the versions of a plan that has several.
func triedOf(e Event) []Tried {
	var all []Tried
	for _, v := range e.Plan.Versions {
		t := Tried{Version: v, Verdict: judge.VersionVerdict{Version: v, Servers: []string{}}}
		for _, turn := range e.Plan.Turns() {
			if turn.To == v {
				t.Servers = append(t.Servers, turn.Server.Name)
			}
		}
		all = append(all, t)
	}
	return all
}

// try changes what is known of one of several versions; states that were
// copied before keep what they knew.
func (s *State) try(v fleet.Version, change func(*Tried)) {
	s.Tried = slices.Clone(s.Tried)
	for i := range s.Tried {
		if s.Tried[i].Version == v {
			change(&s.Tried[i])
		}
	}
}

// tried is what is known of one of several versions.
func (s State) tried(v fleet.Version) Tried {
	for _, t := range s.Tried {
		if t.Version == v {
			return t
		}
	}
	return Tried{Version: v}
}

// tell keeps what a verdict says of each version, until one is chosen.
func (s *State) tell(v judge.Verdict) {
	if s.Version != "" {
		return
	}
	versions := v.Versions
	if c := s.Candidates(); len(versions) == 0 && len(c) == 1 {
		versions = []judge.VersionVerdict{{Version: c[0], Opinion: v.Opinion, Servers: s.tried(c[0]).Servers, Findings: v.Findings, Missing: v.Missing, Requests: v.Requests}}
	}
	for _, one := range versions {
		s.try(one.Version, func(t *Tried) { t.Verdict = one })
	}
}

// Words say what became of the version.
func (t Tried) Words() string {
	switch {
	case t.Out != "":
		return "out: " + t.Out
	case t.Chosen:
		return "chosen; it was " + t.known()
	}
	return t.known()
}

func (t Tried) known() string {
	switch v := t.Verdict; v.Opinion {
	case judge.Healthy:
		return "fit" + after(v.Requests)
	case judge.Worse:
		return "worse: " + words(judge.Verdict{Findings: v.Findings})
	case judge.Undecided:
		return "undecided; missing: " + strings.Join(v.Missing, "; ")
	}
	return "not judged yet"
}

func after(requests fleet.Count) string {
	if !requests.Known {
		return ""
	}
	return fmt.Sprintf(" after %d requests", requests.N)
}
