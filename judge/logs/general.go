package logs

import (
	"slices"
	"strings"
)

// generalTypes are exceptions that say nothing of what went wrong: what is
// thrown by them at one place may be anything.
var generalTypes = []string{
	"Error", "Exception", "RuntimeException", "RuntimeError", "StandardError", "ApplicationException", "SystemException",
	"IllegalStateException", "IllegalArgumentException", "InvalidOperationException",
}

// general tells whether the exception's type is one of those, whatever package
// it is of.
func (s Stack) general() bool {
	kind, _, _ := strings.Cut(s.Key, " @ ")
	kind = kind[strings.LastIndexAny(kind, ".:\\")+1:]
	return slices.Contains(generalTypes, kind)
}

// messageMost is how much of an exception's message is mined, in bytes.
const messageMost = 300

// fault is what is mined of a stack trace with a general type: its type with
// the message, and the frames (of which those with dots vary for the miner: the
// message tells more). "" if the message is not found.
func (s Stack) fault() string {
	kind, frames, _ := strings.Cut(s.Key, " @ ")
	for line := range strings.Lines(s.Text) {
		if at := strings.Index(line, kind+": "); at >= 0 {
			message := strings.TrimSpace(line[at:])
			return message[:min(len(message), messageMost)] + " @ " + frames
		}
	}
	return ""
}
