package monitors

import (
	"fmt"
	"slices"
	"strings"
)

// requests is the series of everything that a server answered.
const requests = "requests"

// split returns the name of a series and its labels with their braces, "" if
// there are none.
func split(series string) (name, labels string) {
	if i := strings.IndexByte(series, '{'); i >= 0 {
		return series[:i], series[i:]
	}
	return series, ""
}

// bad are words in the names of counters that should not rise. All others count
// business, which should not fall.
var bad = []string{"error", "fail", "reject", "exception", "timeout", "panic", "abort", "retr", "drop", "denied", "refused", "lost", "dead", "throttled", "5xx", "4xx"}

// rises tells whether more of the counter is worse.
func rises(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc(bad, func(word string) bool { return strings.Contains(name, word) })
}

// matches tells whether a series is named by a pattern: "memory", or "errors{*"
// for all that begin so.
func matches(pattern, series string) bool {
	if prefix, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(series, prefix)
	}
	return pattern == series
}

// partOf is what a person calls the part that labels name: "/cart".
func partOf(labels string) string {
	inner := strings.TrimSuffix(strings.TrimPrefix(labels, "{"), "}")
	if name, value, ok := strings.Cut(inner, "="); ok && !strings.Contains(value, ",") {
		_ = name
		return strings.Trim(value, `"`)
	}
	return inner
}

// milliseconds is a time as people say it: "250 ms", "1.5 s".
func milliseconds(seconds float64) string {
	if seconds < 1 {
		return fmt.Sprintf("%.4g ms", seconds*1000)
	}
	return fmt.Sprintf("%.4g s", seconds)
}
