package logs

import "strings"

// severity is what a family may do to a version.
type severity int

const (
	// quiet families say of themselves that nothing is wrong. A new one is no
	// finding that stops: every release has some.
	quiet severity = iota
	// plain families say nothing about it.
	plain
	// grave ones are warnings; errors are worse.
	grave
	severe
)

// alarms are words of lines that are errors whatever their level.
var alarms = []string{
	"error", "exception", "panic", "fatal", "fail", "traceback", "segfault", "segmentation fault", "refused", "denied",
	"timeout", "timed out", "abort", "corrupt", "crash", "killed", "out of memory", "unreachable", "rejected", "critical",
	"cannot", "could not", "unable", "unavailable",
}

// severityOf judges a family by its level, and by its words where the level
// says little.
func severityOf(level Level, text string, stack bool) severity {
	switch {
	case stack || level >= Error:
		return severe
	case level == Warning:
		return grave
	case level == Unsaid && alarming(text):
		return severe
	case level == Unsaid:
		return plain
	case level == Info && alarming(text):
		return grave
	}
	return quiet
}

func alarming(text string) bool {
	text = strings.ToLower(text)
	for _, word := range alarms {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}
