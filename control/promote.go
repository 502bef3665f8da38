package control

import (
	"fmt"
	"strings"

	"noon/fleet"
	"noon/judge"
	"noon/rollout"
)

// mayPromote tells whether the version may be given to all servers now. Of
// several the human says which one.
func mayPromote(s rollout.State, w Words) error {
	candidates := s.Candidates()
	switch {
	case s.Phase != rollout.Watching:
		return &VerbError{Why: fmt.Sprintf("there is nothing to promote while the rollout is in phase %q; that is possible when the canary is watched", s.Phase)}
	case w.Version == "" && len(candidates) > 1:
		return &VerbError{Why: fmt.Sprintf("%s are candidates: choose one with %s", candidates.Words(), promotes(candidates))}
	case w.Version != "" && !candidates.Has(w.Version):
		return &VerbError{Why: notCandidate(s, w.Version)}
	case s.Verdict.Of(promoted(s, w)).Opinion == judge.Worse && w.Why == "":
		return &VerbError{Why: "the verdict is worse; to promote against it say why: --why \"...\" (it stays on the receipt)"}
	}
	return nil
}

// promoted is the version that the words choose, "" where there is no choice.
func promoted(s rollout.State, w Words) fleet.Version {
	switch candidates := s.Candidates(); {
	case w.Verb != Promote || len(s.Tried) == 0:
		return ""
	case w.Version == "" && len(candidates) == 1:
		return candidates[0]
	}
	return w.Version
}

// promotes are the commands that choose one of the versions.
func promotes(all fleet.Versions) string {
	var commands []string
	for _, v := range all {
		commands = append(commands, fmt.Sprintf("\"noon promote %s\"", v))
	}
	return strings.Join(commands, " or ")
}

func notCandidate(s rollout.State, v fleet.Version) string {
	for _, t := range s.Tried {
		if t.Version == v && t.Out != "" {
			return fmt.Sprintf("%s is out: %s; %s can be promoted", v, t.Out, s.Candidates().Either())
		}
	}
	return fmt.Sprintf("%s is not a candidate of this rollout: %s can be promoted", v, s.Candidates().Either())
}
