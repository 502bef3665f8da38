package cli

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

const about = `noon upgrades the servers behind a load balancer at noon instead of at 05:00:
one server at a time, nobody notices, and the new version has to prove itself
against the live one before the next server gets it.`

// root is the command tree.
func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use: "noon", Short: "Upgrade the servers behind a load balancer, one at a time, at any time of day", Long: about,
		Version: a.version, SilenceErrors: true, SilenceUsage: true,
		Args: known, SuggestionsMinimumDistance: 2,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			return a.prepare(cmd)
		},
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return &usageError{cmd, err} })
	root.SetVersionTemplate("noon {{.Version}}\n")
	a.flags(root)
	root.AddCommand(
		a.deployCommand(), a.planCommand(), a.statusCommand(), a.verdictCommand(),
		a.promoteCommand(),
		a.verbCommand("hold", "Let nothing new begin; a server under way comes back into rotation", "noon hold --why \"lunch\""),
		a.verbCommand("resume", "Carry on a rollout that is held or was interrupted", "noon resume"),
		a.verbCommand("rollback", "Put every upgraded server back to its previous version", "noon rollback --why \"wrong prices\""),
		a.verbCommand("abort", "End the rollout where it is; servers that are out come back", "noon abort"),
		a.historyCommand(), a.receiptCommand(), a.caveatCommand(), a.logsCommand(), a.judgeCommand(), a.doctorCommand(), a.serveCommand(), a.lbCommand(), a.configCommand(), a.demoCommand(),
	)
	return root
}

func (a *app) flags(root *cobra.Command) {
	f := root.PersistentFlags()
	f.StringVarP(&a.config, "config", "c", fallback("NOON_CONFIG", "noon.yaml"), "the service's noon.yaml (NOON_CONFIG)")
	f.StringVar(&a.state, "state", os.Getenv("NOON_STATE"), "folder of the journal (NOON_STATE; .noon beside noon.yaml)")
	f.StringVarP(&a.output, "output", "o", "text", "text or json")
	f.BoolVar(&a.noColour, "no-color", false, "no colours (so does NO_COLOR)")
	f.StringSliceVar(&a.cluster.Endpoints, "etcd", list("NOON_ETCD"), "use your own etcd instead of the embedded one: URLs (NOON_ETCD)")
	f.StringVar(&a.cluster.CAFile, "etcd-ca", os.Getenv("NOON_ETCD_CA"), "its authority, a PEM file (NOON_ETCD_CA)")
	f.StringVar(&a.cluster.CertFile, "etcd-cert", os.Getenv("NOON_ETCD_CERT"), "client certificate, a PEM file (NOON_ETCD_CERT)")
	f.StringVar(&a.cluster.KeyFile, "etcd-key", os.Getenv("NOON_ETCD_KEY"), "its key, a PEM file (NOON_ETCD_KEY)")
	f.StringVar(&a.cluster.User, "etcd-user", os.Getenv("NOON_ETCD_USER"), "user; the password comes from NOON_ETCD_PASSWORD")
	complete := func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return []string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp
	}
	if err := root.RegisterFlagCompletionFunc("output", complete); err != nil {
		panic(err) // the flag is registered four lines above
	}
}

// outputs is the annotation of commands that have a further form of output.
const outputs = "noon/outputs"

func or(more string) string {
	if more == "" {
		return ""
	}
	return " or " + more
}

func fallback(variable, value string) string {
	if v := os.Getenv(variable); v != "" {
		return v
	}
	return value
}

func list(variable string) []string {
	if v := os.Getenv(variable); v != "" {
		return strings.Split(v, ",")
	}
	return nil
}

// prepare checks the global flags and chooses the colours.
func (a *app) prepare(cmd *cobra.Command) error {
	if more := cmd.Annotations[outputs]; a.output != "text" && a.output != "json" && (more == "" || a.output != more) {
		return &usageError{cmd, fmt.Errorf("--output is text or json%s, not %q", or(more), a.output)}
	}
	if a.config == "" {
		return &usageError{cmd, errors.New("--config is empty")}
	}
	a.cluster.Password = os.Getenv("NOON_ETCD_PASSWORD")
	a.paint = newPalette(!a.noColour && colourful(os.Stdout))
	return nil
}
