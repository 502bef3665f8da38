package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"noon/fleet"
	"noon/judge/logs"
)

// versions of lines that are compared offline: nobody says their real names.
const (
	liveVersion   fleet.Version = "live"
	canaryVersion fleet.Version = "canary"
)

func (a *app) logsCompareCommand() *cobra.Command {
	var f comparedFiles
	var register string
	cmd := &cobra.Command{
		Use: "compare --canary FILE... --live FILE...", Short: "Compare logs of a new version with those of the live one, on files from anywhere",
		Long:    "Compares log files: what does only the new version write, or more often? Lines are\nplain text, logfmt or JSON; gzip is read; - is standard input. The name of a file\nis its server. With --before, what those servers wrote before they got the new\nversion: what is usual for them is not blamed on it.",
		Example: "  noon logs compare --canary web1.log --live web2.log web3.log\n  noon logs compare --canary web1.log --live web2.log.gz --before old/web1.log --output json",
		Args:    args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if len(f.canary) == 0 || len(f.live) == 0 {
				return &usageError{cmd, errors.New("name files of both, after --canary and after --live")}
			}
			caveats, err := readRegister(register)
			if err != nil {
				return err
			}
			return a.logsCompare(cmd.Context(), f, caveats)
		},
	}
	cmd.Flags().StringArrayVar(&f.canary, "canary", nil, "files of servers with the new version")
	cmd.Flags().StringArrayVar(&f.live, "live", nil, "files of servers with the live version")
	cmd.Flags().StringArrayVar(&f.before, "before", nil, "files of the canaries, from before they got the new version")
	cmd.Flags().StringVar(&register, "caveats", "", "a register of known caveats, like "+fleet.CaveatsFile)
	return cmd
}

func readRegister(path string) ([]fleet.Caveat, error) {
	if path == "" {
		return nil, nil
	}
	if _, err := os.Stat(path); err != nil {
		return nil, &exit{exitUsage, fmt.Errorf("read the known caveats: %w", err)}
	}
	register, err := fleet.ReadCaveats(path)
	return register.List, err
}

// inForce are the caveats that hold today, and what to say of the others: the
// judge of files knows no today, only when lines were written.
func inForce(all []fleet.Caveat, now time.Time) (held []fleet.Caveat, notes []string) {
	for _, c := range all {
		if !c.Expired(now) {
			held = append(held, c)
			continue
		}
		notes = append(notes, fmt.Sprintf("the known caveat %q expired on %s, and does not count: look again, then renew or remove it", c.Family, c.Until.Format(time.DateOnly)))
	}
	return held, notes
}

// severalFiles lets several files follow one flag, "--live a.log b.log", as
// shells expand patterns.
func severalFiles(args []string) []string {
	if at := slices.Index(args, "compare"); at < 1 || args[at-1] != "logs" {
		return args
	}
	var all []string
	flag := ""
	for _, arg := range args {
		switch {
		case arg == "--canary" || arg == "--live" || arg == "--before":
			flag = arg
			continue
		case strings.HasPrefix(arg, "-") && arg != "-":
			flag = ""
		case flag != "":
			all = append(all, flag)
		}
		all = append(all, arg)
	}
	return all
}

// comparison is the report as "noon logs compare --output json" prints it.
type comparison struct {
	Verdict      logs.Opinion `json:"verdict"`
	Findings     []difference `json:"findings"`
	CanaryLines  int64        `json:"canary_lines"`
	LiveLines    int64        `json:"live_lines"`
	UnknownLines int64        `json:"unknown_lines"`
	Missing      []string     `json:"missing,omitempty"`
	Notes        []string     `json:"notes,omitempty"`
}

// difference is one finding of it.
type difference struct {
	Family   string     `json:"family"`
	Kind     logs.Kind  `json:"kind"`
	Tier     logs.Tier  `json:"tier"`
	Level    logs.Level `json:"level"`
	Canary   int64      `json:"canary"`
	Live     int64      `json:"live"`
	Evidence float64    `json:"evidence"`
	// First is null where the lines have no time.
	First    *time.Time         `json:"first"`
	Samples  []string           `json:"samples"`
	Caveat   *string            `json:"caveat"`
	Template string             `json:"template"`
	Words    string             `json:"words"`
	Needed   float64            `json:"needed"`
	Servers  []string           `json:"servers"`
	Counts   []logs.ServerCount `json:"counts"`
	Stack    string             `json:"stack,omitempty"`
	Was      string             `json:"was,omitempty"`
	With     []logs.Companion   `json:"with,omitempty"`
}

func comparisonOf(r logs.Report) comparison {
	c := comparison{Verdict: r.Verdict, Findings: []difference{}, CanaryLines: r.CanaryLines, LiveLines: r.LiveLines, UnknownLines: r.UnknownLines, Missing: r.Missing, Notes: r.Notes}
	for _, f := range r.Findings {
		c.Findings = append(c.Findings, differenceOf(f))
	}
	return c
}

func differenceOf(f logs.Finding) difference {
	d := difference{
		Family: f.Family, Kind: f.Kind, Tier: f.Tier, Level: f.Level, Canary: f.Canary, Live: f.Live,
		Evidence: finite(f.Evidence), Needed: finite(f.Needed), Samples: f.Samples, Template: f.Template, Words: f.Words,
		Servers: f.Servers, Counts: f.Counts, Stack: f.Stack, Was: f.Was, With: f.With,
	}
	if d.Samples == nil {
		d.Samples = []string{}
	}
	if !f.First.IsZero() {
		d.First = &f.First
	}
	if f.Caveat != nil {
		d.Caveat = &f.Caveat.Why
	}
	return d
}

func (a *app) logsCompare(ctx context.Context, f comparedFiles, register []fleet.Caveat) error {
	compared, err := f.open(ctx)
	if compared != nil {
		defer compared.close()
	}
	if err != nil {
		return err
	}
	held, notes := inForce(register, time.Now())
	r, err := compared.judge(ctx, held)
	if err != nil {
		return err
	}
	r.Notes = append(r.Notes, notes...)
	return a.tell(comparisonOf(r), a.logsText(r))
}
