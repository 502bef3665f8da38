package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"noon/fleet"
	"noon/judge"
	"noon/rollout"
)

func (a *app) verdictCommand() *cobra.Command {
	return &cobra.Command{
		Use: "verdict", Short: "Show what is known of the new version against the live one, with samples",
		Example: "  noon verdict\n  noon verdict --output json", Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.with(cmd.Context(), glance, func(s *session) error { return a.tellVerdict(cmd.Context(), s) })
		},
	}
}

// lastVerdict is the last one of a rollout.
type lastVerdict struct {
	Rollout int64         `json:"rollout"`
	Version fleet.Version `json:"version"`
	// Tried is what is known of each of several versions, also of those that
	// are out.
	Tried []rollout.Tried `json:"tried,omitempty"`
	// Time is when it was reached.
	Time time.Time `json:"time,omitzero"`
	judge.Verdict
}

func (a *app) tellVerdict(ctx context.Context, s *session) error {
	r, err := s.Rollout(ctx, 0)
	if err != nil {
		return err
	}
	state := rollout.Fold(r.Events)
	last := lastVerdict{Rollout: r.Number, Version: state.Version, Tried: state.Tried, Time: state.VerdictAt, Verdict: state.Verdict}
	if last.Opinion == "" {
		last.Opinion, last.Missing = judge.Undecided, []string{"no server with the new version has been looked at yet"}
	}
	return a.tell(last, a.verdictText(last))
}

func (a *app) verdictText(last lastVerdict) string {
	var b strings.Builder
	fmt.Fprintf(&b, "rollout %d to %s, %s", last.Rollout, last.goal(), a.verdictOf(last))
	if !last.Time.IsZero() {
		b.WriteString(a.paint.faint("  as of " + last.Time.Local().Format(time.TimeOnly)))
	}
	b.WriteString(a.triedBelow(last.Tried))
	b.WriteString(a.monitorsVerdict(last.Monitors))
	if last.Logs != nil {
		b.WriteString("\n\n" + a.logsText(*last.Logs))
	}
	return strings.TrimRight(b.String(), "\n")
}

// verdict is the verdict in a few lines.
func (a *app) verdict(v judge.Verdict) string {
	if len(v.Versions) > 0 {
		return a.verdicts(v)
	}
	switch v.Opinion {
	case judge.Worse:
		lines := []string{a.paint.bad("verdict: worse")}
		for _, f := range v.Findings {
			lines = append(lines, fmt.Sprintf("           %s: %s", f.Server, f.Words))
		}
		return fleet.Plain(strings.Join(lines, "\n"))
	case judge.Healthy:
		return a.paint.good("verdict: healthy") + requests(v)
	}
	return a.paint.unclear("verdict: undecided") + "; missing: " + fleet.Plain(strings.Join(v.Missing, "; "))
}

func requests(v judge.Verdict) string {
	if !v.Requests.Known {
		return ""
	}
	return fmt.Sprintf(" after %d requests to the new version", v.Requests.N)
}

// encode is a value as one line of JSON.
func encode(value any) (string, error) {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return strings.TrimSuffix(b.String(), "\n"), err
}
