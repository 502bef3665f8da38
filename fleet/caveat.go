package fleet

import "time"

// Caveat is one entry of the register of known caveats: a family of log lines
// that people have looked at and decided to live with. It is not the new
// version's fault as long as it comes no more often than it does anyway.
type Caveat struct {
	// Family is its key (8 hex digits), or the line with <*> for what varies:
	// "session cache full, evicted <*>".
	Family string `json:"family"`
	// Service that it holds for; "" is the one of the noon.yaml beside it.
	Service string `json:"service,omitempty"`
	Why     string `json:"why"`
	Owner   string `json:"owner,omitempty"`
	Ticket  string `json:"ticket,omitempty"`
	// Versions that it holds for, by exact name; none is all of them.
	Versions []Version `json:"versions,omitempty"`
	// Until is the last day on which it holds; zero is no end.
	Until time.Time `json:"until,omitzero"`

	// line is where it stands in its file.
	line int
}

// Expired tells whether people wanted to have looked again by now.
func (c Caveat) Expired(now time.Time) bool {
	return !c.Until.IsZero() && !now.Before(c.Until.AddDate(0, 0, 1))
}
