package cli

import "github.com/spf13/cobra"

// logsCommand holds what looks at log files without any deploy.
func (a *app) logsCommand() *cobra.Command {
	logs := &cobra.Command{
		Use: "logs", Short: "Look at log files from anywhere: what kinds of lines are there, what does one version write that the other does not",
		Args: known, SuggestionsMinimumDistance: 2, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	logs.AddCommand(a.logsMineCommand(), a.logsCompareCommand())
	return logs
}
