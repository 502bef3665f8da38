package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"noon/api"
	"noon/rollout"
)

const promoteAbout = `Let the other servers follow the canary. Of several versions say which one: the
canaries of the others are brought to it, each by a turn of its own.`

func (a *app) promoteCommand() *cobra.Command {
	var why string
	cmd := &cobra.Command{
		Use: "promote [VERSION]", Short: "Let the other servers follow the canary; of several versions choose one", Long: promoteAbout,
		Example: "  noon promote\n  noon promote v3\n  noon promote --why \"the errors are the ones of ticket 311\"",
		Args:    args(cobra.MaximumNArgs(1)),
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			return a.candidates(cmd.Context(), args), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			order := api.OrderRequest{Verb: "promote", By: who(), Why: why}
			if len(args) == 1 {
				order.Version = args[0]
			}
			return a.say(cmd.Context(), order)
		},
	}
	cmd.Flags().StringVar(&why, "why", "", "a reason, for the receipt")
	return cmd
}

// candidates are the versions that can be promoted, for completion: nothing is
// said where they cannot be read.
func (a *app) candidates(ctx context.Context, before []string) (versions []string) {
	if len(before) > 0 {
		return nil
	}
	err := a.with(ctx, glance, func(s *session) error {
		r, err := s.Rollout(ctx, 0)
		if err != nil {
			return err
		}
		state := rollout.Fold(r.Events)
		if state.Phase == rollout.Finished {
			return errors.New("there is nothing to promote")
		}
		for _, v := range state.Candidates() {
			versions = append(versions, string(v))
		}
		return nil
	})
	if err != nil {
		return nil
	}
	return versions
}
