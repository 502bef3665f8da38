package release

import (
	"context"
	"strings"

	"noon/fleet"
)

// Preflight looks whether the server has what installing a version needs.
// Nothing is changed but that the root is made.
func (r *Release) Preflight(ctx context.Context, server fleet.Server) []fleet.Problem {
	s, err := r.site(server, "")
	if err != nil {
		return []fleet.Problem{{Fatal: true, What: err.Error(), Mend: "correct noon.yaml"}}
	}
	if r.cfg.Directories == nil {
		preflight := `mkdir -p "$state" 2>/dev/null || echo "fatal|cannot make $state|give the directory to $(id -un)"`
		return s.problems(ctx, preflight)
	}
	return s.problems(ctx, preflight)
}

func (s *site) problems(ctx context.Context, script string) []fleet.Problem {
	out, err := s.run(ctx, script)
	if err != nil {
		return []fleet.Problem{{Fatal: true, What: s.server.Name + ": " + err.Error(), Mend: `make "ssh ` + s.host.Name() + `" work from this machine`}}
	}
	var found []fleet.Problem
	for line := range strings.Lines(out) {
		if parts := strings.SplitN(strings.TrimSpace(line), "|", 3); len(parts) == 3 {
			found = append(found, fleet.Problem{Fatal: parts[0] == "fatal", What: s.server.Name + ": " + parts[1], Mend: parts[2]})
		}
	}
	return found
}
