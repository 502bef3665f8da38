package evidence

// filter is the likelihood of a row of blocks over the grid. A server may fall
// into a burst of its own for some blocks, in which its share tells nothing: a
// hidden Markov chain of two states, followed by the forward algorithm
// (Rabiner 1989). Without it one bad minute of a family that is usually even
// would count as dozens of independent events.
type filter struct {
	usual, burst grid
	block        int // the last one added
}

const (
	// burstBegins and burstLasts are chances a block: one block in 200, for
	// half a minute.
	burstBegins, burstLasts = 0.005, 0.5
	// forgotten is after how many blocks the state is the usual mixture again.
	forgotten = 12
)

// newFilter begins before the given block, with the usual mixture of states.
func newFilter(block int) *filter {
	f := &filter{block: block - 1}
	burst := burstBegins / (burstBegins + 1 - burstLasts)
	for k := range f.usual {
		for p := range f.usual[k] {
			f.usual[k][p], f.burst[k][p] = 1-burst, burst
		}
	}
	return f
}

// add adds a block; those since the last one had nothing of the family.
func (f *filter) add(block int, s *surface) {
	gap := min(max(block-f.block, 1), forgotten)
	f.block = block
	begins, lasts := transitions[gap][0], transitions[gap][1]
	top := 0.0
	for k := range f.usual {
		usual, burst, likelihood := &f.usual[k], &f.burst[k], &s.grid[k]
		for p := range usual {
			u, b := usual[p], burst[p]
			now := (u*(1-begins) + b*(1-lasts)) * likelihood[p]
			usual[p], burst[p] = now, (u*begins+b*lasts)*s.burst
			top = max(top, now, burst[p])
		}
	}
	if top < 1e-100 {
		f.scale(1 / top)
	}
}

// scale makes the largest value 1: only ratios matter.
func (f *filter) scale(by float64) {
	for k := range f.usual {
		for p := range f.usual[k] {
			f.usual[k][p] *= by
			f.burst[k][p] *= by
		}
	}
}

// at is the likelihood at a point of the grid.
func (f *filter) at(k, p int) float64 { return f.usual[k][p] + f.burst[k][p] }

// transitions are the chances of being in a burst after so many blocks, from
// the usual state and from a burst.
var transitions = func() (t [forgotten + 1][2]float64) {
	t[0] = [2]float64{0, 1}
	for i := range forgotten {
		for from := range t[i] {
			burst := t[i][from]
			t[i+1][from] = (1-burst)*burstBegins + burst*burstLasts
		}
	}
	return t
}()
