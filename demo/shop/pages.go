package shop

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"time"
)

// orderMost bounds the body of an order; slowMost the length of a slow page.
const (
	orderMost = 1 << 20
	slowMost  = 30 * time.Second
)

// endpoints are the pages that customers know.
var endpoints = []string{"/", "/cart", "/order", "/slow"}

func (s *Shop) handler() http.Handler {
	pages := http.NewServeMux()
	pages.HandleFunc("GET /{$}", s.paced(s.home))
	pages.HandleFunc("GET /cart", s.paced(s.cart))
	pages.HandleFunc("POST /order", s.paced(s.order))
	pages.HandleFunc("GET /slow", s.slow)
	pages.HandleFunc("GET /ws", s.echo)
	all := http.NewServeMux()
	all.HandleFunc("GET /healthz", s.health)
	all.HandleFunc("GET /version", s.version)
	all.HandleFunc("GET /metrics", s.metrics)
	all.HandleFunc("POST /drain", s.drain)
	all.Handle("/", s.written(s.failing(s.discounted(pages))))
	return s.signed(all)
}

// signed puts on every answer who gave it.
func (s *Shop) signed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Shop-Server", s.config.Server)
		w.Header().Set("X-Shop-Version", s.config.Version)
		next.ServeHTTP(w, r)
	})
}

// failing answers 500 while the shop's fault makes its pages fail.
func (s *Shop) failing(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.config.Fault.failing(r.URL.Path, time.Since(s.started)) {
			http.Error(w, "the shop is ill", http.StatusInternalServerError)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Shop) home(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, "<!doctype html><html lang=en><title>The little shop</title><h1>The little shop</h1>"+
		"<p>Apples, bread and candles.</p><p><a href=/cart>Your cart</a></p><p><small>%s %s</small></p>\n",
		html.EscapeString(s.config.Server), html.EscapeString(s.config.Version))
}

func (s *Shop) cart(w http.ResponseWriter, r *http.Request) {
	answer(w, map[string]any{"items": []string{"apples", "bread"}, "total": "4.20"})
}

// order reads the order to its end before it answers, so that a cut request
// is never an order.
func (s *Shop) order(w http.ResponseWriter, r *http.Request) {
	n, err := io.Copy(io.Discard, http.MaxBytesReader(w, r.Body, orderMost))
	if err != nil {
		http.Error(w, "the order could not be read", http.StatusBadRequest)
		return
	}
	answer(w, map[string]any{"order": fmt.Sprintf("%s-%d", s.config.Server, s.orders.Add(1)), "bytes": n})
}

// slow answers after ?for=3s.
func (s *Shop) slow(w http.ResponseWriter, r *http.Request) {
	length, err := time.ParseDuration(r.URL.Query().Get("for"))
	if err != nil || length < 0 || length > slowMost {
		http.Error(w, "ask for a duration up to "+slowMost.String()+": /slow?for=3s", http.StatusBadRequest)
		return
	}
	select {
	case <-time.After(length):
		answer(w, map[string]any{"took": length.String()})
	case <-r.Context().Done():
	}
}

func (s *Shop) health(w http.ResponseWriter, r *http.Request) {
	if s.config.Fault.unhealthy(time.Since(s.started)) {
		http.Error(w, "ill", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ok")
}

func (s *Shop) version(w http.ResponseWriter, r *http.Request) {
	version := s.config.Version
	if s.config.Fault.Kind == WrongVersion {
		version = s.config.Fault.Version
	}
	answer(w, map[string]any{"version": version, "started": s.started.Format(time.RFC3339Nano)})
}

// drain ends the websockets with status 1012. Only this machine may ask: not
// a customer, whose request comes from elsewhere or through a balancer.
func (s *Shop) drain(w http.ResponseWriter, r *http.Request) {
	if !here(r) {
		http.Error(w, "only this machine may drain the shop", http.StatusForbidden)
		return
	}
	answer(w, map[string]any{"closed": s.sockets.drain(time.Now())})
}

func here(r *http.Request) bool {
	peer, _, err := net.SplitHostPort(r.RemoteAddr)
	forwarded := r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != ""
	return err == nil && !forwarded && net.ParseIP(peer).IsLoopback()
}

func answer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(body)
}
