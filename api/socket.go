package api

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// socketMost is how long the path of a unix socket may be, with some room:
// the system's limit is 107 bytes.
const socketMost = 98

// Socket returns the path of the controller's socket for a state folder. Where
// that would be too long for a socket it is a private folder in the system's
// folder for temporary files.
func Socket(state string) (string, error) {
	path := filepath.Join(state, "noon.sock")
	if len(path) <= socketMost {
		return path, nil
	}
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("noon-%d", os.Getuid()))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("make a folder for the controller's socket: %w", err)
	}
	if err := private(dir); err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(state))
	return filepath.Join(dir, fmt.Sprintf("%x.sock", sum[:12])), nil
}

// private refuses a folder that others may write to or that is not ours.
func private(dir string) error {
	about, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if !about.IsDir() || about.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("%s is not a folder of yours alone (mode 0700): remove it, or set a shorter --state", dir)
	}
	return nil
}

// Serve answers on the socket until ctx ends; only this user may connect. The
// caller holds the state folder, so a socket that is there is a dead one's.
func Serve(ctx context.Context, socket string, handler http.Handler) (done <-chan error, err error) {
	if err := os.Remove(socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("remove the old controller's socket: %w", err)
	}
	listener, err := listenPrivate(socket)
	if err != nil {
		return nil, fmt.Errorf("open the controller's socket: %w", err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	ended := make(chan error, 1)
	go func() {
		served := make(chan error, 1)
		go func() { served <- server.Serve(listener) }()
		select {
		case err := <-served:
			ended <- err
		case <-ctx.Done():
			ended <- server.Close()
			<-served
		}
	}()
	return ended, nil
}

// listenPrivate opens a socket for this user alone. The folder around it is
// this user's alone too, so nobody else comes in before the mode is set.
func listenPrivate(socket string) (net.Listener, error) {
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(socket, 0o600); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return listener, nil
}
