package proxy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"

	"noon/balancer/lb"
)

const (
	// adminMost is the longest path of the socket, in bytes: the system takes
	// 103 (darwin) to 107 (Linux).
	adminMost = 100
	// changeMost bounds what is read of a change, in bytes.
	changeMost    = 64 << 10
	adminPatience = 10 * time.Second
)

// admin answers the questions of package lb.
type admin struct {
	pool   *pool
	epoch  string
	health Health
}

// listenAdmin returns the socket, for our own user only. A socket that a dead
// process left is replaced; that it is dead the lock of the state file shows
// unless two processes were given one path, which is refused.
func listenAdmin(path string) (net.Listener, error) {
	if conn, err := net.DialTimeout("unix", path, time.Second); err == nil {
		conn.Close()
		return nil, fmt.Errorf("listen on the admin socket %s: another process answers there", path)
	}
	if err := removeSocket(path); err != nil {
		return nil, fmt.Errorf("listen on the admin socket %s: %w", path, err)
	}
	// The mode must be right from the first moment, not from a chmod on.
	before := syscall.Umask(0o177)
	defer syscall.Umask(before)
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("listen on the admin socket: %w", err)
	}
	return listener, nil
}

// removeSocket removes a socket, and nothing else.
func removeSocket(path string) error {
	found, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if found.Mode().Type() != fs.ModeSocket {
		return errors.New("there is a file that is not a socket")
	}
	return os.Remove(path)
}

// serve answers until ctx ends. A change that has begun is finished.
func (a *admin) serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler:     a.handler(),
		ReadTimeout: adminPatience, WriteTimeout: adminPatience,
		MaxHeaderBytes: headerMost,
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("the admin socket broke: %w", err)
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), adminPatience)
	defer cancel()
	err := server.Shutdown(last)
	<-ended
	return err
}

func (a *admin) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /pool", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, a.shown()) })
	mux.HandleFunc("POST /change", a.change)
	return mux
}

func (a *admin) shown() lb.Pool {
	return lb.Pool{
		Epoch: a.epoch, Check: a.health.Path,
		NoticeMillis: a.health.notice().Milliseconds(),
		AnswerLE:     answerBounds[:],
		Servers:      a.pool.shown(),
	}
}

func (a *admin) change(w http.ResponseWriter, r *http.Request) {
	var c lb.Change
	// A misspelt key must not pass for one that was left out.
	reader := json.NewDecoder(http.MaxBytesReader(w, r.Body, changeMost))
	reader.DisallowUnknownFields()
	if err := reader.Decode(&c); err != nil {
		answer(w, http.StatusBadRequest, lb.Refusal{Error: "the change is not understood: " + err.Error()})
		return
	}
	err := a.pool.change(c, time.Now())
	var refused *refusedError
	switch {
	case errors.As(err, &refused):
		answer(w, refused.status, refused.Refusal)
	case err != nil:
		answer(w, http.StatusInternalServerError, lb.Refusal{Error: err.Error()})
	default:
		answer(w, http.StatusOK, a.shown())
	}
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// Who asked may be gone; nothing depends on the answer.
	_ = json.NewEncoder(w).Encode(body)
}
