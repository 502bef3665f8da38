package format

import (
	"bytes"

	"noon/judge/logs"
)

// sign is what a line without time says about the stack trace it may be of.
type sign uint8

const (
	noSign  sign = iota
	opening      // a trace begins: "panic: ...", "Traceback (most recent call last):"
	typed        // the type of an exception: a trace begins, or goes on
	inside       // a trace goes on: a frame, "Caused by: ..."
	blank
)

// openings begin a trace in any language.
var openings = heads([][]byte{
	[]byte("panic: "), []byte("fatal error: "), []byte("goroutine "), []byte("Traceback (most recent call last)"),
	[]byte("Exception in thread "), []byte("Unhandled exception"), []byte("Unhandled Exception"), []byte("Uncaught "),
	[]byte("PHP Fatal error:"), []byte("Fatal error: Uncaught"), []byte("unexpected fault address"),
	[]byte("runtime: goroutine stack exceeds"), []byte("Unhandled rejection "), []byte("SIGSEGV: "), []byte("SIGABRT: "),
	[]byte("ExceptionGroup"), []byte("fatal: morestack"), []byte("runtime: out of memory"),
})

// insides go on with a trace.
var insides = heads([][]byte{
	[]byte("Caused by:"), []byte("Suppressed:"), []byte("Wrapped by:"), []byte("created by "), []byte("[signal "),
	[]byte("exit status "), []byte("runtime stack:"), []byte("During handling of the above"), []byte("The above exception was"),
	[]byte("Stack trace:"), []byte("[stacktrace]"), []byte("[previous exception]"), []byte("Next "), []byte("--- End of"),
	[]byte("---> "), []byte("Node.js v"), []byte("thrown in "), []byte("from "), []byte("goroutine "), []byte("PC="),
	[]byte("\tpanic: "), []byte("[recovered]"), []byte("[originating from"), []byte("Backtrace:"), []byte("(Use `node"),
	[]byte("Stack:"), []byte("stack backtrace:"), []byte("note: run with"), []byte("\"}"),
})

// heads puts beginnings of lines in order by their first byte.
func heads(all [][]byte) *[256][][]byte {
	var of [256][][]byte
	for _, h := range all {
		of[h[0]] = append(of[h[0]], h)
	}
	return &of
}

// signOf tells what the line b without time is in a trace.
func signOf(b []byte) sign {
	b = bytes.TrimRight(b, " \t\r")
	if len(b) == 0 {
		return blank
	}
	switch b[0] {
	case ' ', '\t':
		if leveled(b) {
			return noSign
		}
		return inside
	case '}', '^':
		if len(b) <= 3 {
			return inside
		}
	}
	ruby := rubyFrame(b)
	switch {
	case ruby && rubyHead(b):
		return typed
	case hasAny(b, openings):
		return opening
	case ruby, hasAny(b, insides), isFrame(b):
		return inside
	case len(typeAt(b)) > 0, scriptHead(b), camelHead(b):
		return typed
	}
	return noSign
}

// alignMost is how many blanks put the words of levels in a column.
const alignMost = len("CRITICAL") - len("INFO")

// leveled tells that b begins with a level in capitals behind the blanks of a
// column, " INFO shop: ...": a line of its own, of a logger that prints no time.
func leveled(b []byte) bool {
	at := bytes.TrimLeft(b, " ")
	if len(b)-len(at) > alignMost {
		return false
	}
	at = bytes.TrimPrefix(at, []byte("["))
	n := letters(at)
	if n < len("INFO") || n == len(at) || doubtful(at[:n]) && !bytes.EqualFold(at[:n], []byte("trace")) || capitalLevel(at) == logs.Unsaid {
		return false
	}
	rest := bytes.TrimLeft(at[n+1:], " ")
	return (at[n] == ' ' || at[n] == ':' || at[n] == ']') && !bytes.HasPrefix(rest, []byte("="))
}

func hasAny(b []byte, heads *[256][][]byte) bool {
	for _, h := range heads[b[0]] {
		if bytes.HasPrefix(b, h) {
			return true
		}
	}
	return false
}

// isFrame tells that a line that is not indented is a frame, but of Ruby.
func isFrame(b []byte) bool {
	switch {
	case b[0] == '#':
		return len(b) > 3 && digit(b[1])
	case bytes.HasPrefix(b, []byte("at ")):
		return bytes.IndexByte(b, '(') > 0 || bytes.IndexByte(b, ':') > 0
	case bytes.HasPrefix(b, []byte("... ")):
		return bytes.HasSuffix(b, []byte(" more"))
	case bytes.HasPrefix(b, []byte("File \"")):
		return true
	}
	return goCall(b)
}

