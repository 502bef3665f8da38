package format

import "bytes"

// Node writes "at async Cart.add (/app/cart.js:12:3)" or "at /app/cart.js:12:3",
// the innermost first.

// nodePlace tells that b is a file with a line and a column, or node's own.
func nodePlace(b []byte) bool {
	if len(b) == 0 {
		return false
	}
	file, column := cutNumber(b)
	file, line := cutNumber(file)
	return column && line && len(file) > 0 || string(b) == "native"
}

// cutNumber cuts ":12" off the end.
func cutNumber(b []byte) ([]byte, bool) {
	colon := bytes.LastIndexByte(b, ':')
	if colon < 0 || number(b[colon+1:]) < 0 {
		return b, false
	}
	return b[:colon], true
}

func nodeFrame(b []byte, open int) frame {
	call, place := []byte(nil), b
	if open >= 0 && b[len(b)-1] == ')' {
		call, place = bytes.TrimSpace(b[:open]), b[open+1:len(b)-1]
	}
	call = bytes.TrimPrefix(call, []byte("async "))
	call = bytes.TrimPrefix(call, []byte("new "))
	if n := bytes.Index(call, []byte(" [as ")); n > 0 {
		call = call[:n]
	}
	place = bytes.TrimPrefix(place, []byte("async "))
	place = bytes.TrimPrefix(place, []byte("file://"))
	file, _ := cutNumber(place)
	file, _ = cutNumber(file)
	ours := !containsAny(file, "node_modules/", "<anonymous>") && !bytes.HasPrefix(file, []byte("node:")) &&
		!bytes.HasPrefix(file, []byte("internal/")) && bytes.ContainsAny(file, `/\`)
	name := path(file)
	if len(call) > 0 && !bytes.Contains(call, []byte("<anonymous>")) {
		name = string(call) + " " + name
	}
	return frame{name: name, ours: ours}
}
