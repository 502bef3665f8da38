package cli

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"charm.land/lipgloss/v2"
	"github.com/spf13/cobra"

	"noon/receipt"
)

// width is how many columns a text takes, without its escape codes.
func width(text string) int { return lipgloss.Width(text) }

func (a *app) historyCommand() *cobra.Command {
	var last int
	cmd := &cobra.Command{
		Use: "history", Short: "List the rollouts, the latest first", Example: "  noon history --last 5", Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.with(cmd.Context(), glance, func(s *session) error {
				all, err := s.Rollouts(cmd.Context(), last)
				if err != nil {
					return err
				}
				var rows [][]string
				for _, r := range all {
					result := string(r.Outcome)
					if result == "" {
						result = string(r.Phase)
					}
					rows = append(rows, []string{fmt.Sprint(r.Number), r.Started.Local().Format(time.DateTime), r.Goal(), result, r.By, oneLine(r.Reason)})
				}
				if len(rows) == 0 {
					rows = [][]string{{"no rollout yet; \"noon deploy VERSION\" starts one"}}
				}
				return a.tell(all, strings.Join(table(rows), "\n"))
			})
		},
	}
	cmd.Flags().IntVar(&last, "last", 20, "how many, at the most")
	return cmd
}

func (a *app) receiptCommand() *cobra.Command {
	return &cobra.Command{
		Use: "receipt [ID]", Short: "Show what happened in a rollout: per server and step, who decided what and why",
		Annotations: map[string]string{outputs: "html"},
		Example:     "  noon receipt 17\n  noon receipt --output json\n  noon receipt 17 --output html > receipt.html", Args: args(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			number := int64(0)
			if len(args) == 1 {
				n, err := strconv.ParseInt(args[0], 10, 64)
				if err != nil || n < 1 {
					return &usageError{cmd, fmt.Errorf("a rollout is named by its number, as \"noon history\" lists it, not %q", args[0])}
				}
				number = n
			}
			return a.with(cmd.Context(), glance, func(s *session) error {
				r, err := s.Rollout(cmd.Context(), number)
				if err != nil {
					return err
				}
				made := receipt.Make(r.Number, r.Events)
				switch a.output {
				case "json":
					return a.tell(made, "")
				case "html":
					return made.HTML(a.out)
				}
				return made.Text(a.out)
			})
		},
	}
}
