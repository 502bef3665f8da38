package proxy

import (
	"context"
	"errors"
	"net/http"
	"time"

	"noon/fleet"
)

// request is one customer's request on its way: which server has it now, and
// which it failed on. It is used by one goroutine at a time.
type request struct {
	pool *pool
	// server has the request; nil before and after.
	server      *server
	connections *http.Transport
	tried       []*server
	// offered: the server was handed to Caddy, the next question for one means
	// that it failed there.
	offered bool
	// sent: a server may have seen some of it.
	sent bool
}

// begin gives the request its first server; false means that there is none.
func (r *request) begin() bool {
	r.pool.mu.Lock()
	defer r.pool.mu.Unlock()
	r.take()
	return r.server != nil
}

// next returns the server to try now, or nil: the first, or one that the
// request has not failed on yet.
func (r *request) next() *server {
	if !r.offered {
		r.offered = true
		return r.server
	}
	r.pool.mu.Lock()
	defer r.pool.mu.Unlock()
	r.leave()
	r.take()
	return r.server
}

// end gives the server back: nothing of the request is under way any more.
func (r *request) end() {
	r.pool.mu.Lock()
	idle := r.leave()
	r.pool.mu.Unlock()
	if idle != nil {
		idle.CloseIdleConnections()
	}
}

// take chooses a server and counts the request there. The lock is held.
func (r *request) take() {
	r.server = r.pool.choose(r.tried)
	if r.server == nil {
		return
	}
	r.server.requests++
	r.server.inFlight++
	r.connections = r.server.connections
}

// leave counts the request off its server. It returns the connections of a
// server that is out of rotation and has just finished its last request: what
// is open to it is of no more use, and could keep it from stopping in peace.
// The lock is held.
func (r *request) leave() *http.Transport {
	s := r.server
	if s == nil {
		return nil
	}
	r.server = nil
	r.tried = append(r.tried, s)
	s.inFlight--
	if s.inFlight == 0 && s.Rotation != fleet.In {
		return s.connections
	}
	return nil
}

// send makes one attempt on the server that has the request.
func (r *request) send(out *http.Request) (*http.Response, error) {
	began := time.Now()
	answer, err := r.connections.RoundTrip(out)
	var dial *dialError
	switch {
	case errors.As(err, &dial):
		r.unreached(dial)
	case err != nil:
		r.sent = true
		r.unanswered(out.Context())
	default:
		r.sent = true
		r.answered(answer, time.Since(began))
		r.follow(answer, out.Context())
	}
	return answer, err
}

// unreached counts an attempt that could not be connected; if that is the
// server's doing, nobody else is sent there until a check is good.
func (r *request) unreached(err *dialError) {
	p, s := r.pool, r.server
	p.mu.Lock()
	defer p.mu.Unlock()
	s.failures++
	if !err.ours() {
		s.mistrust(err)
	}
}

// unanswered counts an attempt without an answer, unless the customer left.
func (r *request) unanswered(ctx context.Context) {
	if ctx.Err() != nil {
		return
	}
	r.pool.mu.Lock()
	defer r.pool.mu.Unlock()
	r.server.failures++
}

// answered counts an answer, of which the header is here.
func (r *request) answered(answer *http.Response, took time.Duration) {
	r.pool.mu.Lock()
	defer r.pool.mu.Unlock()
	r.server.answer += took
	r.server.answers.add(took)
	switch {
	case answer.StatusCode >= 500:
		r.server.errors++
	case answer.StatusCode >= 400:
		r.server.rejected++
	}
}
