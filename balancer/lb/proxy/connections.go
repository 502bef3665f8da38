package proxy

import (
	"context"
	"errors"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp/reverseproxy"
)

const (
	// idleMost is how long a connection to a server may wait to be used again.
	// Servers close theirs after 2s (gunicorn) or more (node, Apache: 5s); a
	// POST that meets such a close could not be repeated.
	idleMost = time.Second
	// idleConnections is how many may wait, per server.
	idleConnections = 512
	keepAlive       = 15 * time.Second
	headerMost      = 1 << 20
)

// newConnections returns the means to talk to one server for one time in
// rotation. Answers pass as they are, compressed or not.
func newConnections(address string, connect time.Duration) *http.Transport {
	dialer := &net.Dialer{Timeout: connect, KeepAlive: keepAlive}
	return &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			conn, err := dialer.DialContext(ctx, "tcp", address)
			if err != nil {
				return nil, &dialError{err}
			}
			return conn, nil
		},
		DisableCompression:     true,
		MaxIdleConnsPerHost:    idleConnections,
		IdleConnTimeout:        idleMost,
		MaxResponseHeaderBytes: headerMost,
		// The same buffer that Caddy copies with: fewer system calls.
		WriteBufferSize: 16 << 10,
		ReadBufferSize:  16 << 10,
	}
}

// dialError tells that no connection was made, so nothing was sent.
type dialError struct{ err error }

func (e *dialError) Error() string { return e.err.Error() }

// Unwrap shows Caddy its own DialError: it tries such a request on another
// server, whatever the method.
func (e *dialError) Unwrap() []error { return []error{reverseproxy.NewDialError(e.err), e.err} }

// ours tells whether it says nothing of the server: the attempt was given up,
// or this machine ran out of something.
func (e *dialError) ours() bool {
	for _, own := range []error{context.Canceled, syscall.EMFILE, syscall.ENFILE, syscall.EADDRNOTAVAIL, syscall.ENOBUFS, syscall.ENOMEM} {
		if errors.Is(e.err, own) {
			return true
		}
	}
	return false
}
