package cli

import (
	"errors"
	"fmt"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func (a *app) serveCommand() *cobra.Command {
	return &cobra.Command{
		Use: "serve", Short: "Stay as the controller: take deploys from commands run elsewhere on this machine",
		Long: "Stay as the controller of the service. Commands of the same user with the same\nnoon.yaml talk to it; it goes on when they end. It takes up an unfinished\nrollout at its start. SIGTERM and Ctrl-C end it; the rollout goes on when it\nruns again.",
		Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			s, err := a.connect(ctx, lasting)
			if err != nil {
				return err
			}
			stopMeasuring, err := a.remember(ctx)
			if err != nil {
				return errors.Join(err, s.close())
			}
			defer stopMeasuring()
			number, err := s.TakeUp(ctx)
			if err != nil {
				return errors.Join(err, s.close())
			}
			fmt.Fprintf(a.out, "noon serve: the controller of %s is ready\n", s.about.Service)
			if number != 0 {
				fmt.Fprintf(a.out, "noon serve: carrying on rollout %d\n", number)
			}
			<-ctx.Done()
			return s.close()
		},
	}
}
