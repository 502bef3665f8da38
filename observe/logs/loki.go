package logs

import (
	"context"

	"noon/fleet"
)

func (f *Follower) followLoki(ctx context.Context, from fleet.LogSource, l *listener) {}
