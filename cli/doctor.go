package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"noon/control"
)

func (a *app) doctorCommand() *cobra.Command {
	return &cobra.Command{
		Use: "doctor", Short: "Check everything that a deploy needs, each failure with its mend",
		Long:    "Check everything that a deploy needs, each failure with its mend. Nothing is\nchanged. Exit status: 0, or 5 where a deploy would be refused.",
		Example: "  noon doctor", Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.with(cmd.Context(), glance, func(s *session) error {
				all, err := s.Doctor(cmd.Context())
				if err != nil {
					return err
				}
				if err := a.tell(all, a.doctorText(all)); err != nil {
					return err
				}
				for _, e := range all {
					if e.Fatal {
						return &exit{status: exitRefused}
					}
				}
				return nil
			})
		},
	}
}

func (a *app) doctorText(all []control.Examination) string {
	var b strings.Builder
	for _, e := range all {
		switch {
		case e.Problem == "":
			fmt.Fprintf(&b, "%s %s\n", a.paint.good("ok  "), e.What)
		case e.Fatal:
			fmt.Fprintf(&b, "%s %s: %s\n       -> %s\n", a.paint.bad("FAIL"), e.What, e.Problem, e.Mend)
		default:
			fmt.Fprintf(&b, "%s %s: %s\n       -> %s\n", a.paint.unclear("note"), e.What, e.Problem, e.Mend)
		}
	}
	return strings.TrimRight(b.String(), "\n")
}
