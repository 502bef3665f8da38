package rollout

import (
	"fmt"
	"strings"

	"noon/fleet"
	"noon/judge"
)

// harmful returns a candidate that is worse while there are others; when all
// are, the rollout as a whole goes back.
func (s State) harmful() (judge.VersionVerdict, bool) {
	if !s.choosing() || s.Phase != Canaries && s.Phase != Watching {
		return judge.VersionVerdict{}, false
	}
	for _, one := range s.Verdict.Versions {
		if one.Opinion == judge.Worse && s.Candidates().Has(one.Version) {
			return one, true
		}
	}
	return judge.VersionVerdict{}, false
}

// ruleOut records that a version is out, or asks where the policy says so.
func ruleOut(s State, one judge.VersionVerdict) Decision {
	why := words(judge.Verdict{Findings: one.Findings})
	if s.Plan.Policy.Worse == fleet.Ask {
		others := s.Candidates().Without(one.Version)
		return hold(s, fmt.Sprintf("%s is worse: %s; %s can be chosen instead, with %s", one.Version, why, others.Either(), promotes(others)))
	}
	return out(one.Version, why)
}

func out(v fleet.Version, why string) Decision {
	return record(Event{Kind: VersionRuledOut, Version: v, Why: why})
}

// bringBack lets the canaries of versions that are out go back, one by one. A
// hold does not keep them: they serve people.
func (s State) bringBack() (Decision, bool) {
	for i, t := range s.Turns[:s.canaries()] {
		if t.Place == Upgraded && s.isOut(t.To) {
			return reverse(s, i, Back, s.whyOut(t.To)), true
		}
	}
	return Decision{}, false
}

func (s State) whyOut(v fleet.Version) string {
	return fmt.Sprintf("%s is out: %s", v, s.tried(v).Out)
}

// afterWatch is what happens when the watch of several versions is over. The
// only one that is fit may be promoted by noon itself; between several that are
// fit only a human can choose: nothing that was measured tells which is wanted.
func afterWatch(s State, why string) Decision {
	fit := s.fit()
	switch {
	case len(fit) == 1 && s.Plan.Policy.Promote == fleet.PromoteAuto && s.fresh():
		return record(Event{Kind: Promoted, Version: fit[0], Why: "every check of it stayed good, and no other version is fit"})
	case len(fit) == 1:
		return hold(s, fmt.Sprintf("%s is fit%s: promote it with %s", fit[0], but(why), promotes(fit)))
	}
	return hold(s, fmt.Sprintf("%s are fit%s: choose one with %s", fit.Words(), but(why), promotes(fit)))
}

// fit are the candidates that the last verdict calls healthy.
func (s State) fit() fleet.Versions {
	fit := s.Verdict.Fit()
	for _, v := range fit {
		if !s.Candidates().Has(v) {
			fit = fit.Without(v)
		}
	}
	return fit
}

func but(why string) string {
	if why == "" {
		return ""
	}
	return " (" + why + ")"
}

// promotes are the commands that choose one of the versions.
func promotes(all fleet.Versions) string {
	var commands []string
	for _, v := range all {
		commands = append(commands, fmt.Sprintf("\"noon promote %s\"", v))
	}
	return strings.Join(commands, " or ")
}
