package simulated

import (
	"math"
	"math/rand/v2"
)

// draw is where chance comes from.
type draw struct{ *rand.Rand }

func newDraw(seed uint64) draw { return draw{rand.New(rand.NewPCG(seed, 0x6e6f6f6e))} }

// manyEvents is from where on counts are drawn from the normal distribution:
// its skewness is less than .15 there.
const manyEvents = 50

// poisson counts events of this mean, by inversion.
func (d draw) poisson(mean float64) float64 {
	switch {
	case mean <= 0:
		return 0
	case mean > manyEvents:
		return max(math.Round(mean+math.Sqrt(mean)*d.NormFloat64()), 0)
	}
	n, chance := 0.0, math.Exp(-mean)
	for u := d.Float64() - chance; u > 0 && n < 1000; u -= chance {
		n++
		chance *= mean / n
	}
	return n
}

// binomial counts how many of n happen, each with the chance p, by inversion.
func (d draw) binomial(n, p float64) float64 {
	switch {
	case n <= 0 || p <= 0:
		return 0
	case p >= 1:
		return n
	case p > 0.5:
		return n - d.binomial(n, 1-p)
	case n*p > manyEvents:
		return min(max(math.Round(n*p+math.Sqrt(n*p*(1-p))*d.NormFloat64()), 0), n)
	}
	k, odds, chance := 0.0, p/(1-p), math.Exp(n*math.Log1p(-p))
	for u := d.Float64() - chance; u > 0 && k < n; u -= chance {
		chance *= odds * (n - k) / (k + 1)
		k++
	}
	return k
}

// lognormal has the median 1.
func (d draw) lognormal(sd float64) float64 { return math.Exp(sd * d.NormFloat64()) }
