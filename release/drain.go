package release

import (
	"context"

	"noon/fleet"
)

// BeforeDrain runs the operator's line that lets the application end its long
// connections, if there is one.
func (r *Release) BeforeDrain(ctx context.Context, line string, server fleet.Server, version fleet.Version) error {
	return r.command(ctx, "drain of", line, server, version)
}
