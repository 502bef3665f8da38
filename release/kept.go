package release

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"noon/fleet"
)

// Current is the version that was installed last: where the current link
// leads, or what noon's own note beside the kept configuration says. It is ""
// when noon has not installed any, or the link leads elsewhere. Whether that
// version runs only the application can say.
func (r *Release) Current(ctx context.Context, server fleet.Server) (fleet.Version, error) {
	s, err := r.site(server, "")
	if err != nil {
		return "", fmt.Errorf("look which version is installed on %s: %w", server.Name, err)
	}
	out, err := s.run(ctx, "current")
	if err != nil {
		return "", fmt.Errorf("look which version is installed on %s: %w", server.Name, err)
	}
	name := strings.TrimSuffix(out, "\n")
	if name == "" {
		return "", nil
	}
	version, err := fleet.ParseVersion(name)
	if err != nil {
		return "", fmt.Errorf("look which version is installed on %s: %w", server.Name, err)
	}
	return version, nil
}

// Kept tells whether the version can be restored from what is on the server.
func (r *Release) Kept(ctx context.Context, server fleet.Server, version fleet.Version) (bool, error) {
	s, err := r.site(server, version)
	var out string
	if err == nil {
		out, err = s.run(ctx, kept)
	}
	if err != nil {
		return false, fmt.Errorf("look whether %s is kept on %s: %w", version, server.Name, err)
	}
	return strings.TrimSpace(out) == "yes", nil
}

// Prune removes all but the newest releases, of which as many stay as noon.yaml
// says. The one that runs and the protected ones stay in any case.
func (r *Release) Prune(ctx context.Context, server fleet.Server, protect ...fleet.Version) error {
	if r.cfg.Directories == nil || r.cfg.Directories.Keep < 1 {
		return nil
	}
	s, err := r.site(server, "")
	if err == nil {
		var names []string
		for _, version := range protect {
			names = append(names, string(version))
		}
		s.env["NOON_KEEP"], s.env["NOON_PROTECT"] = strconv.Itoa(r.cfg.Directories.Keep), strings.Join(names, " ")
		_, err = s.run(ctx, prune)
	}
	if err != nil {
		return fmt.Errorf("remove old releases from %s: %w", server.Name, err)
	}
	return nil
}
