package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"noon/api"
	"noon/rollout"
)

const deployAbout = `Take one server out of the load balancer, upgrade it, see that it is well, put
it back, watch it against the live servers, and then do the others.

Several versions ("v2,v3") get a canary each, and are watched side by side. One
that is worse goes back alone; of those that are fit, "noon promote v3" chooses.

Where "noon serve" runs, it does the work and goes on when this command ends.
Otherwise this command is the controller: Ctrl-C once finishes the server under
way and holds; twice stops at once and says what is out. "noon deploy" with the
same version, or "noon resume", carries on; so it does after a crash.

Exit status: 0 everywhere on the new version; 1 error, nothing is lost; 2 usage
or noon.yaml; 3 rolled back; 4 held, waits for a human; 5 refused by the gate
(capacity, preflight, another rollout).`

func (a *app) deployCommand() *cobra.Command {
	var why string
	var wait bool
	cmd := &cobra.Command{
		Use: "deploy VERSION[,VERSION]", Short: "Upgrade the servers to a version, one at a time", Long: deployAbout,
		Example: "  noon deploy v1.9.0\n  noon deploy v1.9.0 --why \"ticket 312\" --output json\n  noon deploy v1.9.0,v2.0.0",
		Args:    args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.deploy(cmd.Context(), args[0], why, wait)
		},
	}
	cmd.Flags().StringVar(&why, "why", "", "a reason, for the receipt")
	cmd.Flags().BoolVar(&wait, "wait", false, "without a terminal: when held, wait for a human instead of ending with status 4")
	return cmd
}

func (a *app) deploy(ctx context.Context, version, why string, wait bool) error {
	return a.with(ctx, foreground, func(s *session) error {
		before, known, err := latest(ctx, s)
		if err != nil {
			return err
		}
		number, err := s.Deploy(ctx, api.DeployRequest{Version: version, By: who(), Why: why})
		if err != nil {
			return err
		}
		if number != before {
			known = 0
		}
		return a.follow(ctx, s, number, known, rollout.Succeeded, wait)
	})
}

// verbCommand is a human's word about the rollout under way.
func (a *app) verbCommand(verb, short, example string) *cobra.Command {
	var why string
	cmd := &cobra.Command{
		Use: verb, Short: short, Example: "  " + example, Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.say(cmd.Context(), api.OrderRequest{Verb: verb, By: who(), Why: why})
		},
	}
	cmd.Flags().StringVar(&why, "why", "", "a reason, for the receipt")
	return cmd
}

// say gives the order. Where no controller runs, this command carries the
// rollout on itself.
func (a *app) say(ctx context.Context, order api.OrderRequest) error {
	verb := order.Verb
	return a.with(ctx, foreground, func(s *session) error {
		_, known, err := latest(ctx, s)
		if err != nil {
			return err
		}
		number, err := a.order(ctx, s, order)
		if err != nil {
			return err
		}
		if !s.own() || verb == "hold" {
			return a.tell(map[string]any{"number": number, "verb": verb}, fmt.Sprintf("rollout %d: %s. \"noon status --watch\" shows it.", number, verb))
		}
		if _, err := s.TakeUp(ctx); err != nil {
			return err
		}
		return a.follow(ctx, s, number, known, wanted(verb), false)
	})
}

// latest is the number of the latest rollout and the sequence of its last
// event, both 0 if there is none.
func latest(ctx context.Context, s *session) (number, sequence int64, err error) {
	r, err := s.Rollout(ctx, 0)
	var missing *api.Error
	switch {
	case errors.As(err, &missing) && missing.Kind == api.Missing:
		return 0, 0, nil
	case err != nil || len(r.Events) == 0:
		return r.Number, 0, err
	}
	return r.Number, r.Events[len(r.Events)-1].Sequence, nil
}

// wanted is the outcome that a human wants who says the verb.
func wanted(verb string) rollout.Outcome {
	switch verb {
	case "rollback":
		return rollout.WentBack
	case "abort":
		return rollout.Ended
	}
	return rollout.Succeeded
}

// order says the verb; "resume" after a crash has nothing to say when the
// rollout is not held: carrying it on is all.
func (a *app) order(ctx context.Context, s *session, order api.OrderRequest) (int64, error) {
	number, err := s.Order(ctx, order)
	var unfit *api.Error
	if order.Verb != "resume" || !s.own() || !errors.As(err, &unfit) || unfit.Kind != api.Unfit {
		return number, err
	}
	summary, errList := s.Rollouts(ctx, 1)
	if errList != nil || len(summary) == 0 || summary[0].Outcome != "" {
		return 0, err
	}
	return summary[0].Number, nil
}
