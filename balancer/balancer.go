// Package balancer is the contract for taking servers out of a load balancer
// and putting them back. Each folder below it is a driver for one kind of
// balancer; balancer/balancertest is the suite that every driver must pass.
// Drivers translate and decide nothing.
package balancer

import (
	"context"

	"noon/fleet"
)

// Driver takes servers of one pool out of rotation and puts them back.
type Driver interface {
	Capabilities() fleet.Capabilities
	// Preflight names what in the balancer's own configuration would lose
	// requests, and the mend.
	Preflight(ctx context.Context) ([]fleet.Problem, error)
	// Observe reads the pool from the balancer itself, never from memory.
	Observe(ctx context.Context) (fleet.Pool, error)
	// Apply is idempotent and returns when the change is effective. It refuses
	// with a *fleet.UnexpectedError where the server's state is neither the
	// expected one nor already the target.
	Apply(ctx context.Context, c fleet.Change) error
}
