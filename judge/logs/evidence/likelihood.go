package evidence

import "math"

// The grid of the canary's log ratio x to the others, and of the shape k.
const (
	gridStep = 0.25
	gridLow  = -5.0
	points   = 45 // up to +6
	zero     = 20 // the point of x = 0
)

// shapes k: how a server's counts of one block vary. 0.1 is rare bursts, 60 is
// all but Poisson.
var shapes = [...]float64{0.08, 0.35, 1.5, 7, 60}

const shapeCount = len(shapes)

// grid holds a value for every shape and log ratio.
type grid [shapeCount][points]float64

// surface is the likelihood of one block over the grid, and that of a burst,
// which tells nothing about the ratio. The largest is 1.
type surface struct {
	grid  grid
	burst float64
}

// share is what one block says: the canary's count, the others', and the
// exposures of both. A server's usual exposure to one block is 1.
type share struct {
	canary, rest                 int
	canaryExposure, restExposure float64
}

// sharesMost bounds the memory of surfaces that were worked out already.
const sharesMost = 1 << 13

// surfaces works out log likelihoods, and remembers those of small counts, as
// they come again and again.
type surfaces struct{ seen map[shareKey]*surface }

type shareKey struct {
	canary, rest, ratio, size int16
}

func newSurfaces() *surfaces { return &surfaces{seen: map[shareKey]*surface{}} }

// of returns the likelihood of a share.
func (s *surfaces) of(sh share) *surface {
	// The ratio of exposures is held to 4 %; their size, which only says how
	// much bursts even out, to 13 %.
	size := quantum(sh.restExposure, 4)
	ratio := quantum(sh.canaryExposure/sh.restExposure, 12)
	sh.restExposure = math.Exp(float64(size) / 4)
	sh.canaryExposure = sh.restExposure * math.Exp(float64(ratio)/12)
	sh.canary, sh.rest = thinned(sh.canary, sh.rest)
	key := shareKey{int16(sh.canary), int16(sh.rest), ratio, size}
	if known := s.seen[key]; known != nil {
		return known
	}
	if len(s.seen) >= sharesMost {
		clear(s.seen)
	}
	made := newSurface(sh)
	s.seen[key] = made
	return made
}

// thinMost is how many episodes of one block are looked at. More say hardly
// more about the ratio, and would make too much of one bad block.
const thinMost = 32

func thinned(canary, rest int) (int, int) {
	n := canary + rest
	if n <= thinMost {
		return canary, rest
	}
	canary = (canary*thinMost + n/2) / n
	return canary, thinMost - canary
}

func quantum(exposure, steps float64) int16 {
	return int16(math.Round(steps * math.Log(min(max(exposure, 1e-6), 1e6))))
}

// newSurface is the beta-binomial with the canary's share k e_c exp(x) and the
// others' k e_r, at every point of the grid. In a burst of one server any
// share is as likely as under the arcsine law: mostly one side's.
func newSurface(sh share) *surface {
	s := surface{burst: logRising(0.5, sh.canary) + logRising(0.5, sh.rest) - logRising(1, sh.canary+sh.rest)}
	top := s.burst
	for i, k := range shapes {
		b := k * sh.restExposure
		rest := logRising(b, sh.rest)
		for p := range points {
			a := k * sh.canaryExposure * ratios[p]
			s.grid[i][p] = logRising(a, sh.canary) + rest - logRising(a+b, sh.canary+sh.rest)
			top = max(top, s.grid[i][p])
		}
	}
	s.burst = math.Exp(s.burst - top)
	for i := range s.grid {
		for p := range points {
			s.grid[i][p] = math.Exp(s.grid[i][p] - top)
		}
	}
	return &s
}

// ratios are exp(x) at the points of the grid.
var ratios = func() (r [points]float64) {
	for p := range r {
		r[p] = math.Exp(gridLow + gridStep*float64(p))
	}
	return r
}()

// logRising is the logarithm of a (a+1) ... (a+n-1), the ratio of gamma
// functions that the beta-binomial is made of.
func logRising(a float64, n int) float64 {
	if n <= 16 {
		product := 1.0
		for i := range n {
			product *= a + float64(i)
		}
		return math.Log(product)
	}
	head := 1.0
	for ; a < 8; a, n = a+1, n-1 {
		head *= a
	}
	return math.Log(head) + stirling(a+float64(n)) - stirling(a)
}

// stirling is the logarithm of the gamma function, up to a constant, for
// z >= 8; the error is below 1e-6.
func stirling(z float64) float64 {
	return (z-0.5)*math.Log(z) - z + 1/(12*z) - 1/(360*z*z*z)
}
