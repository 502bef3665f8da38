package monitors

import (
	"math"
	"strings"
)

// kind is what an application says that a family of series is.
type kind string

const (
	unknown   kind = "unknown"
	counter   kind = "counter"
	gauge     kind = "gauge"
	histogram kind = "histogram"
	summary   kind = "summary"
)

// sample is one number of one series, as it is written in text: those of a
// histogram are its "_bucket", "_count" and "_sum".
type sample struct {
	// family is the name without such an ending.
	family string
	name   string
	kind   kind
	labels []label
	value  float64
}

type label struct{ name, value string }

// label returns the value of a label, "" if there is none.
func (s sample) label(name string) string {
	for _, l := range s.labels {
		if l.name == name {
			return l.value
		}
	}
	return ""
}

// counts tells a number that only grows while the process runs.
func (s sample) counts() bool {
	switch s.kind {
	case counter:
		return !strings.HasSuffix(s.name, "_created")
	case histogram, summary:
		return strings.HasSuffix(s.name, "_count")
	case unknown:
		return strings.HasSuffix(s.name, "_total") || strings.HasSuffix(s.name, "_count")
	}
	return false
}

// possible tells a number that can have been counted or measured: not NaN, not
// infinite, not negative.
func possible(value float64) bool {
	return !math.IsNaN(value) && !math.IsInf(value, 0) && value >= 0
}
