package cli

import "github.com/spf13/cobra"

// judgeCommand holds what judges without any deploy.
func (a *app) judgeCommand() *cobra.Command {
	judge := &cobra.Command{
		Use: "judge", Short: "Judge what was recorded: is the new version worse than the live one?",
		Args: known, SuggestionsMinimumDistance: 2, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	judge.AddCommand(a.judgeReplayCommand())
	return judge
}
