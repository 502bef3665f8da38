package evidence

import "math"

// population is what all families together tell about any one of them: how
// bursty counts are, and how much servers differ for good.
type population struct {
	shapes  [shapeCount]float64
	spreads [len(spreads)]float64
}

// spreads are standard deviations of the lasting log ratio w.
var spreads = [...]float64{0.12, 0.4, 1.1}

// Where nothing is known yet: as if this many families had been seen.
var (
	firstShapes  = [shapeCount]float64{2, 2, 2, 2, 2}
	firstSpreads = [len(spreads)]float64{3, 4, 1.5}
)

// bells are the normal densities of the spreads at the points of w.
var bells = func() (b [len(spreads)][lasting]float64) {
	for s, spread := range spreads {
		sum := 0.0
		for w := range lasting {
			z := float64(w+lastingLow-zero) * gridStep / spread
			b[s][w] = math.Exp(-z * z / 2)
			sum += b[s][w]
		}
		for w := range lasting {
			b[s][w] /= sum
		}
	}
	return b
}()

// learn estimates the population from the histories of its families by
// expectation and maximisation (Dempster, Laird, Rubin 1977).
func learn(histories []*filter) population {
	p := population{firstShapes, firstSpreads}
	p.normalise()
	seen := make([][shapeCount][len(spreads)]float64, len(histories))
	for i, h := range histories {
		seen[i] = evidences(h)
	}
	for range 8 {
		next := population{firstShapes, firstSpreads}
		for i := range seen {
			next.credit(&p, &seen[i])
		}
		next.normalise()
		p = next
	}
	return p
}

// evidences is the likelihood of a history for every shape and spread, up to a
// common factor.
func evidences(h *filter) (e [shapeCount][len(spreads)]float64) {
	for k := range e {
		for w := range lasting {
			l := h.at(k, lastingLow+w)
			for s := range spreads {
				e[k][s] += bells[s][w] * l
			}
		}
	}
	return e
}

// credit adds one family, shared out by what it probably is.
func (p *population) credit(now *population, seen *[shapeCount][len(spreads)]float64) {
	sum := 0.0
	for k := range seen {
		for s := range seen[k] {
			sum += now.shapes[k] * now.spreads[s] * seen[k][s]
		}
	}
	for k := range seen {
		for s := range seen[k] {
			part := now.shapes[k] * now.spreads[s] * seen[k][s] / sum
			p.shapes[k] += part
			p.spreads[s] += part
		}
	}
}

func (p *population) normalise() {
	normalise(p.shapes[:])
	normalise(p.spreads[:])
}

func normalise(parts []float64) {
	sum := 0.0
	for _, v := range parts {
		sum += v
	}
	for i := range parts {
		parts[i] /= sum
	}
}

// of returns what is likely of a family with this history.
func (p *population) of(h *filter) *past {
	var made past
	sum := 0.0
	for k := range made {
		for w := range made[k] {
			prior := 0.0
			for s := range spreads {
				prior += p.spreads[s] * bells[s][w]
			}
			made[k][w] = p.shapes[k] * prior * h.at(k, lastingLow+w)
			sum += made[k][w]
		}
	}
	for k := range made {
		for w := range made[k] {
			made[k][w] /= sum
		}
	}
	return &made
}
