package monitors

import (
	"fmt"
	"slices"
	"strings"
)

// understood is what was found in an answer, for people.
type understood struct {
	// requests, errors and latency are the families that say it, "" for none.
	requests, errors, latency string
	// endpoints is how many of them are told apart.
	endpoints int
	gauges    []string
	business  []string
	// summaries are latencies that no quantile can be taken of.
	summaries []string
	process   process
	// unread tells that the answer could not be read, or not to its end.
	unread  bool
	trouble trouble
}

// nothing is what is said of an answer in which nothing is understood.
const nothing = "nothing"

// String says it as people do: "requests and errors by 12 endpoints, latency, memory".
func (u understood) String() string {
	var parts []string
	if u.requests != "" {
		parts = append(parts, u.served())
	}
	if u.errors != "" && u.errors != u.requests {
		parts = append(parts, "errors")
	}
	if u.latency != "" {
		parts = append(parts, "latency")
	}
	parts = slices.Concat(parts, u.business, u.gauges)
	if u.process.known {
		parts = append(parts, "cpu")
	}
	if len(parts) == 0 {
		return nothing
	}
	return strings.Join(parts, ", ")
}

// served says what is known of the requests.
func (u understood) served() string {
	words := "requests"
	if u.errors == u.requests {
		words += " and errors"
	}
	switch u.endpoints {
	case 0:
		return words
	case 1:
		return words + " by 1 endpoint"
	}
	return fmt.Sprintf("%s by %d endpoints", words, u.endpoints)
}