// goCall tells that b is the first line of a frame of Go: main.(*T).f(0x1, 0x2).
func goCall(b []byte) bool {
	if b[len(b)-1] != ')' {
		return false
	}
	if bytes.HasPrefix(b, []byte("panic(")) {
		return true
	}
	open := bytes.LastIndexByte(b, '(')
	if open < 3 {
		return false
	}
	name := b[:open]
	return bytes.IndexByte(name, '.') > 0 && !bytes.ContainsAny(name, " =\"',:")
}

// rubyFrame tells that b is a frame of Ruby: /app/x.rb:12:in 'm'.
func rubyFrame(b []byte) bool {
	at := bytes.Index(b[:min(len(b), bracketMost)], []byte(":in "))
	return at > 2 && digit(b[at-1]) && at+4 < len(b) && (b[at+4] == '`' || b[at+4] == '\'') && bytes.IndexByte(b[:at], ' ') < 0
}

// camelHead tells that b may be the first line of an exception whose name says
// nothing: "NoStock: of 4711", "Shop$NoStock".
func camelHead(b []byte) bool {
	name := firstName(b)
	if len(name) < 4 || !camel(name) {
		return false
	}
	if len(name) == len(b) {
		return bytes.ContainsAny(name, ".$")
	}
	return b[len(name)] == ':' && len(b) > len(name)+1 && b[len(name)+1] == ' ' && capitals(name) > 1
}

func capitals(name []byte) int {
	n := 0
	for _, c := range name {
		if c-'A' < 26 {
			n++
		}
	}
	return n
}

// rubyHead tells that b is the first line of an uncaught exception of Ruby:
// /app/x.rb:12:in 'm': message (Class).
func rubyHead(b []byte) bool {
	return rubyFrame(b) && (bytes.Contains(b, []byte("': ")))
}

// scriptHead tells that b is the place of an uncaught exception of Node:
// /app/x.js:12.
func scriptHead(b []byte) bool {
	if !digit(b[len(b)-1]) || b[0] != '/' && !bytes.HasPrefix(b, []byte("file:")) && !bytes.HasPrefix(b, []byte("node:")) {
		return false
	}
	colon := bytes.LastIndexByte(b, ':')
	if colon < 4 || number(b[colon+1:]) < 0 {
		return false
	}
	return bytes.IndexByte(b[:colon], ' ') < 0
}

// typeEndings are how the names of exceptions end, in nearly all languages.
var typeEndings = [][]byte{
	[]byte("Exception"), []byte("Error"), []byte("Throwable"), []byte("Fault"), []byte("Failure"), []byte("Interrupt"),
	[]byte("NotFound"), []byte("Invalid"), []byte("Timeout"), []byte("ExceptionGroup"), []byte("Exit"), []byte("DoesNotExist"),
}

// typeAt returns the type of the exception that b begins with: "a.b.CException:
// message", "TypeError [CODE]: message", "NoMethodError (message):"; nil if it
// begins with none.
func typeAt(b []byte) []byte {
	n := 0
	for n < len(b) && (ofName(b[n]) || b[n] == '.' || b[n] == '$' || b[n] == '\\' || b[n] == ':' && n+2 < len(b) && b[n+1] == ':') {
		if b[n] == ':' {
			n++
		}
		n++
	}
	word := b[:n]
	if n < 5 || n > 200 {
		return nil
	}
	if n < len(b) && b[n] != ':' && !bytes.HasPrefix(b[n:], []byte(" (")) && !bytes.HasPrefix(b[n:], []byte(" [")) && b[n] != '(' && b[n] != '`' || !capitalWord(word) {
		return nil
	}
	return word
}

// capitalWord tells that word, a name with dots, names an exception: what is
// behind the last dot begins with a capital and ends as exceptions do.
func capitalWord(word []byte) bool {
	last := word[bytes.LastIndexAny(word, `.:\$`)+1:]
	if len(last) < 4 || last[0] < 'A' || last[0] > 'Z' || bytes.IndexByte(word, ' ') >= 0 {
		return false
	}
	for _, end := range typeEndings {
		if bytes.HasSuffix(last, end) && (len(last) > len(end) || len(last) < 10) {
			return true
		}
	}
	return false
}
