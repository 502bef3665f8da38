package shop

import (
	"math"
	"math/rand/v2"
	"net/http"
	"time"
)

// spread is the sigma of the pages' log-normal times: the p99 is 3.2 times the
// median, as in many a shop.
const spread = .5

// With these the p99 is twice what it was: of the slowed pages a third takes
// longer than that, which is 1 % of all. The median moves by 2 %.
const (
	tailShare  = .03
	tailFactor = 5.1
)

// paced lets a page take the time that it takes.
func (s *Shop) paced(page http.HandlerFunc) http.HandlerFunc {
	if s.config.Pace <= 0 {
		return page
	}
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(s.config.length()):
			page(w, r)
		case <-r.Context().Done():
		}
	}
}

// length is how long one page takes.
func (c Config) length() time.Duration {
	length := float64(c.Pace) * math.Exp(spread*rand.NormFloat64())
	if c.Fault.Kind == Tail && rand.Float64() < tailShare {
		length *= tailFactor
	}
	return time.Duration(length)
}
