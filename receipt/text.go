package receipt

import (
	"fmt"
	"io"
	"strings"
	"time"

	"noon/fleet"
	"noon/rollout"
)

// Text writes the receipt for people, at most about 80 columns where what was
// read allows it.
func (r Receipt) Text(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Receipt %d  %s -> %s  %s\n", r.Number, r.Service, r.Goal(), r.result())
	fmt.Fprintf(&b, "  started %s by %s%s\n", r.Started.Local().Format(time.DateTime), r.By, because(r.Why))
	if !r.Ended.IsZero() {
		fmt.Fprintf(&b, "  ended   %s, after %s\n", r.Ended.Local().Format(time.DateTime), Took(r.Ended.Sub(r.Started)))
	}
	if r.Reason != "" {
		fmt.Fprintf(&b, "  reason  %s\n", r.Reason)
	}
	fmt.Fprintf(&b, "  cut     %s\n", cut(r.Cut))
	r.tried(&b)
	var untouched []string
	for _, t := range r.Turns {
		if t.Place == rollout.Pending && len(t.Steps) == 0 && !r.Ended.IsZero() {
			untouched = append(untouched, t.Server)
			continue
		}
		r.settled(t).text(&b)
	}
	if len(untouched) > 0 {
		fmt.Fprintf(&b, "\n  not touched: %s\n", strings.Join(untouched, ", "))
	}
	for _, l := range r.Left {
		fmt.Fprintf(&b, "\n  %s  left alone: %s\n", l.Server.Name, l.Why)
	}
	r.judgedText(&b)
	r.foundText(&b)
	r.decisions(&b)
	for _, name := range r.Out {
		fmt.Fprintf(&b, "\n  %s IS STILL OUT OF ROTATION: see to it by hand\n", name)
	}
	_, err := io.WriteString(w, fleet.Plain(b.String()))
	return err
}

// tried shows several versions side by side.
func (r Receipt) tried(b *strings.Builder) {
	if len(r.Tried) > 0 {
		fmt.Fprintf(b, "\n  versions\n")
	}
	for _, t := range r.Tried {
		fmt.Fprintf(b, "    %s  on %s  %s\n", t.Version, strings.Join(t.Servers, ", "), t.Words())
	}
}

// settled is the turn with a place that fits a rollout that has ended: nothing
// is pending any more.
func (r Receipt) settled(t Turn) Turn {
	if t.Place == rollout.Pending && !r.Ended.IsZero() {
		t.Place = rollout.Untouched
	}
	return t
}

func (r Receipt) result() string {
	if r.Outcome == "" {
		return string(r.Phase)
	}
	return string(r.Outcome)
}

func because(why string) string {
	if why == "" {
		return ""
	}
	return ": " + why
}

func cut(c fleet.Count) string {
	switch {
	case !c.Known:
		return "an unknown number of requests in flight were cut"
	case c.N == 0:
		return "no request in flight was cut"
	}
	if c.N == 1 {
		return "1 request in flight was cut, as \"drain: after: cut\" says"
	}
	return fmt.Sprintf("%d requests in flight were cut, as \"drain: after: cut\" says", c.N)
}

func (t Turn) text(b *strings.Builder) {
	fmt.Fprintf(b, "\n  %s  %s  %s\n", t.Server, t.Way(), t.Place)
	for _, s := range t.Steps {
		fmt.Fprintf(b, "    %s  %-9s %8s  %s\n", clock(s.Began), s.Step, s.took(), s.words())
	}
}

func (s Step) took() string {
	if s.Unknown || s.Took == 0 {
		return "?"
	}
	return Took(s.Took)
}

func (s Step) words() string {
	switch {
	case s.Failed != "":
		return "FAILED: " + s.Failed
	case s.Unknown:
		return "the controller ended; done again"
	case s.Took == 0:
		return "under way"
	case s.Seen == nil:
		return ""
	case s.Seen.Words == "" && s.Seen.Version != "":
		return string(s.Seen.Version)
	}
	return s.Seen.Words
}

func (r Receipt) decisions(b *strings.Builder) {
	if len(r.Decided) == 0 {
		return
	}
	fmt.Fprintf(b, "\n  decided\n")
	for _, d := range r.Decided {
		fmt.Fprintf(b, "    %s  %s by %s%s\n", clock(d.Time), d.words(), d.By, because(d.Why))
	}
}

// said are the kinds of decisions in words.
var said = map[rollout.Kind]string{
	rollout.ControllerStarted: "taken up", rollout.TurnReversed: "turned round", rollout.WatchStarted: "watch started",
	rollout.VersionRuledOut: "ruled out", rollout.Promoted: "promoted", rollout.Held: "held", rollout.Resumed: "resumed", rollout.RollbackStarted: "rollback started",
	rollout.Aborted: "aborted", rollout.RolloutFinished: "finished",
}

func (d Decision) words() string {
	words := said[d.Kind]
	if words == "" {
		words = string(d.Kind)
	}
	if d.Server != "" {
		words = d.Server + " " + words
	}
	if d.Version != "" {
		words += " " + string(d.Version)
	}
	return words
}

// Took writes a duration as people read it: "340ms", "2.4s", "3m12s".
func Took(d time.Duration) string {
	switch {
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < time.Minute:
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}
