package logs

import (
	"slices"
	"time"

	"noon/fleet"
)

// Caveat is one entry of the register of known caveats: a family of lines
// that people have looked at and decided to live with.
type Caveat struct {
	// Family is its key (8 hex digits), or a template in which <*> stands for
	// what varies: "session cache full, evicted <*>".
	Family  string
	Service string
	Why     string
	Owner   string
	Ticket  string
	// Versions for which it holds, by exact name; none is all of them.
	Versions []fleet.Version
	// Until is when people will look again; zero is never.
	Until time.Time
}

// Expired tells whether people wanted to have looked again by now.
func (c Caveat) Expired(now time.Time) bool {
	return !c.Until.IsZero() && !now.IsZero() && now.After(c.Until)
}

// holdsFor tells whether the caveat is about this service and version.
func (c Caveat) holdsFor(service string, v fleet.Version) bool {
	return (c.Service == "" || c.Service == service) && (len(c.Versions) == 0 || slices.Contains(c.Versions, v))
}

// KnownCaveat is what a finding says of the caveat that it is.
type KnownCaveat struct {
	Why     string `json:"why"`
	Owner   string `json:"owner,omitempty"`
	Ticket  string `json:"ticket,omitempty"`
	Expired bool   `json:"expired,omitempty"`
}
