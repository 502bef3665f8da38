package monitors

import (
	"encoding/json"
	"math"
)

// Point is a value of a chart; NaN, which is null in JSON, is nothing known.
type Point float64

// Known tells whether there is a value.
func (p Point) Known() bool { return !math.IsNaN(float64(p)) && !math.IsInf(float64(p), 0) }

// MarshalJSON writes null where nothing is known.
func (p Point) MarshalJSON() ([]byte, error) {
	if !p.Known() {
		return []byte("null"), nil
	}
	return json.Marshal(float64(p))
}

// UnmarshalJSON reads null as nothing known.
func (p *Point) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*p = Point(math.NaN())
		return nil
	}
	return json.Unmarshal(text, (*float64)(p))
}
