package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"noon/fleet"
	"noon/judge/logs"
	"noon/rollout"
)

func (a *app) caveatCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "caveat", Short: "Keep the register of known caveats: log lines that are no version's fault",
		Long: "Keeps " + fleet.CaveatsFile + " beside noon.yaml: families of log lines that people have\nlooked at and decided to live with. A known caveat is shown as known and blamed\non no version, as long as the new version writes it no more often than the live\none. The file is made to be reviewed and committed like code; it may be edited by\nhand, also while a rollout is watched.",
		Args: args(cobra.NoArgs), RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.caveatAddCommand(), a.caveatListCommand(), a.caveatRemoveCommand())
	return cmd
}

// register reads the register beside noon.yaml.
func (a *app) register() (fleet.Caveats, error) {
	return fleet.ReadCaveats(filepath.Join(filepath.Dir(a.config), fleet.CaveatsFile))
}

func (a *app) caveatAddCommand() *cobra.Command {
	var c fleet.Caveat
	var until string
	var versions []string
	cmd := &cobra.Command{
		Use: "add FAMILY", Short: "Add a family of log lines to the register",
		Long:    "Adds a family: its key, as \"noon verdict\" shows it, or the line itself with <*>\nfor what varies, also at its beginning and end.",
		Example: "  noon caveat add 4f1d09aa --why \"the feed is late every day\" --ticket SHOP-17\n  noon caveat add \"<*> exchange rates are stale, <*>\" --why \"known\" --until 2027-01-31",
		Args:    args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			c.Family = args[0]
			if strings.TrimSpace(c.Why) == "" {
				return &usageError{cmd, errors.New("--why is missing: say why people live with it, for those who review the register")}
			}
			if c.Until, err = lastDay(until); err != nil {
				return &usageError{cmd, err}
			}
			if c.Versions, err = parseVersions(versions); err != nil {
				return &usageError{cmd, err}
			}
			return a.caveatAdd(cmd.Context(), c)
		},
	}
	f := cmd.Flags()
	f.StringVar(&c.Why, "why", "", "why people live with it")
	f.StringVar(&c.Ticket, "ticket", "", "where it is going to be mended")
	f.StringVar(&c.Owner, "owner", "", "who looks after it")
	f.StringVar(&until, "until", "", "the last day before people look again: 2027-01-31; from then on it is named as expired")
	f.StringSliceVar(&versions, "versions", nil, "versions that it holds for: v1,v2 (default: all)")
	return cmd
}

func lastDay(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return day, fmt.Errorf("--until is a day like 2027-01-31, not %s", fleet.Quoted(text))
	}
	return day, nil
}

func parseVersions(names []string) (all []fleet.Version, err error) {
	for _, name := range names {
		v, err := fleet.ParseVersion(name)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

// familyKey is the form of a family's key.
var familyKey = regexp.MustCompile(`^[0-9a-f]{8}$`)

func (a *app) caveatAdd(ctx context.Context, c fleet.Caveat) error {
	register, err := a.register()
	if err != nil {
		return err
	}
	if familyKey.MatchString(c.Family) {
		// People who review the register read a line, not its key.
		if c.Family, err = a.templateOf(ctx, c.Family); err != nil {
			return err
		}
	}
	if register, err = register.Add(c); err != nil {
		return &exit{exitUsage, err}
	}
	if err := register.Write(); err != nil {
		return err
	}
	added, _ := register.Find(c.Family)
	return a.tell(added, fmt.Sprintf("%s is a known caveat now, in %s: commit it", fleet.Quoted(c.Family), fleet.Plain(register.Path)))
}

// templateOf finds a family in the last verdict.
func (a *app) templateOf(ctx context.Context, key string) (template string, err error) {
	err = a.with(ctx, glance, func(s *session) error {
		r, err := s.Rollout(ctx, 0)
		if err != nil {
			return err
		}
		if found, ok := findFamily(rollout.Fold(r.Events), key); ok {
			template = found.Template
			return nil
		}
		return &exit{exitUsage, fmt.Errorf("no finding of rollout %d is the family %s: \"noon verdict\" lists them; or give the line itself, with <*> for what varies", r.Number, key)}
	})
	return template, err
}

func findFamily(s rollout.State, key string) (logs.Finding, bool) {
	if s.Verdict.Logs == nil {
		return logs.Finding{}, false
	}
	for _, f := range s.Verdict.Logs.Findings {
		if f.Family == key {
			return f, true
		}
	}
	return logs.Finding{}, false
}

func (a *app) caveatListCommand() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the known caveats", Example: "  noon caveat list --output json", Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			register, err := a.register()
			if err != nil {
				return err
			}
			var rows [][]string
			for _, c := range register.List {
				rows = append(rows, []string{a.caveatUntil(c), oneLine(c.Family), oneLine(c.Why), strings.TrimSpace(c.Ticket + " " + c.Owner)})
			}
			if len(rows) == 0 {
				rows = [][]string{{"no known caveats; \"noon caveat add\" adds one"}}
			}
			if register.List == nil {
				register.List = []fleet.Caveat{}
			}
			return a.tell(register.List, fleet.Plain(strings.Join(table(rows), "\n")))
		},
	}
}

func (a *app) caveatUntil(c fleet.Caveat) string {
	switch {
	case c.Until.IsZero():
		return "for good"
	case c.Expired(time.Now()):
		return "EXPIRED " + c.Until.Format(time.DateOnly)
	}
	return "until " + c.Until.Format(time.DateOnly)
}

func (a *app) caveatRemoveCommand() *cobra.Command {
	return &cobra.Command{
		Use: "remove FAMILY", Short: "Remove a family from the register", Example: "  noon caveat remove \"exchange rates are stale, <*> old\"",
		Args: args(cobra.ExactArgs(1)),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			register, err := a.register()
			if err != nil {
				return nil, cobra.ShellCompDirectiveError
			}
			var all []string
			for _, c := range register.List {
				all = append(all, c.Family)
			}
			return all, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			register, err := a.register()
			if err != nil {
				return err
			}
			family := a.registered(cmd.Context(), register, args[0])
			removed, found := register.Find(family)
			if register, err = register.Remove(family); !found || err != nil {
				return &exit{exitUsage, errors.Join(err)}
			}
			if err := register.Write(); err != nil {
				return err
			}
			return a.tell(removed, fmt.Sprintf("%s is no known caveat any more", fleet.Quoted(family)))
		},
	}
}

// registered is the entry that a family stands in: "noon caveat add" takes a
// key and writes its line.
func (a *app) registered(ctx context.Context, register fleet.Caveats, family string) string {
	if _, there := register.Find(family); there || !familyKey.MatchString(family) {
		return family
	}
	template, err := a.templateOf(ctx, family)
	if err != nil {
		return family // the register says that it has no such entry
	}
	return template
}
