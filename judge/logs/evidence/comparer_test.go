package evidence

import (
	"math"
	"math/rand/v2"
	"testing"
)

// writers are servers that write one family at given rates a block, the canary
// last; the first one is its past.
type writers struct {
	draw  *rand.Rand
	rates []float64
	burst func(block int) float64
}

func (w *writers) poisson(mean float64) int32 {
	n, left := int32(0), math.Exp(-mean)
	for p := w.draw.Float64(); p > left; p *= w.draw.Float64() {
		n++
	}
	return n
}

// compared compares one family for so many blocks before and after.
func (w *writers) compared(c *Comparer, before, after int) Evidence {
	for range w.rates {
		c.Live()
	}
	for range before {
		c.Add(w.block(0, 1))
	}
	canary := int32(c.Canary(0))
	for b := range after {
		factor := 1.0
		if w.burst != nil {
			factor = w.burst(b)
		}
		c.Add(w.block(canary, factor))
	}
	return c.Evidence(0)
}

func (w *writers) block(first int32, factor float64) Block {
	b := Block{Exposure: make([]float64, len(w.rates)+1)}
	for s, rate := range w.rates {
		col := int32(s)
		if s == 0 {
			col, rate = first, rate*factor
		}
		b.Exposure[col] = 1
		if n := w.poisson(rate); n > 0 {
			b.Counts = append(b.Counts, Count{Family: 0, Column: col, N: n, Severe: true})
		}
	}
	return b
}

func TestTheMeanOfTheEvidenceIsAtMostOneWhereNothingChanged(t *testing.T) {
	for name, rates := range map[string][]float64{
		"often":      {5, 5, 5, 5},
		"rarely":     {0.05, 0.05, 0.05, 0.05},
		"two":        {1, 1},
		"a hot host": {8, 1, 1, 1, 1},
		"differing":  {1.5, 0.7, 1, 1.2},
	} {
		t.Run(name, func(t *testing.T) {
			const n = 300
			var more, twice, less float64
			for seed := range uint64(n) {
				w := &writers{draw: rand.New(rand.NewPCG(seed, 7)), rates: rates}
				e := w.compared(New(0.02), 60, 30)
				more, twice, less = more+e.More/n, twice+e.Twice/n, less+e.Less/n
			}
			if more > 1.1 || twice > 1.1 || less > 1.1 {
				t.Errorf("means %.2f, %.2f, %.2f", more, twice, less)
			}
		})
	}
}

func TestAFamilyThatOnlyTheCanaryWritesIsSoonEvident(t *testing.T) {
	w := &writers{draw: rand.New(rand.NewPCG(1, 1)), rates: []float64{0, 0, 0, 0}}
	c := New(0.02)
	w.compared(c, 60, 0)
	for n := range 30 {
		c.Add(Block{Exposure: []float64{0, 1, 1, 1, 1}, Counts: []Count{{0, 4, 2, true}}})
		if e := c.Evidence(0); e.More >= e.Needed {
			if n < 3 {
				t.Errorf("after %d blocks already", n+1)
			}
			return
		}
	}
	t.Errorf("not after 30 blocks: %+v", c.Evidence(0))
}

func TestOneBadHalfMinuteIsNotEvident(t *testing.T) {
	w := &writers{
		draw: rand.New(rand.NewPCG(2, 1)), rates: []float64{20, 20, 20, 20},
		burst: func(block int) float64 {
			if block >= 5 && block < 8 {
				return 20
			}
			return 1
		},
	}
	c := New(0.02)
	if e := w.compared(c, 60, 12); e.More >= 100 {
		t.Errorf("%+v", e)
	}
}

func TestABurstOfAllServersIsNotEvident(t *testing.T) {
	c := New(0.02)
	w := &writers{draw: rand.New(rand.NewPCG(3, 1)), rates: []float64{1, 1, 1, 1}}
	w.compared(c, 60, 10)
	w.rates = []float64{50, 50, 50, 50}
	for range 30 {
		c.Add(w.block(4, 1))
	}
	if e := c.Evidence(0); e.More > 10 {
		t.Errorf("%+v", e)
	}
}

func TestWhatIsGoneIsEvident(t *testing.T) {
	w := &writers{draw: rand.New(rand.NewPCG(4, 1)), rates: []float64{2, 2, 2, 2}, burst: func(int) float64 { return 0 }}
	if e := w.compared(New(0.02), 60, 20); e.Less < 1000 || e.Written != 0 || e.Predicted < 20 {
		t.Errorf("%+v", e)
	}
}

func TestPartsOfAlphaSumToOneHoweverManyFamiliesCome(t *testing.T) {
	s := spending{known: 300}
	sum := 300 * s.part(0, 1)
	for i := range 100_000 {
		sum += s.late(i%2 == 0)
	}
	if sum > 1 {
		t.Errorf("%v", sum)
	}
}

func TestMergedFamiliesAreComparedAsOne(t *testing.T) {
	shared, one := New(0.02), New(0.02)
	draw := rand.New(rand.NewPCG(5, 1))
	for b := range 90 {
		if b == 60 {
			shared.Canary(0)
			one.Canary(0)
		}
		if b < 3 {
			shared.Live()
			one.Live()
		}
		block := func(family int32) (s Block) {
			s.Exposure = []float64{1, 1, 1, 1}
			return s
		}
		a, o := block(0), block(0)
		for col := range int32(3) {
			if b >= 60 && col == 0 {
				col = 3
			}
			for range draw.IntN(3) {
				a.Counts = append(a.Counts, Count{int32(draw.IntN(2)), col, 1, false})
				o.Counts = append(o.Counts, Count{0, col, 1, false})
			}
		}
		if b < 60 {
			a.Exposure, o.Exposure = a.Exposure[:3], o.Exposure[:3]
		}
		if b == 89 {
			shared.Merge(map[int32]int32{1: 0})
		}
		shared.Add(a)
		one.Add(o)
		if b == 89 {
			shared.Merge(map[int32]int32{1: 0})
		}
	}
	x, y := shared.Evidence(0), one.Evidence(0)
	if math.Abs(x.More-y.More) > 0.05*y.More || x.Written != y.Written {
		t.Errorf("merged %+v, one %+v", x, y)
	}
}

func TestALogRisingFactorialIsThatOfTheGammaFunction(t *testing.T) {
	for _, a := range []float64{1e-3, 0.3, 1, 7.9, 8, 40, 1e4} {
		for _, n := range []int{0, 1, 5, 16, 17, 40, 500} {
			high, _ := math.Lgamma(a + float64(n))
			low, _ := math.Lgamma(a)
			if got, want := logRising(a, n), high-low; math.Abs(got-want) > 1e-5*(1+math.Abs(want)) {
				t.Errorf("logRising(%v, %d) = %v, want %v", a, n, got, want)
			}
		}
	}
}

func TestExposuresFollowTheTrafficNotAFault(t *testing.T) {
	traffic := NewTraffic()
	var e []float64
	for range 10 {
		var counts []Count
		for f := range int32(12) {
			for col, share := range []int32{10, 20, 30} {
				n := share * (12 - f)
				if f == 2 && col == 0 {
					n *= 50
				}
				counts = append(counts, Count{f, int32(col), n, false})
			}
		}
		e = traffic.Exposures(counts, []bool{true, true, true})
	}
	for col, want := range []float64{0.5, 1, 1.5} {
		if math.Abs(e[col]-want) > 0.02 {
			t.Errorf("exposures %.2f", e)
		}
	}
}
