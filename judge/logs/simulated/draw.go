package simulated

import (
	"math"
	"math/rand/v2"
)

// draw is where chance comes from.
type draw struct{ *rand.Rand }

func newDraw(seed uint64) draw { return draw{rand.New(rand.NewPCG(seed, 0x6e6f6f6e))} }

// poisson counts events of this mean.
func (d draw) poisson(mean float64) int {
	switch {
	case mean <= 0:
		return 0
	case mean > 60:
		return max(int(math.Round(mean+math.Sqrt(mean)*d.NormFloat64())), 0)
	}
	n, left := 0, math.Exp(-mean)
	for p := d.Float64(); p > left; p *= d.Float64() {
		n++
	}
	return n
}

// negativeBinomial counts events of this mean that come in bursts: the smaller
// the shape, the heavier. A shape of 0 is Poisson.
func (d draw) negativeBinomial(mean, shape float64) int {
	if shape <= 0 {
		return d.poisson(mean)
	}
	return d.poisson(mean * d.gamma(shape) / shape)
}

// gamma of this shape and scale 1: Marsaglia and Tsang, 2000.
func (d draw) gamma(shape float64) float64 {
	if shape < 1 {
		return d.gamma(shape+1) * math.Pow(d.Float64(), 1/shape)
	}
	a := shape - 1.0/3
	c := 1 / math.Sqrt(9*a)
	for {
		x := d.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v *= v * v
		if math.Log(1-d.Float64()) < x*x/2+a-a*v+a*math.Log(v) {
			return a * v
		}
	}
}

// lognormal has the median 1.
func (d draw) lognormal(sigma float64) float64 { return math.Exp(sigma * d.NormFloat64()) }
