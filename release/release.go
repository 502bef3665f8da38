// Package release puts a version on a server and starts it there: as a
// directory of its own behind a "current" link, or with the operator's
// command. What leaves is kept for the way back, with its configuration. It
// never decides when; and it believes only what it reads back.
package release

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"noon/fleet"
	"noon/host"
	"noon/host/local"
)

// Release puts versions of one service on its servers. Every method may be
// called again after a crash at any point, with the same end.
type Release struct {
	cfg   fleet.Release
	dir   string
	reach func(fleet.Server) (host.Host, error)
}

// New returns the release as noon.yaml describes it; dir is the folder of
// noon.yaml, reach finds a server's machine.
func New(cfg fleet.Release, dir string, reach func(fleet.Server) (host.Host, error)) *Release {
	return &Release{cfg: cfg, dir: dir, reach: reach}
}

// Stop runs the stop command, if there is one. The version is the one that
// runs.
func (r *Release) Stop(ctx context.Context, server fleet.Server, version fleet.Version) error {
	return r.command(ctx, "stop", r.cfg.Stop, server, version)
}

// Start runs the start command, or the restart command.
func (r *Release) Start(ctx context.Context, server fleet.Server, version fleet.Version) error {
	if r.cfg.Start != "" {
		return r.command(ctx, "start", r.cfg.Start, server, version)
	}
	return r.command(ctx, "restart", r.cfg.Restart, server, version)
}

// Install lets the staged version take over from the one that is there, whose
// configuration is kept for the way back. It does not start it.
func (r *Release) Install(ctx context.Context, server fleet.Server, version fleet.Version) error {
	return r.takeOver(ctx, "install", server, version, r.cfg.Upgrade)
}

// Restore brings back a version, and its configuration, from what is kept on
// the server. The version that leaves is kept likewise. It does not start it.
func (r *Release) Restore(ctx context.Context, server fleet.Server, version fleet.Version) error {
	line := r.cfg.RollBack
	if line == "" {
		line = r.cfg.Upgrade
	}
	return r.takeOver(ctx, "restore", server, version, line)
}

// site is one server's machine with the data that our scripts get.
type site struct {
	host   host.Host
	server fleet.Server
	env    map[string]string
}

// Names that become part of a path.
var pathName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

func (r *Release) site(server fleet.Server, version fleet.Version) (*site, error) {
	if _, err := fleet.ParseVersion(string(version)); err != nil && version != "" {
		return nil, err
	}
	if !pathName.MatchString(server.Name) {
		return nil, fmt.Errorf("the name of server %s cannot be part of a path: letters, digits and . _ -", fleet.Quoted(server.Name))
	}
	h, err := r.reach(server)
	if err != nil {
		return nil, err
	}
	config, err := configPaths(r.cfg.Config, server)
	if err != nil {
		return nil, err
	}
	s := &site{host: h, server: server, env: map[string]string{
		"NOON_SERVER": server.Name, "NOON_HOST": server.Host, "NOON_ADDRESS": server.Address, "NOON_VERSION": string(version),
		"NOON_CONFIG": config, "NOON_ROOT": "", "NOON_KEY": keyOf(server),
	}}
	if r.cfg.Directories != nil {
		s.env["NOON_ROOT"], err = rootOf(r.cfg.Directories, server)
	}
	return s, err
}

// keyOf tells the servers of one machine apart where there is no root that
// does.
func keyOf(server fleet.Server) string {
	address := strings.Map(func(c rune) rune {
		if strings.ContainsRune("0123456789.:[]-_", c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
			return c
		}
		return '_'
	}, server.Address)
	return server.Name + "@" + address
}

// rootOf is the root with "{server}" replaced, for several servers that share
// a machine.
func rootOf(d *fleet.Directories, server fleet.Server) (string, error) {
	root := strings.TrimRight(strings.ReplaceAll(d.Root, "{server}", server.Name), "/")
	if !strings.HasPrefix(root, "/") || strings.ContainsAny(root, "\n\x00") {
		return "", fmt.Errorf("release directory %s is not an absolute path", fleet.Quoted(d.Root))
	}
	return root, nil
}

// configPaths are the configuration files of a server, one a line.
func configPaths(files []string, server fleet.Server) (string, error) {
	var b strings.Builder
	for _, file := range files {
		path := strings.ReplaceAll(file, "{server}", server.Name)
		if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "\n\x00") || strings.Contains(path+"/", "/../") {
			return "", fmt.Errorf("configuration file %s is not an absolute path", fleet.Quoted(file))
		}
		b.WriteString(path + "\n")
	}
	return b.String(), nil
}

// run runs scripts of ours, one after the other in one shell, and returns
// what they print. What they say on standard error when they fail is the
// error.
func (s *site) run(ctx context.Context, scripts ...string) (string, error) {
	result, err := s.host.Run(ctx, host.Command{Line: prelude + strings.Join(scripts, "\n"), Env: s.env})
	if err != nil {
		return "", err
	}
	if result.Status != 0 {
		return "", fmt.Errorf("%s", lastLines(result))
	}
	return string(result.Stdout), nil
}

// here is the controller's machine.
func here() host.Host { return local.New() }
