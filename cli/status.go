package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"noon/api"
	"noon/control"
	"noon/fleet"
	"noon/receipt"
	"noon/rollout"
)

// stalled is what helps a rollout whose controller is gone.
const stalled = "no controller runs, so nothing moves: \"noon resume\" carries the rollout on, \"noon rollback\" undoes it, \"noon abort\" ends it where it is"

// statusEvery is the time between two looks with --watch.
const statusEvery = time.Second

func (a *app) statusCommand() *cobra.Command {
	var watch bool
	cmd := &cobra.Command{
		Use: "status", Short: "Show the servers as they are, and the rollout", Example: "  noon status\n  noon status --watch",
		Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.with(cmd.Context(), glance, func(s *session) error {
				if watch {
					return a.statusWatch(cmd.Context(), s)
				}
				return a.statusOnce(cmd.Context(), s)
			})
		},
	}
	cmd.Flags().BoolVarP(&watch, "watch", "w", false, "look again and again until the rollout is finished or held")
	return cmd
}

// report is all that "noon status" shows.
type report struct {
	Fleet   control.Fleet `json:"fleet"`
	Rollout *api.Summary  `json:"rollout,omitempty"`
	// Controller is the one that runs, if one does.
	Controller *api.Controller `json:"controller,omitempty"`
	// Stalled: the rollout has work to do, and no controller does it.
	Stalled bool `json:"stalled,omitempty"`

	state rollout.State
}

func (a *app) statusOnce(ctx context.Context, s *session) error {
	r, err := look(ctx, s)
	if err != nil {
		return err
	}
	return a.tell(r, a.statusText(r))
}

func look(ctx context.Context, s *session) (report, error) {
	f, err := s.Fleet(ctx)
	if err != nil {
		return report{}, err
	}
	r := report{Fleet: f}
	if r.Controller, err = s.controller(ctx); err != nil {
		return r, err
	}
	latest, err := s.Rollout(ctx, 0)
	var missing *api.Error
	switch {
	case errors.As(err, &missing) && missing.Kind == api.Missing:
		return r, nil
	case err != nil:
		return r, err
	}
	r.state = rollout.Fold(latest.Events)
	summary := api.Summarize(latest.Number, r.state)
	r.Rollout = &summary
	r.Stalled = r.Controller == nil && r.state.Phase != rollout.Finished && !r.state.Resting(time.Now())
	return r, nil
}

// statusWatch shows the status again and again; in a terminal in one place.
func (a *app) statusWatch(ctx context.Context, s *session) error {
	lines := 0
	for {
		r, err := look(ctx, s)
		if err != nil {
			return err
		}
		if a.json() {
			err = json.NewEncoder(a.out).Encode(r)
		} else {
			text := a.narrow(a.statusText(r))
			if lines > 0 && a.paint.on {
				fmt.Fprintf(a.out, "\x1b[%dA\x1b[J", lines)
			}
			_, err = fmt.Fprintln(a.out, text)
			lines = strings.Count(text, "\n") + 1
		}
		if err != nil || r.Rollout == nil || r.state.Phase == rollout.Finished || r.state.Hold != nil {
			return err
		}
		if s.own() {
			// There is nothing to watch, and who carries it on needs the journal.
			return &exit{exitError, errors.New(stalled)}
		}
		select {
		case <-time.After(statusEvery):
		case <-ctx.Done():
			return nil
		}
	}
}

// narrow cuts the lines to the terminal's width, so that each takes one row.
func (a *app) narrow(text string) string {
	columns, _, err := term.GetSize(int(os.Stdout.Fd()))
	if err != nil || !a.paint.on {
		return text
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = ansi.Truncate(line, columns, "")
	}
	return strings.Join(lines, "\n")
}

