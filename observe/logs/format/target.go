package format

import "bytes"

const (
	// segmentsMost is how many segments of a path are mined, segmentMost how
	// long a segment is that is taken for a word.
	segmentsMost = 5
	segmentMost  = 24
)

// appendTarget appends the shape of a request's target: the path without query,
// "*" for each segment that names one thing of many. Segments have spaces
// between them: as a path they would be mined as one word of no meaning.
func appendTarget(out, target []byte) []byte {
	if at := bytes.Index(target, []byte("://")); at >= 0 && at < 8 {
		target = target[at+3:]
		target = target[max(bytes.IndexByte(target, '/'), 0):]
	}
	if end := bytes.IndexAny(target, "?#;"); end >= 0 {
		target = target[:end]
	}
	if len(bytes.Trim(target, "/")) == 0 {
		return append(out, '/')
	}
	from := len(out)
	for i := 0; len(target) > 0; i++ {
		target = bytes.TrimLeft(target, "/")
		if i == segmentsMost && len(target) > 0 {
			return append(out, " *"...)
		}
		var segment []byte
		segment, target = cutSegment(target)
		if len(segment) == 0 {
			continue
		}
		if len(out) > from {
			out = append(out, ' ')
		}
		out = appendSegment(out, segment)
	}
	return out
}

// outcomes are the classes of a status in words: as numbers they would be mined
// as one.
var outcomes = [...]string{1: "informational", 2: "success", 3: "redirect", 4: "client error", 5: "server error"}

// appendOutcome appends what a status from 100 to 599 means.
func appendOutcome(out []byte, status int) []byte {
	return append(append(out, ": "...), outcomes[status/100]...)
}

// appendRequest appends a request and its outcome: "GET cart *: server error".
// What was not found can be anything that a stranger asks for: its path says
// nothing, and every path would be a new message.
func appendRequest(out, method, target []byte, status int) []byte {
	out = append(append(out, method...), ' ')
	if status == 404 {
		return append(out, "*: not found"...)
	}
	return appendOutcome(appendTarget(out, target), status)
}

func cutSegment(b []byte) (segment, rest []byte) {
	if n := bytes.IndexByte(b, '/'); n >= 0 {
		return b[:n], b[n:]
	}
	return b, nil
}

// appendSegment appends a segment of a path, or "*" and its ending if it has
// digits, is long, or of several words: an id, a name of many.
func appendSegment(out, segment []byte) []byte {
	digits, dashes := 0, 0
	for _, c := range segment {
		switch {
		case digit(c):
			digits++
		case c == '-' || c == '%' || c == '+' || c == '~':
			dashes++
		case c < ' ' || c >= 0x7f || c == ' ' || c == '"':
			dashes = segmentMost
		}
	}
	version := len(segment) <= 3 && digits == len(segment)-1 && digits > 0 && segment[0]|0x20 == 'v'
	if version || digits == 0 && dashes < 3 && len(segment) <= segmentMost {
		return append(out, segment...)
	}
	out = append(out, '*')
	if dot := bytes.LastIndexByte(segment, '.'); dot > 0 && len(segment)-dot <= 6 && !bytes.ContainsAny(segment[dot:], "0123456789") {
		out = append(out, segment[dot:]...)
	}
	return out
}
