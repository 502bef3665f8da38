package journal

import (
	"context"
	"errors"
	"fmt"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

var (
	// ErrTaken: there is another entry with this sequence already.
	ErrTaken = errors.New("the sequence is taken")
	// ErrFenced: the lease with which the entry was to be written is not held
	// any more.
	ErrFenced = errors.New("the lease is not held any more")
	// ErrGap: the entry before is missing.
	ErrGap = errors.New("the journal has a gap")
	// ErrTooLarge: an entry is larger than the store takes.
	ErrTooLarge = errors.New("the entry is too large for the journal")
	// ErrFull: the store takes no more entries. Those that are there can be
	// read.
	ErrFull = errors.New("the journal is full")
	// ErrUnknown: etcd did not answer, so the entry may have been written or
	// not, or be written yet. Read before you act on either.
	ErrUnknown = errors.New("it is unknown whether the entry was written")
)

// failed says in words what etcd's error means while doing something.
func (j *Journal) failed(doing string, err error) error {
	if cause := context.Cause(j.alive); cause != nil {
		return fmt.Errorf("%s: %w", doing, cause)
	}
	switch {
	case errors.Is(err, rpctypes.ErrNoSpace):
		return fmt.Errorf("%s: %w: %s", doing, ErrFull, j.full)
	case errors.Is(err, rpctypes.ErrAuthFailed):
		return fmt.Errorf("%s: etcd does not accept the user and password", doing)
	case errors.Is(err, rpctypes.ErrUserEmpty):
		return fmt.Errorf("%s: etcd wants a user and password", doing)
	case errors.Is(err, rpctypes.ErrPermissionDenied):
		return fmt.Errorf("%s: etcd's user needs the permission readwrite on the prefix %q (etcdctl role grant-permission ROLE readwrite --prefix=true %s)", doing, j.prefix, j.prefix)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, rpctypes.ErrNoLeader), errors.Is(err, rpctypes.ErrGRPCNoLeader):
		return fmt.Errorf("%s: no majority of etcd answered within %s: %w", doing, answerWithin, err)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// lost tells whether the request may have been carried out in spite of err.
// etcd refuses with the other codes before it does anything.
func lost(err error) bool {
	switch codeOf(err) {
	case codes.ResourceExhausted, codes.PermissionDenied, codes.Unauthenticated,
		codes.InvalidArgument, codes.FailedPrecondition, codes.NotFound, codes.OutOfRange:
		return false
	}
	return true
}

func codeOf(err error) codes.Code {
	var known rpctypes.EtcdError
	if errors.As(err, &known) {
		return known.Code()
	}
	return status.Code(err)
}

// isGone tells whether etcd says that the lease does not exist any more.
func isGone(err error) bool { return errors.Is(err, rpctypes.ErrLeaseNotFound) }
