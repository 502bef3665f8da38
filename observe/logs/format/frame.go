package format

import (
	"bytes"
)

// frame is one call of a stack trace.
type frame struct {
	// name is where it is, without what changes from build to build: lines,
	// addresses, numbers of lambdas.
	name string
	// ours: it is of the application, not of the language or a library.
	ours bool
	// reset: all frames before it are of what handled the fault.
	reset bool
}

// language is what differs between the traces of languages.
type language struct {
	// lastFirst: the innermost frame comes last.
	lastFirst bool
}

// The languages whose traces are known.
var (
	golang = language{}
	java   = language{}
	dotnet = language{}
	node   = language{}
	ruby   = language{}
	php    = language{}
	python = language{lastFirst: true}
	// PHP's own handler writes numbers, and the innermost last.
	phpNumbers = language{lastFirst: true}
)

// seenMost bounds the frames that are kept of a section.
const seenMost = 8

// added adds a frame to frames, the innermost first. Calls of itself count once.
func (l *language) added(frames []string, name string) []string {
	switch {
	case l.lastFirst && (len(frames) == 0 || frames[0] != name):
		frames = append([]string{name}, frames...)
		return frames[:min(len(frames), seenMost)]
	case !l.lastFirst && len(frames) < seenMost && (len(frames) == 0 || frames[len(frames)-1] != name):
		return append(frames, name)
	}
	return frames
}

// frameOf reads the frame that a line is; nil is that it is none. line has its
// indentation, trimmed has not, next is the line that follows.
func frameOf(trimmed, line, next []byte) (frame, *language) {
	switch {
	case bytes.HasPrefix(trimmed, []byte("at ")):
		return atFrame(trimmed[3:])
	case bytes.HasPrefix(trimmed, []byte(`File "`)):
		return pythonFrame(trimmed), &python
	case phpTrace(trimmed):
		return phpNumbered(trimmed), &phpNumbers
	case trimmed[0] == '#' && len(trimmed) > 2 && digit(trimmed[1]):
		return phpFrame(trimmed), &php
	case rubyFrame(bytes.TrimPrefix(trimmed, []byte("from "))):
		return rubyFrameOf(bytes.TrimPrefix(trimmed, []byte("from "))), &ruby
	case len(next) > 0 && next[0] == '\t' && goPlace(next) || goCall(trimmed) && len(line) == len(trimmed):
		return goFrame(trimmed, next), &golang
	case goPlace(line):
		return frame{}, &golang
	}
	return frame{}, nil
}

// atFrame tells apart the languages that write "at".
func atFrame(b []byte) (frame, *language) {
	b = withoutJar(b)
	open := bytes.IndexByte(b, '(')
	inside := []byte(nil)
	if open >= 0 && b[len(b)-1] == ')' {
		inside = b[open+1 : len(b)-1]
	}
	switch {
	case nodePlace(inside), nodePlace(b), bytes.Contains(b, []byte("<anonymous>")):
		return nodeFrame(b, open), &node
	case open > 0 && open < len(b)-1 && javaPlace(inside):
		return javaFrame(b[:open]), &java
	case open > 0 && bytes.IndexByte(b[:open], '.') > 0:
		return dotnetFrame(b[:open]), &dotnet
	}
	return frame{}, nil
}

// withoutJar cuts off what logback adds: " ~[shop.jar!/:1.2]".
func withoutJar(b []byte) []byte {
	if len(b) == 0 || b[len(b)-1] != ']' {
		return b
	}
	for _, jar := range []string{" ~[", " ["} {
		if n := bytes.LastIndex(b, []byte(jar)); n > 0 && b[n-1] == ')' {
			return b[:n]
		}
	}
	return b
}

// path returns the last two segments of the path of a source file, without what
// changes from build to build: queries, hashes, numbers of releases.
func path(file []byte) string {
	if n := bytes.IndexByte(file, '?'); n >= 0 {
		file = file[:n]
	}
	file = bytes.ReplaceAll(file, []byte{'\\'}, []byte{'/'})
	last := bytes.LastIndexByte(file, '/')
	name := stable(file[last+1:])
	if last <= 0 {
		return name
	}
	folder := file[bytes.LastIndexByte(file[:last], '/')+1 : last]
	if manyDigits(folder) || len(folder) == 0 {
		return name
	}
	return string(folder) + "/" + name
}

// stable returns the name of a file without the hashes of bundlers:
// main.3f2a1bc9.js and main-3f2a1bc9.js are main.js.
func stable(name []byte) string {
	out := make([]byte, 0, len(name))
	for at := 0; at < len(name); {
		end := at + 1
		for end < len(name) && name[end] != '.' && name[end] != '-' {
			end++
		}
		part := name[at:end]
		if at == 0 || !hash(part[1:]) {
			out = append(out, part...)
		}
		at = end
	}
	return string(out)
}

// hash tells that a part of a name is a checksum: six letters or more with
// digits in between.
func hash(b []byte) bool {
	digits := 0
	for _, c := range b {
		if digit(c) {
			digits++
		} else if !letter(c) && c != '_' {
			return false
		}
	}
	return len(b) >= 6 && digits >= 2
}

// beginsWith tells that name begins with one of heads.
func beginsWith(name []byte, heads []string) bool {
	for _, h := range heads {
		if len(name) >= len(h) && string(name[:len(h)]) == h {
			return true
		}
	}
	return false
}

func containsAny(b []byte, parts ...string) bool {
	for _, p := range parts {
		if bytes.Contains(b, []byte(p)) {
			return true
		}
	}
	return false
}
