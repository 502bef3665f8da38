package shop

import (
	"math/rand/v2"
	"net/http"
	"time"
)

// written gives every request a name, and writes it down and counts it when it
// is answered.
func (s *Shop) written(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began, request := time.Now(), newRequestID()
		r.Header.Set("X-Request-ID", request)
		seen := &answered{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(seen, r)
		took := time.Since(began)
		s.figures.answered(r.URL.Path, seen.status, took)
		s.diary.requested(request, r, seen.status, took)
	})
}

// answered remembers the status of an answer.
type answered struct {
	http.ResponseWriter
	status int
}

func (a *answered) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

// Unwrap lets a websocket take the connection over.
func (a *answered) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// discounted looks up the customer's discount first. In a version whose fault
// is Partly some customers have none, which the code does not expect; half of
// them get their page all the same.
func (s *Shop) discounted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if failed := s.applyDiscount(r); failed && rand.IntN(2) == 0 {
			http.Error(w, "the page could not be made", http.StatusInternalServerError)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Shop) applyDiscount(r *http.Request) (failed bool) {
	defer func() {
		if value := recover(); value != nil {
			s.diary.panicked(r.Header.Get("X-Request-ID"), value)
			failed = true
		}
	}()
	s.discountOf(r).apply()
	return false
}

// discount is what a customer pays less, in percent.
type discount struct{ percent, applied int }

func (d *discount) apply() { d.applied += d.percent }

func (s *Shop) discountOf(*http.Request) *discount {
	if f := s.config.Fault; f.Kind == Partly && rand.Float64() < f.Share {
		return nil
	}
	return &discount{percent: 5}
}
