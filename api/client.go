package api

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"noon/control"
	"noon/plan"
	"noon/rollout"
)

// answerMost is how large an answer may be; a rollout over 1,000 servers has
// some MB of events.
const answerMost = 256 << 20

// Client talks to a controller over its unix socket.
type Client struct{ http *http.Client }

// NewClient returns a client for the socket; it does not connect yet.
func NewClient(socket string) *Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", socket)
	}
	return &Client{http: &http.Client{Transport: &http.Transport{DialContext: dial}}}
}

// Controller describes the process that answers.
func (c *Client) Controller(ctx context.Context) (about Controller, err error) {
	return about, c.do(ctx, http.MethodGet, "/controller", nil, &about)
}

// Fleet reads all servers.
func (c *Client) Fleet(ctx context.Context) (f control.Fleet, err error) {
	return f, c.do(ctx, http.MethodGet, "/fleet", nil, &f)
}

// Doctor examines everything that a deploy needs.
func (c *Client) Doctor(ctx context.Context) (all []control.Examination, err error) {
	return all, c.do(ctx, http.MethodGet, "/doctor", nil, &all)
}

// Plan says what a deploy would do.
func (c *Client) Plan(ctx context.Context, version string) (p plan.Plan, err error) {
	return p, c.do(ctx, http.MethodPost, "/plans", PlanRequest{Version: version}, &p)
}

// Deploy starts a rollout and returns its number.
func (c *Client) Deploy(ctx context.Context, r DeployRequest) (int64, error) {
	var n Number
	err := c.do(ctx, http.MethodPost, "/rollouts", r, &n)
	return n.Number, err
}

// Order says a human's word, and returns the number of the rollout.
func (c *Client) Order(ctx context.Context, r OrderRequest) (int64, error) {
	var n Number
	err := c.do(ctx, http.MethodPost, "/orders", r, &n)
	return n.Number, err
}

// TakeUp lets the controller carry on an unfinished rollout; 0 if there is none.
func (c *Client) TakeUp(ctx context.Context) (int64, error) {
	var n Number
	err := c.do(ctx, http.MethodPost, "/takeups", nil, &n)
	return n.Number, err
}

// Rollouts lists the latest rollouts, the latest first.
func (c *Client) Rollouts(ctx context.Context, last int) (all []Summary, err error) {
	return all, c.do(ctx, http.MethodGet, fmt.Sprintf("/rollouts?last=%d", last), nil, &all)
}

// Rollout returns a rollout with its events; 0 is the latest.
func (c *Client) Rollout(ctx context.Context, number int64) (r Rollout, err error) {
	return r, c.do(ctx, http.MethodGet, fmt.Sprintf("/rollouts/%d", number), nil, &r)
}

func (c *Client) do(ctx context.Context, method, path string, in, out any) error {
	response, err := c.send(ctx, method, path, in)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, answerMost))
	if err != nil {
		return fmt.Errorf("read the controller's answer: %w", err)
	}
	if response.StatusCode >= 300 {
		return failure(response.StatusCode, text)
	}
	if err := json.Unmarshal(text, out); err != nil {
		return fmt.Errorf("read the controller's answer: %w", err)
	}
	return nil
}

func (c *Client) send(ctx context.Context, method, path string, in any) (*http.Response, error) {
	var content io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		content = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, "http://noon/api/v1"+path, content)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := c.http.Do(request)
	if err != nil {
		return nil, fmt.Errorf("talk to the controller: %w", err)
	}
	return response, nil
}

// failure reads an error answer; huma's own have a "detail".
func failure(status int, text []byte) error {
	var e struct {
		Error
		Detail string `json:"detail"`
	}
	if json.Unmarshal(text, &e) != nil || (e.Kind == "" && e.Detail == "") {
		return &Error{Kind: Broken, Message: fmt.Sprintf("the controller answered with status %d", status)}
	}
	if e.Kind == "" {
		return &Error{Kind: Usage, Message: e.Detail}
	}
	return &e.Error
}

// watchAgain is the pause before a lost event stream is asked for again.
const watchAgain = 500 * time.Millisecond

// Watch sends the events of a rollout from a sequence on, until ctx ends or
// the controller is gone for good. A connection that breaks is made again.
func (c *Client) Watch(ctx context.Context, number, from int64) <-chan rollout.Event {
	events := make(chan rollout.Event)
	go func() {
		defer close(events)
		for failures := 0; failures < 10 && ctx.Err() == nil; failures++ {
			next, err := c.stream(ctx, number, from, events)
			if next > from {
				from, failures = next, 0
			}
			if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
				select {
				case <-time.After(watchAgain):
				case <-ctx.Done():
				}
			}
		}
	}()
	return events
}

// stream reads one connection's events, and returns the next sequence.
func (c *Client) stream(ctx context.Context, number, from int64, events chan<- rollout.Event) (int64, error) {
	response, err := c.send(ctx, http.MethodGet, fmt.Sprintf("/rollouts/%d/events?from=%d", number, from), nil)
	if err != nil {
		return from, err
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		var e rollout.Event
		if err := json.Unmarshal([]byte(data), &e); err != nil {
			return from, err
		}
		select {
		case events <- e:
			from = e.Sequence + 1
		case <-ctx.Done():
			return from, ctx.Err()
		}
	}
	return from, cmpError(lines.Err(), io.ErrUnexpectedEOF)
}

func cmpError(a, b error) error {
	if a != nil {
		return a
	}
	return b
}
