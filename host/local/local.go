// Package local is this machine as a host: commands run here, files are
// written here, connections start here. It never touches another machine.
package local

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"time"

	"noon/fleet"
	"noon/host"
)

// Name is how noon.yaml calls this machine.
const Name = "local"

// outputDelay is how long output is still read after a command has ended: a
// daemon that it left behind may hold the stream for years.
const outputDelay = 500 * time.Millisecond

// Local is this machine.
type Local struct{}

var _ host.Host = (*Local)(nil)

// New returns this machine.
func New() *Local { return &Local{} }

// Name is "local".
func (*Local) Name() string { return Name }

// Close does nothing: there is no connection.
func (*Local) Close() error { return nil }

// Dial opens a connection from here. An error of the other end is a
// *RefusedError: this machine itself is always reached.
func (*Local) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, &RefusedError{err: err}
	}
	return conn, nil
}

// RefusedError tells that nothing accepted a connection at an address.
type RefusedError struct{ err error }

func (e *RefusedError) Error() string { return e.err.Error() }
func (e *RefusedError) Unwrap() error { return e.err }

// Forbidden is false: nobody forbids this machine to open connections.
func (e *RefusedError) Forbidden() bool { return false }

// endOf translates how a command ended. A daemon that still holds the output
// is no error.
func endOf(ctx context.Context, line string, err error) (int, error) {
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return -1, fmt.Errorf("command %s here was killed: %w", fleet.Quoted(line), context.Cause(ctx))
	case err == nil, errors.Is(err, exec.ErrWaitDelay):
		return 0, nil
	case errors.As(err, &exit):
		return exit.ExitCode(), nil
	}
	return -1, fmt.Errorf("command %s could not be run here: %w", fleet.Quoted(line), err)
}
