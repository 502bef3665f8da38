package proxy

import (
	"fmt"
	"net/http"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp/reverseproxy"
)

// What of Caddy is ours: a handler in front of reverse_proxy that gives every
// request its server and takes it back (gate), the policy that hands that
// server to reverse_proxy (chosen), the transport to it (transport), and what
// may be repeated (repeatable). They are registered by Run, bound to its pool,
// so there is no package state; that is why there is one Run per process.

const (
	gateModule       = "http.handlers.noon"
	chosenModule     = "http.reverse_proxy.selection_policies.noon"
	transportModule  = "http.reverse_proxy.transport.noon"
	repeatableModule = "http.matchers.noon_repeatable"
)

var (
	_ caddyhttp.MiddlewareHandler       = (*gate)(nil)
	_ caddy.Provisioner                 = (*gate)(nil)
	_ reverseproxy.Selector             = (*chosen)(nil)
	_ http.RoundTripper                 = (*transport)(nil)
	_ caddyhttp.RequestMatcherWithError = (*repeatable)(nil)
)

// register makes our modules known to Caddy.
func register(p *pool, f *fronts) error {
	if _, err := caddy.GetModule(gateModule); err == nil {
		return fmt.Errorf("noon lb was already started in this process: Caddy allows one, start another process")
	}
	caddy.RegisterModule(&gate{pool: p, fronts: f})
	caddy.RegisterModule(&chosen{})
	caddy.RegisterModule(&transport{})
	caddy.RegisterModule(&repeatable{})
	return nil
}

// requestKey is where a request is kept among the variables of Caddy's
// request: those are per request already, where a context of our own would
// copy the whole http.Request.
const requestKey = "noon.request"

func requestOf(r *http.Request) *request {
	req, _ := caddyhttp.GetVar(r.Context(), requestKey).(*request)
	return req
}

// chosen hands out the server that the pool chose.
type chosen struct{}

func (*chosen) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: chosenModule, New: func() caddy.Module { return new(chosen) }}
}

// Select ignores Caddy's own list of upstreams, which is empty: the pool
// changes without Caddy's knowing.
func (*chosen) Select(_ reverseproxy.UpstreamPool, r *http.Request, _ http.ResponseWriter) *reverseproxy.Upstream {
	req := requestOf(r)
	if req == nil {
		return nil
	}
	s := req.next()
	if s == nil {
		return nil
	}
	return &reverseproxy.Upstream{Host: new(reverseproxy.Host), Dial: s.Address}
}

// transport sends a request to the server that has it.
type transport struct{}

func (*transport) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: transportModule, New: func() caddy.Module { return new(transport) }}
}

func (*transport) RoundTrip(r *http.Request) (*http.Response, error) {
	req := requestOf(r)
	if req == nil || req.server == nil {
		return nil, fmt.Errorf("a request without a server reached the transport")
	}
	r.URL.Scheme = "http"
	return req.send(r)
}

// repeatable matches requests that may be sent once more although a server may
// have seen them: idempotent by RFC 9110, and without a body, which is gone.
type repeatable struct{}

func (*repeatable) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: repeatableModule, New: func() caddy.Module { return new(repeatable) }}
}

func (*repeatable) MatchWithError(r *http.Request) (bool, error) {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace, http.MethodPut, http.MethodDelete:
		return r.ContentLength == 0 && (r.Body == nil || r.Body == http.NoBody), nil
	}
	return false, nil
}
