package proxy

import (
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// gate gives every request its server before reverse_proxy sees it, and takes
// it back when all is done, websockets and broken connections included.
type gate struct {
	pool   *pool
	fronts *fronts
}

// CaddyModule is bound to the pool of the gate that was registered.
func (g *gate) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: gateModule, New: func() caddy.Module { return &gate{pool: g.pool, fronts: g.fronts} }}
}

// Provision has the connections of customers watched.
func (g *gate) Provision(ctx caddy.Context) error {
	server, ok := ctx.Value(caddyhttp.ServerCtxKey).(*caddyhttp.Server)
	if !ok {
		return errors.New("noon's handler is not in a server of Caddy's http app")
	}
	server.RegisterConnState(func(conn net.Conn, state http.ConnState) { g.fronts.turned(conn, state) })
	return nil
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request, next caddyhttp.Handler) error {
	req := &request{pool: g.pool}
	if !req.begin() {
		return unavailable(w)
	}
	defer req.end()
	caddyhttp.SetVar(r.Context(), requestKey, req)
	err := next.ServeHTTP(w, r)
	var failed caddyhttp.HandlerError
	if !errors.As(err, &failed) || failed.StatusCode < 500 {
		return err
	}
	if !req.sent {
		return unavailable(w)
	}
	return unanswered(w, failed.StatusCode)
}

// retryAfter is what customers are told, in seconds.
const retryAfter = 1

// unavailable answers a request that was not sent to any server.
func unavailable(w http.ResponseWriter) error {
	w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
	return say(w, http.StatusServiceUnavailable, "No server is available. The request was not sent to any; try again.\n")
}

// unanswered answers a request that a server may have seen, in whole or part.
func unanswered(w http.ResponseWriter, status int) error {
	return say(w, status, "The server that had the request gave no answer. It may have worked on it.\n")
}

func say(w http.ResponseWriter, status int, text string) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	// The text may not arrive: it was a HEAD, or the customer left.
	_, _ = io.WriteString(w, text)
	return nil
}
