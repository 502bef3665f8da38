package ssh

import (
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"strings"

	"noon/fleet"
)

// jumpsMost bounds a chain of ProxyJump, which may run in a circle.
const jumpsMost = 8

// target is one machine to log in to, as SSH's configuration resolves it.
type target struct {
	// alias is what the configuration was asked for: "web1".
	alias, user, host, port string
	// keyName is the name under which known_hosts is searched.
	keyName string
	// identities are key files, asked says that the configuration named them.
	identities []string
	asked      bool
	// only: no other keys of the agent are offered.
	only       bool
	agent      string
	knownHosts []string
}

func (t target) address() string { return net.JoinHostPort(t.host, t.port) }

// route returns the machines to log in to one after the other, the last is
// the one that was asked for.
func (s Settings) route(name string) ([]target, error) {
	files, err := readConfigs(s.Configs)
	if err != nil {
		return nil, err
	}
	return s.chain(files, name, 0)
}

func (s Settings) chain(files configs, name string, depth int) ([]target, error) {
	if depth > jumpsMost {
		return nil, fmt.Errorf("ProxyJump leads over more than %d machines: it seems to run in a circle", jumpsMost)
	}
	last, err := s.target(files, name)
	if err != nil {
		return nil, err
	}
	jumps, err := jumpsOf(files, last.alias)
	if err != nil || len(jumps) == 0 {
		return []target{last}, err
	}
	// As in ssh itself, only the first of the chain is reached over jumps of
	// its own; the others are reached from the one before.
	route, err := s.chain(files, jumps[0], depth+1)
	if err != nil {
		return nil, err
	}
	for _, jump := range jumps[1:] {
		t, err := s.target(files, jump)
		if err != nil {
			return nil, err
		}
		route = append(route, t)
	}
	return append(route, last), nil
}

// jumpsOf reads ProxyJump. ProxyCommand would run a program of which noon
// knows nothing; only that it is not wanted can be honoured.
func jumpsOf(files configs, alias string) ([]string, error) {
	jump, err := files.first(alias, "ProxyJump")
	if err != nil {
		return nil, err
	}
	if jump == "none" {
		return nil, nil
	}
	if jump != "" {
		return strings.FieldsFunc(jump, func(r rune) bool { return r == ',' || r == ' ' }), nil
	}
	command, err := files.first(alias, "ProxyCommand")
	if err == nil && command != "" && command != "none" {
		err = fmt.Errorf("SSH's configuration of %s has a ProxyCommand, which noon does not run: use ProxyJump", alias)
	}
	return nil, err
}

// target resolves one machine.
func (s Settings) target(files configs, name string) (target, error) {
	user, alias, port, err := splitName(name)
	if err != nil {
		return target{}, err
	}
	t := target{alias: alias, user: user, host: alias, port: port}
	for _, fill := range []func(configs) error{t.fillAddress, t.fillUser(s.User), t.fillKeys(s), t.fillKnownHosts(s)} {
		if err := fill(files); err != nil {
			return target{}, err
		}
	}
	return t, nil
}

// splitName takes "user@host:port" apart; user and port may be missing.
func splitName(name string) (user, host, port string, err error) {
	host = strings.TrimPrefix(name, "ssh://")
	if at := strings.LastIndex(host, "@"); at >= 0 {
		user, host = host[:at], host[at+1:]
	}
	if h, p, splitErr := net.SplitHostPort(host); splitErr == nil {
		host, port = h, p
	}
	host = strings.Trim(host, "[]")
	if host == "" || strings.ContainsAny(host, " \t\n\x00/") {
		return "", "", "", fmt.Errorf("%s does not name a host: write host, user@host or user@host:port", fleet.Quoted(name))
	}
	return user, host, port, nil
}

func (t *target) fillAddress(files configs) error {
	host, err := files.first(t.alias, "HostName")
	if err != nil {
		return err
	}
	if host != "" {
		t.host = strings.NewReplacer("%%", "%", "%h", t.alias).Replace(host)
	}
	if t.port == "" {
		if t.port, err = files.first(t.alias, "Port"); err != nil {
			return err
		}
	}
	if t.port == "" {
		t.port = "22"
	}
	if n, err := strconv.Atoi(t.port); err != nil || n < 1 || n > 65535 {
		return fmt.Errorf("port %s of %s is not one", fleet.Quoted(t.port), t.alias)
	}
	keyName, err := files.first(t.alias, "HostKeyAlias")
	t.keyName = t.address()
	if keyName != "" {
		t.keyName = net.JoinHostPort(keyName, "22")
	}
	return err
}

func (t *target) fillUser(fallback string) func(configs) error {
	return func(files configs) error {
		var err error
		if t.user == "" {
			t.user, err = files.first(t.alias, "User")
		}
		if t.user == "" {
			t.user = fallback
		}
		return err
	}
}

func (t *target) fillKeys(s Settings) func(configs) error {
	return func(files configs) error {
		named, err := files.all(t.alias, "IdentityFile")
		if err != nil {
			return err
		}
		only, err := files.first(t.alias, "IdentitiesOnly")
		if err != nil {
			return err
		}
		t.asked, t.only = len(named) > 0, strings.EqualFold(only, "yes")
		if !t.asked {
			named = []string{"~/.ssh/id_ed25519", "~/.ssh/id_ecdsa", "~/.ssh/id_rsa"}
		}
		for _, name := range named {
			t.identities = append(t.identities, t.expand(s, name))
		}
		return t.fillAgent(s, files)
	}
}

func (t *target) fillAgent(s Settings, files configs) error {
	socket, err := files.first(t.alias, "IdentityAgent")
	switch {
	case err != nil:
		return err
	case socket == "" || socket == "SSH_AUTH_SOCK":
		t.agent = s.Agent
	case socket != "none":
		t.agent = t.expand(s, socket)
	}
	return nil
}

func (t *target) fillKnownHosts(s Settings) func(configs) error {
	return func(files configs) error {
		t.knownHosts = append(t.knownHosts, s.KnownHosts...)
		for _, k := range []struct{ keyword, standard string }{
			{"UserKnownHostsFile", "~/.ssh/known_hosts ~/.ssh/known_hosts2"},
			{"GlobalKnownHostsFile", "/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2"},
		} {
			value, err := files.first(t.alias, k.keyword)
			if err != nil {
				return err
			}
			if value == "" && s.KnownHosts != nil {
				continue
			}
			if value == "" {
				value = k.standard
			}
			for _, name := range strings.Fields(value) {
				t.knownHosts = append(t.knownHosts, t.expand(s, unquoted(name)))
			}
		}
		return nil
	}
}

// expand replaces what ssh_config(5) calls tokens in the name of a file.
func (t *target) expand(s Settings, name string) string {
	if rest, ok := strings.CutPrefix(name, "~/"); ok {
		name = filepath.Join(s.Home, rest)
	}
	return strings.NewReplacer("%%", "%", "%d", s.Home, "%h", t.host, "%n", t.alias,
		"%p", t.port, "%r", t.user, "%u", s.User, "${HOME}", s.Home).Replace(name)
}
