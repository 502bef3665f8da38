package monitors

import "math"

// class is a kind of what is judged. Each class has a part of the whole error
// budget, which those of it share: what a service has many of, like pages or
// gauges, must not make it hard to see that it fails.
type class int

const (
	ofErrors class = iota
	ofLatency
	ofParts
	ofBusiness
	ofGauges
	classes
)

// budgets of the classes; those that are not there leave theirs to the others.
var budgets = [classes]float64{ofErrors: 5, ofLatency: 5, ofParts: 2, ofBusiness: 2, ofGauges: 2}

// shares returns the part of the budget for one of each class, as there are so
// many of each: they add up to 1 over all.
func shares(many [classes]int) (each [classes]float64) {
	sum := 0.0
	for c, n := range many {
		if n > 0 {
			sum += budgets[c]
		}
	}
	for c, n := range many {
		if n > 0 {
			each[c] = budgets[c] / sum / float64(n)
		}
	}
	return each
}

// logSum is the logarithm of a sum of exponentials.
func logSum(logs []float64) float64 {
	return logMean(logs) + math.Log(float64(len(logs)))
}
