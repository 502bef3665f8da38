package fleet

// Average is the mean of the last values of something. That of nothing is
// unknown, never zero.
type Average struct {
	Seconds float64 `json:"seconds"`
	// Over is how many values it is of, about.
	Over int64 `json:"over"`
}

// Known tells whether it is of anything.
func (a Average) Known() bool { return a.Over > 0 }

// With returns the mean of the values of both. One that is of none has no say.
func (a Average) With(b Average) Average {
	over := a.Over + b.Over
	if over <= 0 {
		return Average{}
	}
	return Average{Seconds: (a.Seconds*float64(a.Over) + b.Seconds*float64(b.Over)) / float64(over), Over: over}
}
