package cli

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"noon/plan"
)

func (a *app) planCommand() *cobra.Command {
	return &cobra.Command{
		Use: "plan VERSION[,VERSION]", Short: "Show the steps that a deploy would take; change nothing",
		Long:    "Show the steps that a deploy would take, and how many servers serve at each.\nNothing is changed. Exit status: 0, or 5 where a deploy would be refused.",
		Example: "  noon plan v1.9.0\n  noon plan v1.9.0,v2.0.0", Args: args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.with(cmd.Context(), glance, func(s *session) error {
				p, err := s.Plan(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				return a.tell(p, a.planText(p))
			})
		},
	}
}

func (a *app) planText(p plan.Plan) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", a.paint.strong(fmt.Sprintf("%s -> %s", p.Service, p.Goal())))
	if len(p.Batches) == 0 {
		fmt.Fprintf(&b, "  nothing to do: no server needs it\n")
	}
	for i, batch := range p.Batches {
		if i == p.Canaries && i > 0 {
			fmt.Fprintf(&b, "  watch    at least %s, at most %s%s; then %s\n", p.Policy.Watch.Least, p.Policy.Watch.Most, requestsText(p), promoteText(p))
		}
		kind := "batch"
		if i < p.Canaries {
			kind = "canary"
		}
		var names []string
		for _, t := range batch.Turns {
			names = append(names, fmt.Sprintf("%s %s -> %s", t.Server.Name, t.From, toText(t)))
		}
		fmt.Fprintf(&b, "  %-8s %s  %s\n", kind, strings.Join(names, ", "), a.paint.faint(fmt.Sprintf("%d serving, %d meanwhile", batch.Serving, batch.Least)))
	}
	if p.Canaries == len(p.Batches) && p.Canaries > 0 {
		fmt.Fprintf(&b, "  watch    at least %s\n", p.Policy.Watch.Least)
	}
	if later := p.Policy.Watch.Then; later > 0 && p.Canaries < len(p.Batches) {
		fmt.Fprintf(&b, "  watch    each batch for %s before the next one\n", later)
	}
	for _, l := range p.Left {
		fmt.Fprintf(&b, "  left     %s %s\n", l.Server.Name, l.Why)
	}
	fmt.Fprintf(&b, "  keep     never fewer than %d servers healthy and in rotation\n", p.Policy.Keep)
	return strings.TrimRight(b.String(), "\n")
}

// toText is the version that a server gets: of several the chosen one.
func toText(t plan.Turn) string {
	if t.To == "" {
		return "the chosen one"
	}
	return string(t.To)
}

func promoteText(p plan.Plan) string {
	if len(p.Versions) == 0 {
		return "promote: " + string(p.Policy.Promote)
	}
	return "promote one: the canaries of the others are brought to it"
}

func requestsText(p plan.Plan) string {
	if p.Policy.Watch.Requests == 0 {
		return ""
	}
	return fmt.Sprintf(", %d requests", p.Policy.Watch.Requests)
}

// tell prints a result: as JSON, or as text.
func (a *app) tell(value any, text string) error {
	if a.json() {
		encoder := json.NewEncoder(a.out)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false) // it is read by people, too: <*> stays
		return encoder.Encode(value)
	}
	_, err := fmt.Fprintln(a.out, text)
	return err
}
