package fleet

// Limits say how much worse than the live version a new one may be and still be
// called healthy.
type Limits struct {
	Errors  Limit `json:"errors,omitzero"`
	Latency Limit `json:"latency,omitzero"`
}

// Limit is a ratio to the live version ("2x"), or an addition to it in points of
// a percentage ("+0.5pt"). Zero is not given.
type Limit struct {
	Ratio  float64 `json:"ratio,omitempty"`
	Points float64 `json:"points,omitempty"`
}
