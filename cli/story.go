package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"noon/fleet"
	"noon/judge"
	"noon/judge/logs"
	"noon/receipt"
	"noon/rollout"
)

// story is the line for one event, "" for events that say nothing to people.
func (a *app) story(e rollout.Event, before, after rollout.State, told told) string {
	text := a.event(e, before, after, told)
	if text == "" {
		return ""
	}
	return a.paint.faint(e.Time.Local().Format("15:04:05")) + " " + text
}

func (a *app) event(e rollout.Event, before, after rollout.State, told told) string {
	p := a.paint
	if len(after.Turns) == 0 {
		return "" // nothing to do: the end says so
	}
	switch e.Kind {
	case rollout.RolloutStarted:
		return p.strong(fmt.Sprintf("%s -> %s", e.Plan.Service, e.Plan.Goal())) + fmt.Sprintf("  %d servers, %s, never fewer than %d in rotation; by %s", len(after.Turns), canariesText(after), e.Plan.Policy.Keep, e.By)
	case rollout.ControllerStarted:
		if !slices.ContainsFunc(before.Turns, rollout.Turn.Open) {
			return ""
		}
		return p.unclear("taken up") + " by " + e.By + ": steps that were under way are looked at and done again"
	case rollout.StepDone:
		return fmt.Sprintf("%-8s %-9s %s  %s", e.Server, e.Step, p.good(fmt.Sprintf("%7s", took(e, before))), stepWords(e))
	case rollout.StepFailed:
		return fmt.Sprintf("%-8s %-9s %s  %s", e.Server, e.Step, p.bad(" FAILED"), e.Why)
	case rollout.TurnReversed:
		return fmt.Sprintf("%-8s %s: %s", e.Server, p.unclear(reversed(e, before)), e.Why)
	case rollout.WatchStarted:
		w := after.Plan.Policy.Watch
		return p.strong("watching") + fmt.Sprintf(" %s against the live servers, at least %s%s", watched(after), w.Least, p.faint(promotion(after)))
	case rollout.VerdictReached:
		return a.verdictStory(*e.Verdict, before.Verdict, after.Phase, told)
	case rollout.VersionRuledOut:
		return p.bad(string(e.Version)+" is out") + ": " + e.Why + "; " + goesOn(after)
	case rollout.Promoted:
		return a.promoted(e, after)
	case rollout.Held:
		return p.unclear("held") + by(e)
	case rollout.Resumed:
		return "resumed" + by(e)
	case rollout.RollbackStarted:
		return p.bad("rolling back") + by(e)
	case rollout.Aborted:
		return p.unclear("aborted") + by(e)
	case rollout.StepBegan, rollout.RolloutFinished:
		return ""
	}
	return string(e.Kind) + by(e)
}

// before is the line for all that happened before a command carried on.
func (a *app) before(number int64, s rollout.State) string {
	return a.paint.strong(fmt.Sprintf("%s -> %s", s.Plan.Service, s.Plan.Goal())) +
		fmt.Sprintf("  carried on: %s so far; \"noon receipt %d\" tells what was before", reached(s), number)
}

func by(e rollout.Event) string {
	text := " by " + e.By
	if e.Why != "" {
		text += ": " + e.Why
	}
	return text
}

func promotion(s rollout.State) string {
	if c := s.Candidates(); len(c) > 1 && s.Plan.Policy.Promote == "auto" {
		return "; promoted by itself if only one is fit, else it waits for \"noon promote VERSION\""
	} else if len(c) > 1 {
		return "; then it waits for \"noon promote VERSION\""
	}
	if s.Plan.Policy.Promote == "auto" {
		return "; promoted by itself if all stays good"
	}
	return "; then it waits for \"noon promote\""
}

// took is how long the step took.
func took(e rollout.Event, before rollout.State) string {
	if e.Turn < 0 || e.Turn >= len(before.Turns) || before.Turns[e.Turn].Began.IsZero() {
		return ""
	}
	return receipt.Took(e.Time.Sub(before.Turns[e.Turn].Began))
}

func stepWords(e rollout.Event) string {
	switch {
	case e.Seen == nil:
		return ""
	case e.Seen.Words != "":
		return e.Seen.Words
	}
	return string(e.Seen.Version)
}

func reversed(e rollout.Event, before rollout.State) string {
	if e.Course == rollout.Back {
		return "goes back to " + string(before.Turns[e.Turn].From)
	}
	return "goes back into rotation unchanged"
}

// told remembers what the logs showed already, by family and tier: each is
// told once, however often it comes and goes.
type told map[string]bool

func (t told) once(f logs.Finding) bool { return t.first(f.Family + string(f.Tier)) }