func (a *app) statusText(r report) string {
	var b strings.Builder
	a.rolloutText(&b, r)
	rows := [][]string{}
	for _, s := range r.Fleet.Servers {
		rows = append(rows, a.serverRow(s, r.state, r.Stalled))
	}
	for _, line := range table(rows) {
		fmt.Fprintf(&b, "  %s\n", line)
	}
	for _, t := range r.Fleet.Trouble {
		fmt.Fprintf(&b, "%s %s\n", a.paint.bad("!"), t)
	}
	switch c := r.Controller; {
	case r.Stalled:
		fmt.Fprintf(&b, "%s %s\n", a.paint.bad("!"), stalled)
	case c == nil:
	case c.Stays:
		fmt.Fprintf(&b, "%s\n", a.paint.faint("  noon serve is the controller: "+c.Holder.String()))
	default:
		fmt.Fprintf(&b, "%s\n", a.paint.faint("  noon deploy is the controller: "+c.Holder.String()))
	}
	return strings.TrimRight(b.String(), "\n")
}

func (a *app) rolloutText(b *strings.Builder, r report) {
	if r.Rollout == nil {
		fmt.Fprintf(b, "%s  no rollout yet; \"noon deploy VERSION\" starts one\n", a.paint.strong(r.Fleet.Service))
		return
	}
	line := r.Rollout
	fmt.Fprintf(b, "%s  rollout %d to %s: ", a.paint.strong(r.Fleet.Service), line.Number, line.Goal())
	if line.Outcome != "" {
		fmt.Fprintf(b, "%s, %s ago\n", line.Outcome, receipt.Took(time.Since(line.Ended)))
	} else {
		fmt.Fprintf(b, "%s, for %s\n", line.Phase, receipt.Took(time.Since(line.Started)))
	}
	if line.Reason != "" {
		fmt.Fprintf(b, "  %s\n", a.paint.unclear(line.Reason))
	}
	a.triedText(b, line.Tried)
	if line.Outcome == "" {
		b.WriteString(a.monitorsStatus(r.state.Verdict.Monitors))
	}
}

// serverRow is one server: a sign, its name, what the balancer and it say.
func (a *app) serverRow(s control.ServerReport, state rollout.State, stalled bool) []string {
	p, sign := a.paint, a.paint.bad("x")
	switch {
	case s.Standing.Serving():
		sign = p.good("o")
	case s.Standing.Rotation == fleet.Draining || s.Standing.Rotation == fleet.Out:
		sign = p.unclear("-")
	}
	version := string(s.Vitals.Version)
	if version == "" {
		version = "?"
	}
	return []string{sign, s.Name, version, s.Standing.Rotation.Words(), string(s.Standing.Health), inFlight(s.Standing.InFlight), note(s, state, stalled)}
}

func inFlight(c fleet.Count) string {
	if !c.Known {
		return "? in flight"
	}
	return fmt.Sprintf("%d in flight", c.N)
}

func note(s control.ServerReport, state rollout.State, stalled bool) string {
	for _, t := range state.Turns {
		if t.Server.Name != s.Name || state.Phase == rollout.Finished {
			continue
		}
		if step, ok := t.Step(); ok {
			return stepNote(t, step, stalled)
		}
		if t.Place == rollout.Upgraded || t.Place == rollout.Unchosen {
			return newNote(t, state)
		}
	}
	switch {
	case s.Trouble != "":
		return s.Trouble
	case !s.Vitals.Healthy:
		return s.Vitals.Health
	}
	return s.Standing.Note
}

// stepNote is how far a server's turn is.
func stepNote(t rollout.Turn, step rollout.Step, stalled bool) string {
	switch {
	case stalled && t.Took:
		return "taken out by noon, interrupted at: " + string(step)
	case stalled:
		return "interrupted at: " + string(step)
	case !t.Running && t.Failure != "" && t.Attempts > 0:
		return string(step) + " failed"
	}
	return string(step)
}

// table lays rows out in columns as wide as they need.
func table(rows [][]string) []string {
	widths := map[int]int{}
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], width(cell))
		}
	}
	var lines []string
	for _, row := range rows {
		var b strings.Builder
		for i, cell := range row {
			b.WriteString(cell)
			if i < len(row)-1 {
				b.WriteString(strings.Repeat(" ", widths[i]-width(cell)+2))
			}
		}
		lines = append(lines, strings.TrimRight(b.String(), " "))
	}
	return lines
}
