package ssh

import (
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"time"
)

// Settings say whose SSH files are used.
type Settings struct {
	// Home is where ~ in SSH's files points to.
	Home string
	// User is who logs in where neither the host's name nor a file says it.
	User string
	// Configs are the ssh_config files, the first has precedence. Missing
	// ones are skipped.
	Configs []string
	// KnownHosts, where given, are read instead of ~/.ssh/known_hosts and the
	// system's, and in addition to those that the ssh_config files name.
	KnownHosts []string
	// Agent is the socket of the SSH agent, "" for none.
	Agent string
	// Alive is how often the machine is asked whether it is still there, when
	// nothing was heard from it; after three silent times the connection is
	// given up. 0 means 5 s.
	Alive time.Duration
	// Connect is how long opening a connection may take. 0 means 20 s.
	Connect time.Duration
}

// UserSettings are those of the user who runs noon.
func UserSettings() (Settings, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return Settings{}, fmt.Errorf("find ~/.ssh: %w", err)
	}
	u, err := user.Current()
	if err != nil {
		return Settings{}, fmt.Errorf("find out who runs noon: %w", err)
	}
	return Settings{
		Home: home, User: u.Username, Agent: os.Getenv("SSH_AUTH_SOCK"),
		Configs: []string{filepath.Join(home, ".ssh", "config"), "/etc/ssh/ssh_config"},
	}, nil
}

func (s Settings) alive() time.Duration {
	if s.Alive > 0 {
		return s.Alive
	}
	return 5 * time.Second
}

func (s Settings) connectMost() time.Duration {
	if s.Connect > 0 {
		return s.Connect
	}
	return 20 * time.Second
}
