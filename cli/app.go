// Package cli is noon's command line: one file per command. Commands talk to a
// controller through the API only; where none runs, one is started in this
// process for as long as the command takes.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"os/user"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"noon/api"
	"noon/fleet"
	"noon/journal"
	"noon/observe"
)

// Exit statuses, as "noon deploy --help" lists them.
const (
	exitDone       = 0
	exitError      = 1
	exitUsage      = 2
	exitRolledBack = 3
	exitHeld       = 4
	exitRefused    = 5
)

// app holds what all commands share: the global flags and the terminal.
type app struct {
	version  string
	config   string
	state    string
	output   string
	noColour bool
	cluster  journal.Cluster
	// past is what a controller that stays has measured, nil for nothing.
	past *observe.Past

	out, err io.Writer
	paint    palette
}

// exit ends a command with a status; a nil err says nothing more.
type exit struct {
	status int
	err    error
}

func (e *exit) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

// Main runs noon with its arguments and returns the exit status.
func Main(version string, args []string) int {
	a := &app{version: version, out: os.Stdout, err: os.Stderr}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	root := a.root()
	root.SetArgs(severalFiles(args))
	return a.status(root.ExecuteContext(ctx))
}

// status says the error, and returns the exit status it stands for.
func (a *app) status(err error) int {
	if err == nil {
		return exitDone
	}
	status := statusOf(err)
	if text := err.Error(); text != "" {
		fmt.Fprintln(a.err, a.paint.bad("noon: ")+text)
	}
	return status
}

func statusOf(err error) int {
	var (
		own    *exit
		answer *api.Error
		config *fleet.ConfigError
		none   *fleet.MissingError
		usage  *usageError
	)
	switch {
	case errors.As(err, &own):
		return own.status
	case errors.As(err, &config), errors.As(err, &none), errors.As(err, &usage):
		return exitUsage
	case errors.As(err, &answer):
		return answerStatus(answer.Kind)
	}
	return exitError
}

func answerStatus(k api.Kind) int {
	switch k {
	case api.Refused, api.Busy:
		return exitRefused
	case api.Usage, api.Missing, api.Unfit:
		return exitUsage
	}
	return exitError
}

// usageError is a command line that cannot be understood.
type usageError struct {
	cmd *cobra.Command
	err error
}

func (e *usageError) Error() string {
	return fmt.Sprintf("%v\n  try: %s --help", e.err, e.cmd.CommandPath())
}

// args makes an argument check whose failure is a usage error that says what
// the command takes.
func args(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if check(cmd, args) == nil {
			return nil
		}
		got := "nothing"
		if len(args) > 0 {
			got = strings.Join(args, " ")
		}
		return &usageError{cmd, fmt.Errorf("usage: %s (got %s)", cmd.UseLine(), got)}
	}
}

// known is the argument check of the root: what it gets is an unknown command.
func known(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	text := fmt.Sprintf("there is no command %q", args[0])
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		text += "; did you mean " + strings.Join(near, " or ") + "?"
	}
	return &usageError{cmd, errors.New(text)}
}

func (a *app) json() bool { return a.output == "json" }

// stateFolder is where the journal and the socket are: --state, NOON_STATE, or
// .noon beside noon.yaml.
func (a *app) stateFolder() (string, error) {
	folder := a.state
	if folder == "" {
		folder = filepath.Join(filepath.Dir(a.config), ".noon")
	}
	return filepath.Abs(folder)
}

// who is the person who runs the command: "ana@laptop".
func who() string {
	name, host := "somebody", "unknown"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	if sudo := os.Getenv("SUDO_USER"); sudo != "" {
		name = sudo
	}
	if h, err := os.Hostname(); err == nil {
		host = h
	}
	return name + "@" + host
}
