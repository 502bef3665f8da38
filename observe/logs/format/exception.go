package format

import "bytes"

// announcements stand before the type of an exception.
var announcements = [][]byte{
	[]byte("Caused by: "), []byte("Wrapped by: "), []byte("Unhandled exception. "), []byte("Unhandled Exception: "), []byte("Unhandled exception: "),
	[]byte("Uncaught exception: "), []byte("Uncaught Exception: "), []byte("Uncaught "), []byte("---> "), []byte("[cause]: "), []byte("Next "), []byte("PHP Fatal error:  Uncaught "),
	[]byte("Fatal error: Uncaught "), []byte("Unhandled rejection "), []byte("PHP Fatal error: Uncaught "),
}

// exceptionIn returns the type of the exception that a line of a trace tells,
// nil for none.
func exceptionIn(line []byte) []byte {
	if name := goPanic(line); name != nil {
		return name
	}
	if bytes.HasPrefix(line, []byte("Exception in thread ")) {
		if n := bytes.Index(line, []byte(`" `)); n > 0 {
			return firstName(line[n+2:])
		}
	}
	for _, a := range announcements {
		if bytes.HasPrefix(line, a) {
			line = line[len(a):]
			return firstName(line)
		}
	}
	if at := bytes.Index(line, []byte("[object] (")); at >= 0 { // Monolog
		return firstName(bytes.ReplaceAll(line[at+len("[object] ("):], []byte(`\\`), []byte(`\`)))
	}
	if name := typeAt(line); name != nil {
		return name
	}
	if name := rubyClass(line); name != nil {
		return name
	}
	return nameWithin(line)
}

// firstName returns the name that line begins with, whatever it looks like.
func firstName(line []byte) []byte {
	n := 0
	for n < len(line) && (ofName(line[n]) || bytes.IndexByte([]byte(`.$\`), line[n]) >= 0) {
		n++
	}
	if n < 3 {
		return nil
	}
	return line[:n]
}

// goPanic returns what stands for the type of a panic: of the runtime's own the
// text without its numbers, else only that it is one.
func goPanic(line []byte) []byte {
	at := bytes.Index(line, []byte("panic: "))
	switch {
	case bytes.HasPrefix(line, []byte("fatal error: ")):
		return withoutNumbers(line)
	case at < 0 && bytes.Contains(line, []byte("panic serving ")):
		line = line[bytes.Index(line, []byte("panic serving ")):]
		_, line, _ = bytes.Cut(line, []byte(": "))
	case at == 0:
		line = line[len("panic: "):]
	default:
		return nil
	}
	if bytes.HasPrefix(line, []byte("runtime error: ")) {
		return withoutNumbers(append([]byte("panic: "), line...))
	}
	if line = bytes.TrimPrefix(line, []byte{'('}); bytes.HasPrefix(line, []byte("*")) || bytes.HasPrefix(line, []byte("main.")) {
		if name := firstName(bytes.TrimPrefix(line, []byte{'*'})); bytes.IndexByte(name, '.') > 0 {
			return append([]byte("panic: "), name...)
		}
	}
	return []byte("panic")
}

// withoutNumbers returns the text of a fault of the runtime without numbers and
// what is in brackets at its end: [recovered].
func withoutNumbers(line []byte) []byte {
	out := make([]byte, 0, len(line))
	for i, c := range line {
		if digit(c) {
			if i == 0 || !digit(line[i-1]) {
				out = append(out, '#')
			}
			continue
		}
		out = append(out, c)
	}
	out, _, _ = bytes.Cut(out, []byte(" [recovered"))
	return out
}

// rubyClass returns the class at the end of Ruby's "x.rb:1:in 'm': message
// (Class)".
func rubyClass(line []byte) []byte {
	open := bytes.LastIndexByte(line, '(')
	if open < 4 || line[len(line)-1] != ')' || line[open-1] != ' ' || !bytes.Contains(line, []byte(":in ")) {
		return nil
	}
	return firstName(bytes.ReplaceAll(line[open+1:len(line)-1], []byte("::"), []byte{'.'}))
}

// nameWithin finds the name of an exception in the midst of a message:
// "payment failed: java.io.IOException: reset".
func nameWithin(line []byte) []byte {
	line = line[:min(len(line), 1024)]
	for i := 0; i < len(line); {
		if !ofName(line[i]) {
			i++
			continue
		}
		end := i
		for end < len(line) && (ofName(line[end]) || (line[end] == '.' || line[end] == '\\' || line[end] == '$') && end+1 < len(line) && ofName(line[end+1])) {
			end++
		}
		if word := line[i:end]; (len(word) > 6 || end < len(line) && line[end] == ':') && capitalWord(word) {
			return word
		}
		i = end
	}
	return nil
}

// namedBefore returns the name of an exception in the line right before the
// frames, where any name is one: "NoStock: of 4711", "payment failed NoStock:
// of 4711", "shop.NoStock".
func namedBefore(line []byte) []byte {
	for i := 0; i < len(line) && i < withinMost; {
		name := firstName(line[i:])
		end := i + max(len(name), 1)
		if len(name) > 3 && camel(name) && (end == len(line) || line[end] == ':') {
			return name
		}
		i = end
		for i < len(line) && line[i] != ' ' {
			i++
		}
		i = skipSpaces(line, i)
	}
	return nil
}

// camel tells that the last part of a name with dots begins with a capital and
// has small letters.
func camel(name []byte) bool {
	last := name[bytes.LastIndexAny(name, `.\$`)+1:]
	if len(last) < 3 || last[0]-'A' >= 26 {
		return false
	}
	for _, c := range last[1:] {
		if c-'a' < 26 {
			return true
		}
	}
	return false
}
