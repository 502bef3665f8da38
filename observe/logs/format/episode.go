package format

import "bytes"

// episodeIn finds the request or trace in a plain text: trace_id=..., a
// request_id=..., nil for none.
func episodeIn(b []byte) []byte {
	var found []byte
	for at := 0; at < len(b); {
		n := bytes.IndexByte(b[at:], '=')
		if n < 0 {
			break
		}
		at += n + 1
		start := at - 1
		for start > 0 && at-start < pathMost && (letter(b[start-1]) || digit(b[start-1]) || b[start-1] == '_' || b[start-1] == '-' || b[start-1] == '.') {
			start--
		}
		var room [pathMost]byte
		r := roles[string(appendPlain(room[:0], b[start:at-1]))]
		value := idAt(b[at:])
		if r == maybeRequest && isID(value) {
			r = theRequest
		}
		if r != theTrace && r != theRequest {
			continue
		}
		if len(value) > 0 && (found == nil || r == theTrace) {
			found = value
		}
		if r == theTrace {
			break
		}
	}
	if found == nil {
		found = openStackID(b)
	}
	return found
}

// openStackID returns the id in "[req-38101a0b-... user project - - -]".
func openStackID(b []byte) []byte {
	at := bytes.Index(b[:min(len(b), bracketMost)], []byte("[req-"))
	if at < 0 {
		return nil
	}
	return idAt(b[at+1:])
}

// idAt returns the id that b begins with, at most EpisodeMost bytes.
func idAt(b []byte) []byte {
	if len(b) > 0 && (b[0] == '"' || b[0] == '\'') {
		b = b[1:]
	}
	n := 0
	for n < len(b) && n < EpisodeMost && b[n] > ' ' && bytes.IndexByte([]byte(`,;"'])}&`), b[n]) < 0 {
		n++
	}
	return b[:n]
}

// isID tells that the value of a field named "request" is an id, not what was
// asked for.
func isID(value []byte) bool {
	if len(value) < 6 || len(value) > EpisodeMost {
		return false
	}
	for _, c := range value {
		if !ofName(c) && c != '-' && c != '.' && c != ':' {
			return false
		}
	}
	return true
}
