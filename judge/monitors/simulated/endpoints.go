package simulated

import "fmt"

// Rare is the endpoint with RareShare of the requests.
const (
	Rare      = "/returns"
	RareShare = 0.014
)

var usualNames = []string{"/", "/search", "/product", "/cart", "/login", "/checkout", "/account"}

// endpoints of the shop: how many requests they get, and how they fail.
type endpoints struct {
	names                []string
	requestsOf, errorsOf []string  // names of the counters
	shares               []float64 // of the requests
	fragile              []float64 // errors beside the mean of all requests
}

// newEndpoints has n endpoints with shares after Zipf, and the rare one.
func newEndpoints(n int) endpoints {
	var e endpoints
	sum := 0.0
	for i := range n {
		sum += 1 / float64(i+1)
	}
	for i := range n {
		e.add(nameOf(i), (1-RareShare)/sum/float64(i+1), []float64{0.6, 1, 0.8, 1.5, 1.2, 2, 1}[i%7])
	}
	e.add(Rare, RareShare, 1)
	e.level()
	return e
}

func nameOf(i int) string {
	if i < len(usualNames) {
		return usualNames[i]
	}
	return fmt.Sprintf("/page%d", i)
}

func (e *endpoints) add(name string, share, fragile float64) {
	e.names = append(e.names, name)
	e.requestsOf = append(e.requestsOf, fmt.Sprintf("requests{endpoint=%q}", name))
	e.errorsOf = append(e.errorsOf, fmt.Sprintf("errors{endpoint=%q}", name))
	e.shares = append(e.shares, share)
	e.fragile = append(e.fragile, fragile)
}

// level makes 1 the mean of fragile over all requests.
func (e *endpoints) level() {
	mean := 0.0
	for i, share := range e.shares {
		mean += share * e.fragile[i]
	}
	for i := range e.fragile {
		e.fragile[i] /= mean
	}
}
