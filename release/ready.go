package release

import (
	"context"
	"fmt"

	"noon/fleet"
)

// Ready tells whether the version can be brought to servers: the artifact is
// there, whole, and holds nothing that does not belong in a release. No server
// is asked.
func (r *Release) Ready(ctx context.Context, version fleet.Version) error {
	if r.cfg.Directories == nil {
		return nil
	}
	a, err := openArtifact(ctx, r.cfg.Directories.Artifact, r.dir, version)
	if err != nil {
		return fmt.Errorf("version %s: %w", version, err)
	}
	a.close()
	return nil
}
