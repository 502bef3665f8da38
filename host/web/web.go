// Package web asks URLs from a server's machine, as somebody who stands beside
// it would. A host comes in, an HTTP client goes out; what an error says of the
// machine and what of the server is told apart here.
package web

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"

	"noon/host"
)

// headMost is how much of the head of an answer is read, in bytes.
const headMost = 64 << 10

// Client asks from the machine, each time on a connection of its own, which
// nothing outlives. A redirection is an answer, and is not followed. The client
// has no deadline: the question's context has.
func Client(h host.Host) *http.Client {
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		return Dial(ctx, h, network, address)
	}
	return &http.Client{
		Transport:     &http.Transport{DialContext: dial, DisableKeepAlives: true, MaxResponseHeaderBytes: headMost},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Dial opens a connection from the machine, or from here where that machine's
// sshd forbids it.
func Dial(ctx context.Context, h host.Host, network, address string) (net.Conn, error) {
	conn, err := h.Dial(ctx, network, address)
	var refused refusal
	if errors.As(err, &refused) && refused.Forbidden() {
		var d net.Dialer
		return d.DialContext(ctx, network, address)
	}
	return conn, err
}

// refusal is what a host says when it was reached but opened no connection.
type refusal interface {
	error
	Forbidden() bool
}

// Refused tells that the machine was reached, and could not connect to the
// server.
func Refused(err error) bool {
	var refused refusal
	return errors.As(err, &refused)
}

// BrokenOff tells an error that another try may mend: neither a refusal nor a
// question whose time was up.
func BrokenOff(err error) bool {
	return !Refused(err) && !errors.Is(err, context.DeadlineExceeded)
}

// Plain is the error without the URL, which may hold a secret.
func Plain(err error) error {
	var inURL *url.Error
	if errors.As(err, &inURL) {
		return inURL.Err
	}
	return err
}
