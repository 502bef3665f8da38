package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"noon/fleet"
)

func (a *app) configCommand() *cobra.Command {
	config := &cobra.Command{
		Use: "config", Short: "Check noon.yaml, or print its schema", Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	config.AddCommand(
		&cobra.Command{
			Use: "schema", Short: "Print the JSON Schema of noon.yaml, for editors", Example: "  noon config schema > noon.schema.json", Args: args(cobra.NoArgs),
			RunE: func(*cobra.Command, []string) error {
				text, err := fleet.Schema()
				if err != nil {
					return err
				}
				_, err = a.out.Write(text)
				return err
			},
		},
		&cobra.Command{
			Use: "check", Short: "Read noon.yaml and say what is wrong with it", Example: "  noon config check", Args: args(cobra.NoArgs),
			RunE: func(*cobra.Command, []string) error {
				s, err := fleet.Read(a.config)
				if err != nil {
					return err
				}
				return a.tell(s, fmt.Sprintf("%s: %s with %d servers", a.config, s.Name, len(s.Servers)))
			},
		},
	)
	return config
}
