package monitors

import "math"

// A ladder holds the logarithm of how likely the counts are, for each of a row
// of excesses: how much higher the new version's rate is than it should be, as
// a logarithm. Only differences between rungs mean something.
type ladder struct{ rungs [rungs]float64 }

const (
	rungFirst = -4.0
	rungApart = 0.1
	rungs     = 116 // up to 7.5
)

// rungExp are the factors of the rungs.
var rungExp = func() (all [rungs]float64) {
	for i := range all {
		all[i] = math.Exp(rungFirst + float64(i)*rungApart)
	}
	return all
}()

// add takes counts into account that were made at the same time: events of the
// new version where it would be expected in share to the live ones' (Poisson
// rates; given their sum, the new version's are binomial). What all servers
// have in common, like a wave of customers, cancels. The more the counts are
// dispersed, the less they say. With a sign of -1 a rung is a fall.
func (l *ladder) add(sign, events, share, others, othersShare, dispersion float64) {
	if share <= 0 || othersShare <= 0 || events+others <= 0 {
		return
	}
	sum := events + others
	for i := range l.rungs {
		x, by := rungFirst+float64(i)*rungApart, rungExp[i]
		if sign < 0 {
			x, by = -x, 1/by
		}
		l.rungs[i] += (events*x - sum*math.Log(share*by+othersShare)) / dispersion
	}
}

// at is the likelihood of an excess between two rungs, by the parabola through
// the three nearest.
func (l *ladder) at(x float64) float64 {
	place := (x - rungFirst) / rungApart
	i := min(max(int(math.Round(place)), 1), rungs-2)
	d := place - float64(i)
	a, b, c := l.rungs[i-1], l.rungs[i], l.rungs[i+1]
	return b + d*(c-a)/2 + d*d*(a-2*b+c)/2
}

// excesses are by how much more than the floor a new version may be worse; no
// one is likelier than another beforehand.
var excesses = [...]float64{.05, .1, .2, .35, .5, .7, .9, 1.2, 1.5, 1.8, 2.2, 2.6, 3, 3.5}

// above is the evidence that the excess is more than floor, as the logarithm of
// a likelihood ratio. It may be looked at at any time: where the excess is not
// above the floor, it exceeds 1/alpha with a chance of at most alpha.
func (l *ladder) above(floor float64) float64 {
	var each [len(excesses)]float64
	base := l.at(floor)
	for i, x := range excesses {
		each[i] = l.at(floor+x) - base
	}
	return logMean(each[:])
}

// below is the evidence that the excess is less than ceiling.
func (l *ladder) below(ceiling float64) float64 {
	var each [len(excesses)]float64
	base := l.at(ceiling)
	for i, x := range excesses {
		each[i] = l.at(ceiling-x) - base
	}
	return logMean(each[:])
}

// logMean is the logarithm of the mean of exponentials.
func logMean(logs []float64) float64 {
	highest := math.Inf(-1)
	for _, x := range logs {
		highest = max(highest, x)
	}
	if math.IsInf(highest, -1) {
		return highest
	}
	sum := 0.0
	for _, x := range logs {
		sum += math.Exp(x - highest)
	}
	return highest + math.Log(sum/float64(len(logs)))
}
