package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"noon/fleet"
	"noon/judge/monitors"
)

const aboutReplay = `Judges recorded watches again, tick by tick, also with other settings, and says
each change of the verdict and of what was found, and how it was at the end.
noon records the watch of each rollout in .noon/watches; - is standard input, gzip
is read. docs/judge.md describes what is in a trace.

The exit status is 0 when every trace could be judged, whatever the verdict is; 1
when one is broken (then the line is named, and nothing is judged); 2 when the
command itself is wrong.`

func (a *app) judgeReplayCommand() *cobra.Command {
	var s monitors.Settings
	var charts bool
	cmd := &cobra.Command{
		Use: "replay TRACE...", Short: "Judge recorded watches again, also with other settings",
		Long:    aboutReplay,
		Example: "  noon judge replay .noon/watches/shop-000007.jsonl\n  noon judge replay watch.jsonl.gz --charts\n  noon judge replay watch.jsonl --errors +0.5pt --latency 1.25x --output json\n  noon judge replay watch.jsonl --ignore memory --ignore 'errors{endpoint=\"/search\"}'",
		Args:    args(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, traces []string) error {
			if s.Least < 0 || s.Requests < 0 {
				return &usageError{cmd, fmt.Errorf("--least and --requests are at least 0")}
			}
			return a.judgeReplay(cmd.Context(), traces, s, charts)
		},
	}
	f := cmd.Flags()
	f.DurationVar(&s.Least, "least", fleet.DefaultPolicy().Watch.Least, "the least time of watching before a version is healthy; as in noon.yaml")
	f.Int64Var(&s.Requests, "requests", 0, "the least `number` of requests before a version is healthy")
	f.Var(limitFlag{&s.Limits.Errors, true}, "errors", "how many more errors still are healthy: 2x (times), +0.5pt (points of a percentage)")
	f.Var(limitFlag{&s.Limits.Latency, false}, "latency", "how much slower still is healthy: 1.25x")
	f.StringArrayVar(&s.Ignore, "ignore", nil, "a `series` that is not judged, again and again; 'errors{*' is all that begin so")
	f.BoolVar(&charts, "charts", false, "draw error rate and latency at the end (with --output json: their points in every line)")
	for _, name := range []string{"least", "requests", "errors", "latency", "ignore"} {
		if err := cmd.RegisterFlagCompletionFunc(name, cobra.NoFileCompletions); err != nil {
			panic(err) // the flag is registered a few lines above
		}
	}
	return cmd
}

// judgeReplay judges the traces. Nothing is printed before all of them were
// read: where one is broken, no verdict is told.
func (a *app) judgeReplay(ctx context.Context, paths []string, s monitors.Settings, charts bool) error {
	var all []*replay
	for _, path := range paths {
		r, err := replayed(ctx, path, s)
		if err != nil {
			return err
		}
		all = append(all, r)
	}
	for _, r := range all {
		if a.json() {
			if err := a.replayJSON(r, len(all) > 1, charts); err != nil {
				return err
			}
		} else if _, err := fmt.Fprintln(a.out, a.replayText(r, charts)); err != nil {
			return err
		}
	}
	return nil
}

// replayLine is a line of "noon judge replay --output json".
type replayLine struct {
	monitors.Report
	// Trace is the file, where there are several.
	Trace string `json:"trace,omitempty"`
}

func (a *app) replayJSON(r *replay, several, charts bool) error {
	for _, c := range r.changes {
		line := replayLine{Report: c.Report}
		if several {
			line.Trace = r.path
		}
		if !charts {
			line.Charts = nil
		}
		text, err := encode(line)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintln(a.out, text); err != nil {
			return err
		}
	}
	return nil
}
