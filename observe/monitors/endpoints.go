package monitors

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"

	"noon/observe/logs/redact"
)

const (
	// endpointsMost is how many endpoints are kept apart, of all servers together;
	// the others are joined.
	endpointsMost = 100
	// endpointMost is how long the name of one may be, in bytes.
	endpointMost = 200
	// otherEndpoints is what those are called that are joined.
	otherEndpoints = "other"
)

// endpoints are those that are kept apart, the same ones on every server: to be
// compared, and because a counter whose parts come and go would seem to fall. The
// first readings choose, by traffic.
type endpoints struct {
	mu     sync.Mutex
	chosen map[string]bool
}

func newEndpoints() *endpoints { return &endpoints{chosen: map[string]bool{}} }

// known are the endpoints that were chosen up to now.
func (e *endpoints) known() map[string]bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return maps.Clone(e.chosen)
}

// choose adds those with the most traffic while there is room, and returns all
// that are kept apart.
func (e *endpoints) choose(traffic map[string]*part) map[string]bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	var fresh []string
	for name := range traffic {
		if !e.chosen[name] {
			fresh = append(fresh, name)
		}
	}
	slices.SortFunc(fresh, func(a, b string) int {
		return cmp.Or(cmp.Compare(traffic[b].requests, traffic[a].requests), strings.Compare(a, b))
	})
	for _, name := range fresh[:min(len(fresh), endpointsMost-len(e.chosen))] {
		e.chosen[name] = true
	}
	return maps.Clone(e.chosen)
}

// endpointOf is what was asked for, "" where the series does not say it.
func endpointOf(s sample) string {
	for _, names := range endpointLabels {
		var words []string
		for _, name := range names {
			if value := s.label(name); value != "" {
				words = append(words, value)
			}
		}
		if len(words) == len(names) {
			return strings.Join(words, "#")
		}
	}
	return ""
}

// bare is an endpoint as it may be kept: without what somebody asked it for,
// and without secrets, which some applications put into labels.
func bare(endpoint string) string {
	path, _, _ := strings.Cut(endpoint, "?")
	return string(redact.Line([]byte(path)))
}

// presentable tells a name that may be shown, and kept.
func presentable(endpoint string) bool {
	return len(endpoint) <= endpointMost && !strings.ContainsFunc(endpoint, func(r rune) bool { return !unicode.IsPrint(r) })
}

// series is the key of a part of a counter: requests{endpoint="/cart"}.
func series(counter, endpoint string) string {
	return counter + `{endpoint="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(endpoint) + `"}`
}
