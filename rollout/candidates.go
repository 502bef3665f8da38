package rollout

import "noon/fleet"

// Candidates are the versions that servers may still get: of several those
// that are not out, and after the choice the chosen one.
func (s State) Candidates() fleet.Versions {
	if s.Version != "" {
		return fleet.Versions{s.Version}
	}
	var candidates fleet.Versions
	for _, t := range s.Tried {
		if t.Out == "" {
			candidates = append(candidates, t.Version)
		}
	}
	return candidates
}

// choosing tells whether there is more than one candidate.
func (s State) choosing() bool { return len(s.Candidates()) > 1 }

// last is the only candidate that is left of several, "" where there never was
// a choice.
func (s State) last() fleet.Version {
	if candidates := s.Candidates(); len(s.Tried) > 0 && len(candidates) == 1 {
		return candidates[0]
	}
	return ""
}

func (s State) isOut(v fleet.Version) bool { return s.tried(v).Out != "" }

// chosenBy is the version that a promotion chooses, if it can.
func (s State) chosenBy(e Event) (fleet.Version, bool) {
	candidates := s.Candidates()
	if s.Phase != Canaries && s.Phase != Watching {
		return "", false
	}
	if e.Version == "" && len(candidates) == 1 {
		return candidates[0], true
	}
	return e.Version, candidates.Has(e.Version)
}

// choose lets a turn lead to the chosen version. A canary of another version
// gets a turn of its own to it: at once where it runs that version, or when it
// is back on the live one.
func (s *State) choose(t *Turn) {
	if s.Phase != Others || t.To == s.Version || t.Place == Underway {
		return
	}
	upgraded := t.Place == Upgraded
	if *t = t.anew(); upgraded {
		t.Place, t.Touched = Unchosen, true
	}
	t.To = s.Version
}

// canaries is how many turns are those of canaries: the first ones.
func (s State) canaries() int { return min(s.Plan.Canaries, len(s.Turns)) }
