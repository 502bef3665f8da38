package lb

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"noon/fleet"
)

const (
	// answerMost bounds what is read of an answer, in bytes: a pool of some
	// 20,000 servers.
	answerMost = 16 << 20
	headerMost = 64 << 10
	// patience is how long noon lb may take for one answer.
	patience = 10 * time.Second
)

// client asks one admin socket.
type client struct{ http *http.Client }

func newClient(dial func(ctx context.Context) (net.Conn, error)) client {
	return client{&http.Client{
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx) },
			// A connection of its own for each question: none outlives a restart
			// of noon lb, and there is nothing to close.
			DisableKeepAlives:      true,
			MaxResponseHeaderBytes: headerMost,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// pool reads the pool.
func (c client) pool(ctx context.Context) (Pool, error) {
	status, body, err := c.ask(ctx, http.MethodGet, "/pool", nil)
	if err != nil {
		return Pool{}, fmt.Errorf("read the pool of noon lb: %w; is noon lb running, and is this its admin socket?", err)
	}
	if status != http.StatusOK {
		return Pool{}, fmt.Errorf("read the pool of noon lb: it answers status %d: %s", status, fleet.Quoted(string(body)))
	}
	var pool Pool
	if err := json.Unmarshal(body, &pool); err != nil {
		return Pool{}, fmt.Errorf("read the pool of noon lb: its answer is not understood (%w); is this its admin socket?", err)
	}
	return pool, nil
}

// refusedError tells that noon lb understood the change and did not do it.
type refusedError struct{ text string }

func (e *refusedError) Error() string { return e.text }

// refused tells whether the change certainly did not happen.
func refused(err error) bool {
	var unexpected *fleet.UnexpectedError
	var no *refusedError
	return errors.As(err, &unexpected) || errors.As(err, &no)
}

// change asks for a change. Unless refused(err), an error leaves open whether
// it happened.
func (c client) change(ctx context.Context, change Change) error {
	asked, err := json.Marshal(change)
	if err != nil {
		return err
	}
	status, body, err := c.ask(ctx, http.MethodPost, "/change", asked)
	if err != nil {
		return fmt.Errorf("change %s to %s in noon lb: %w", change.Server, change.Rotation, err)
	}
	return change.outcome(status, body)
}

// outcome is what the answer to a change means.
func (c Change) outcome(status int, body []byte) error {
	var no Refusal
	// What is not understood leaves no empty, and the status still counts.
	_ = json.Unmarshal(body, &no)
	switch status {
	case http.StatusOK:
		return nil
	case http.StatusConflict:
		return &fleet.UnexpectedError{Server: c.Server, Expected: c.Expect, Actual: rotation(no.Actual)}
	case http.StatusNotFound, http.StatusBadRequest:
		return &refusedError{fmt.Sprintf("change %s to %s in noon lb: it was refused, nothing was changed: %s", c.Server, c.Rotation, shown(no.Error))}
	}
	return fmt.Errorf("change %s to %s in noon lb: it answers status %d: %s", c.Server, c.Rotation, status, shown(no.Error))
}

// ask sends one question and reads the whole answer.
func (c client) ask(ctx context.Context, method, path string, body []byte) (int, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, "http://noon-lb"+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer answer.Body.Close()
	read, err := io.ReadAll(io.LimitReader(answer.Body, answerMost+1))
	if err == nil && len(read) > answerMost {
		err = fmt.Errorf("the answer is longer than %d bytes", answerMost)
	}
	return answer.StatusCode, read, err
}
