package ssh

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"

	xssh "golang.org/x/crypto/ssh"

	"noon/fleet"
)

// RefusedError tells that the machine was reached, but opened no connection
// to the address.
type RefusedError struct {
	Host, Address, Reason string
	forbidden             bool
}

// Forbidden tells that sshd does not allow to open connections at all, or not
// to this address; otherwise nothing accepted it there.
func (e *RefusedError) Forbidden() bool { return e.forbidden }

func (e *RefusedError) Error() string {
	if e.forbidden {
		return fmt.Sprintf("%s forbids to open a connection to %s (AllowTcpForwarding, AllowStreamLocalForwarding, PermitOpen in its sshd_config): %s", e.Host, e.Address, e.Reason)
	}
	if strings.HasPrefix(e.Address, "/") {
		return fmt.Sprintf("%s could not connect to %s: %s (nothing listens there, the user may not use it, or AllowStreamLocalForwarding in its sshd_config forbids it: sshd does not say which)", e.Host, e.Address, e.Reason)
	}
	return fmt.Sprintf("%s could not connect to %s: %s", e.Host, e.Address, e.Reason)
}

// Dial opens a connection from that machine. Deadlines work on it.
func (h *Host) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	if err := h.begin(); err != nil {
		return nil, err
	}
	defer h.work.Done()
	kind, data, err := forwarding(network, address)
	if err != nil {
		return nil, fmt.Errorf("connect from %s: %w", h.name, err)
	}
	channel, requests, err := h.channel(ctx, kind, data)
	var refused *xssh.OpenChannelError
	if errors.As(err, &refused) {
		return nil, &RefusedError{
			Host: h.name, Address: address, Reason: fleet.Quoted(refused.Message),
			forbidden: refused.Reason == xssh.Prohibited || refused.Reason == xssh.UnknownChannelType,
		}
	}
	if err != nil {
		return nil, err
	}
	return h.forward(channel, requests, addr{network, address}), nil
}

// forwarding says in SSH's words what is asked for (RFC 4254 7.2 and
// PROTOCOL of OpenSSH 2.4).
func forwarding(network, address string) (string, []byte, error) {
	switch network {
	case "unix":
		return "direct-streamlocal@openssh.com", xssh.Marshal(struct {
			Path, Reserved0 string
			Reserved1       uint32
		}{Path: address}), nil
	case "tcp":
		host, portText, err := net.SplitHostPort(address)
		if err != nil {
			return "", nil, err
		}
		port, err := strconv.ParseUint(portText, 10, 16)
		if err != nil {
			return "", nil, fmt.Errorf("%s is not a port", fleet.Quoted(portText))
		}
		return "direct-tcpip", xssh.Marshal(struct {
			Host   string
			Port   uint32
			Origin string
			From   uint32
		}{host, uint32(port), "127.0.0.1", 0}), nil
	}
	return "", nil, fmt.Errorf("network %s is not \"tcp\" or \"unix\"", fleet.Quoted(network))
}

// forwarded is a connection over a channel. The channel itself knows no
// deadlines; the pipe does.
type forwarded struct {
	net.Conn
	remote net.Addr
}

func (f *forwarded) RemoteAddr() net.Addr { return f.remote }

func (h *Host) forward(channel xssh.Channel, requests <-chan *xssh.Request, remote net.Addr) net.Conn {
	near, far := net.Pipe()
	h.work.Go(func() { xssh.DiscardRequests(requests) })
	h.work.Go(func() { io.Copy(io.Discard, channel.Stderr()) })
	// Close must not wait for a caller who neither reads nor closes.
	stop := context.AfterFunc(h.life, func() { far.Close() })
	h.work.Go(func() {
		io.Copy(far, channel)
		far.Close()
	})
	h.work.Go(func() {
		io.Copy(channel, far)
		channel.Close()
		stop()
	})
	return &forwarded{Conn: near, remote: remote}
}
