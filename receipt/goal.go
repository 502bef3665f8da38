package receipt

import (
	"fmt"

	"noon/fleet"
)

// Goal says what servers should get: "v2", "v2, v3", or "v3 (of v2, v3)".
func (r Receipt) Goal() string {
	var all fleet.Versions
	for _, t := range r.Tried {
		all = append(all, t.Version)
	}
	switch {
	case len(all) == 0:
		return string(r.Version)
	case r.Version == "":
		return all.String()
	}
	return fmt.Sprintf("%s (of %s)", r.Version, all)
}

// Way is from which version a server should come to which; to "?" where none
// was chosen for it.
func (t Turn) Way() string {
	if t.To == "" {
		return string(t.From) + " -> ?"
	}
	return fmt.Sprintf("%s -> %s", t.From, t.To)
}
