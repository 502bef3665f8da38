package release

import (
	"context"
	"fmt"

	"noon/fleet"
)

// takeOver lets a version take the place of the one that is there. An
// interrupted one is finished by the next, be it to the same version or back.
func (r *Release) takeOver(ctx context.Context, what string, server fleet.Server, version fleet.Version, line string) error {
	s, err := r.site(server, version)
	if err == nil && version == "" {
		err = fmt.Errorf("no version is named")
	}
	if err == nil && r.cfg.Directories != nil {
		_, err = s.run(ctx, append([]string{ready}, configured(what, begin, switchLink, finish)...)...)
	} else if err == nil {
		err = r.byCommand(ctx, s, what, line, version)
	}
	if err != nil {
		return fmt.Errorf("%s %s on %s: %w", what, version, server.Name, err)
	}
	return nil
}

// configured adds to the steps, when a version comes back, that its
// configuration does: before the step that brings it, for that may start it.
func configured(what string, first string, others ...string) []string {
	steps := []string{first}
	if what == "restore" {
		steps = append(steps, putBack)
	}
	return append(steps, others...)
}

// byCommand puts the configuration back a second time after the command,
// which may have written its own.
func (r *Release) byCommand(ctx context.Context, s *site, what, line string, version fleet.Version) error {
	if _, err := s.run(ctx, configured(what, begin)...); err != nil {
		return err
	}
	if err := r.operators(ctx, s, line); err != nil {
		return err
	}
	last := []string{finish}
	if what == "restore" {
		last = []string{putBack, finish}
	}
	_, err := s.run(ctx, last...)
	return err
}
