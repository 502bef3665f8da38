package format

import "bytes"

// episodeIn finds the request or trace in a plain text: trace_id=..., else
// request_id=..., else what OpenStack writes; nil for none.
func episodeIn(b []byte) []byte {
	var found []byte
	for at, left := 0, pairsMost; left > 0; left-- {
		n := bytes.IndexByte(b[at:], '=')
		if n < 0 {
			break
		}
		at += n + 1
		switch id, r := pairAt(b, at); {
		case r == theTrace && len(id) > 0:
			return id
		case r == theRequest && found == nil && len(id) > 0:
			found = id
		}
	}
	if found == nil {
		found = openStackID(b)
	}
	return found
}

// pairsMost bounds how many pairs of a text are looked at.
const pairsMost = 64

// pairAt returns the id whose "=" stands before at, and of what it is.
func pairAt(b []byte, at int) ([]byte, role) {
	start := at - 1
	for start > 0 && at-start < pathMost && (ofName(b[start-1]) || b[start-1] == '-' || b[start-1] == '.') {
		start--
	}
	var room [pathMost]byte
	switch r := roles[string(appendPlain(room[:0], b[start:at-1]))]; r {
	case theTrace, theRequest:
		return idAt(b[at:]), r
	case maybeRequest:
		if id := idAt(b[at:]); isID(id) {
			return id, theRequest
		}
	}
	return nil, aValue
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