// verdictStory tells a verdict where it says something else than the one
// before, and what the logs show for the first time. That too little is known
// of a server that has just followed the canary is no news.
func (a *app) verdictStory(v, before judge.Verdict, phase rollout.Phase, told told) string {
	var lines []string
	settling := phase == rollout.Others && v.Opinion != judge.Worse
	if (!v.SameOpinions(before) || v.Beyond(before)) && !settling {
		lines = append(lines, a.verdict(v))
	}
	for _, f := range shown(v) {
		if told.once(f) {
			lines = append(lines, fmt.Sprintf("%s %s: %s", a.tier(f.Tier), fleet.Quoted(f.Template), fleet.Plain(f.Words)))
		}
	}
	return strings.Join(append(lines, a.monitorsStory(v.Monitors, told)...), "\n         ")
}

// shown are the findings of the logs that people should look at; those that
// count against the version are part of the verdict itself.
func shown(v judge.Verdict) []logs.Finding {
	if v.Logs == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(v.Logs.Findings), func(f logs.Finding) bool { return f.Tier == logs.TierStop })
}

// ending says how it ended, and what comes next.
func (a *app) ending(number int64, s rollout.State, status int) []string {
	p, where := a.paint, reached(s)
	var lines []string
	switch {
	case s.End != nil && len(s.Turns) == 0:
		lines = append(lines, p.good("nothing to do")+": no server needs "+s.Plan.Goal().String())
	case s.End != nil && s.End.Outcome == rollout.Succeeded:
		lines = append(lines, p.good("done")+": "+where+", after "+receipt.Took(s.End.Time.Sub(s.Started.Time)))
	case s.End != nil && s.End.Outcome == rollout.WentBack:
		lines = append(lines, p.bad("rolled back")+": "+s.End.Why)
	case s.End != nil && s.End.Outcome == rollout.Failed:
		lines = append(lines, p.bad("failed")+", nothing was changed: "+s.End.Why)
	case s.End != nil:
		lines = append(lines, p.unclear("aborted")+": "+where)
	case status == exitHeld && s.Hold != nil:
		lines = append(lines, p.unclear("held")+": "+s.Hold.Why, "  "+where+"; "+heldHint(s))
	}
	if s.End != nil {
		for _, name := range s.End.Out {
			lines = append(lines, p.bad(name+" is still out of rotation")+": see to it by hand")
		}
	}
	for _, l := range s.Plan.Left {
		lines = append(lines, fmt.Sprintf("  %s %s", l.Server.Name, l.Why))
	}
	return append(lines, p.faint(fmt.Sprintf("  noon receipt %d", number)))
}

// reached is how far the rollout has come.
func reached(s rollout.State) string {
	if s.Version == "" {
		return canariesRun(s)
	}
	return fmt.Sprintf("%d of %d servers run %s", upgraded(s), len(s.Turns), s.Version)
}

func upgraded(s rollout.State) int {
	n := 0
	for _, t := range s.Turns {
		if t.Place == rollout.Upgraded {
			n++
		}
	}
	return n
}

func heldHint(s rollout.State) string {
	if c := s.Candidates(); s.Phase == rollout.Watching && len(c) > 1 {
		return "\"noon promote VERSION\" (" + c.Either() + ") or \"noon rollback\""
	}
	if s.Phase == rollout.Watching {
		return "\"noon promote\" or \"noon rollback\""
	}
	return "\"noon resume\", \"noon rollback\" or \"noon abort\""
}

// word names an exit status.
func word(status int) string {
	words := map[int]string{exitDone: "done", exitRolledBack: "rolled back", exitHeld: "held", exitRefused: "refused", exitUsage: "usage"}
	if w := words[status]; w != "" {
		return w
	}
	return "failed"
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// line is the last line of a terminal while a rollout is under way.
func (f *follower) line() string {
	s := f.state
	if s.Sequence == 0 {
		return ""
	}
	var parts []string
	for _, t := range s.Turns {
		if step, ok := t.Step(); ok && t.Running {
			parts = append(parts, fmt.Sprintf("%s %s %s", t.Server.Name, step, receipt.Took(time.Since(t.Began).Truncate(100*time.Millisecond))))
		}
	}
	if len(parts) > 3 {
		parts = append(parts[:3], fmt.Sprintf("and %d more", len(parts)-3))
	}
	if s.Phase == rollout.Watching && s.Hold == nil {
		parts = append(parts, "watching "+receipt.Took(time.Since(s.WatchSince))+" of "+s.Plan.Policy.Watch.Least.String())
	}
	if until := s.BackSince.Add(s.Plan.Policy.Watch.Then); s.Phase == rollout.Others && s.Hold == nil && len(parts) == 0 && time.Now().Before(until) {
		parts = append(parts, "watching the last batch for "+receipt.Took(time.Until(until).Truncate(100*time.Millisecond))+" more")
	}
	if s.Hold != nil {
		parts = append(parts, "held")
	}
	parts = append(parts, fmt.Sprintf("%d/%d done", upgraded(s), len(s.Turns)), keysFor(s))
	return strings.Join(parts, " | ")
}

func keysFor(s rollout.State) string {
	switch {
	case s.Phase == rollout.Watching:
		return "p promote h hold r roll back"
	case s.Hold != nil:
		return "c continue r roll back a abort"
	}
	return "h hold r roll back"
}
