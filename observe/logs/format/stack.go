package format

import (
	"bytes"

	"noon/judge/logs"
)

const (
	// framesMost is how many frames of the application make a place.
	framesMost = 3
	// keyMost bounds a key, in bytes.
	keyMost = 400
)

// tracing is a stack trace while its lines are read.
type tracing struct {
	// outer and root are the types of the exception that was seen and of the one
	// that caused it; headline is the line of outer.
	outer, root, headline []byte
	// frames of the section that is read, the innermost first.
	ours, all []string
	// above are the frames of the application of the exception around this one.
	above    []string
	language *language
	// settled: the section that says where it happened is over.
	settled bool
	frames  int
	// awaited: Python's type comes after the frames.
	awaited bool
	// source: Node shows the place in the source, which is place; caret: it has
	// pointed at it.
	source, caret bool
	place         string
}

// stackOf returns the stack trace that text is, and the line that says what
// happened; nil if there are no frames and no type in it.
func stackOf(text []byte) (*logs.Stack, []byte) {
	t := tracing{}
	text = bytes.TrimRight(text, "\n")
	t.read(text)
	if t.frames == 0 && !panics(text) && (len(t.outer) == 0 || bytes.IndexByte(text, '\n') < 0) {
		return nil, nil
	}
	return &logs.Stack{Key: t.key(), Text: printable(text, logs.StackMost)}, t.headline
}

// panics tells that a text is the panic of a Go program.
func panics(text []byte) bool {
	return bytes.HasPrefix(text, []byte("panic: ")) || bytes.HasPrefix(text, []byte("fatal error: ")) || bytes.Contains(text, []byte("panic serving "))
}

// read takes the lines of the trace, one by one.
func (t *tracing) read(text []byte) {
	for len(text) > 0 {
		line, rest, _ := bytes.Cut(text, []byte{'\n'})
		next, _, _ := bytes.Cut(rest, []byte{'\n'})
		t.line(bytes.TrimRight(line, " \t\r"), next)
		text = rest
	}
}

func (t *tracing) line(line, next []byte) {
	trimmed := bytes.TrimLeft(line, " \t|+")
	if len(trimmed) == 0 {
		return
	}
	if t.shown(trimmed) {
		return
	}
	if f, l := frameOf(trimmed, line, next); l != nil {
		t.frame(f, l)
		if l == &ruby && rubyHead(trimmed) {
			t.exception(rubyClass(trimmed), trimmed)
		}
		return
	}
	if t.section(trimmed) {
		return
	}
	name := exceptionIn(trimmed)
	if len(name) == 0 && t.frames == 0 && len(t.outer) == 0 {
		name = t.nameless(trimmed, next)
	}
	if t.awaited && len(line) == len(trimmed) && len(firstName(line)) > 0 {
		name, t.awaited = firstName(line), false
	}
	if len(name) > 0 {
		t.exception(name, trimmed)
	}
}

// shown tells that line is of what Node shows of the source before it tells what
// was thrown there: place, line, caret.
func (t *tracing) shown(line []byte) bool {
	switch {
	case t.source:
		t.caret = len(bytes.Trim(line, "^~")) == 0
		t.source = !t.caret
		return true
	case t.frames == 0 && len(t.outer) == 0 && scriptHead(line):
		file, _ := cutNumber(line)
		t.source, t.place = true, path(file)
		return true
	}
	return false
}

// nameless returns the name of what the line before the frames tells, or what
// Node shows behind a caret: anything can be thrown there.
func (t *tracing) nameless(line, next []byte) []byte {
	if t.caret {
		t.caret = false
		if name := namedBefore(line); len(name) > 0 {
			return name
		}
		return []byte("thrown")
	}
	if next = bytes.TrimSpace(next); len(next) > 0 && orphan(next) {
		return namedBefore(line)
	}
	return nil
}

// frame takes a frame. Once another language's come, they are of something that
// stood between.
func (t *tracing) frame(f frame, l *language) {
	t.frames++
	t.awaited = l == &python
	if t.settled || t.language != nil && t.language != l {
		return
	}
	if t.language == nil && l == &python {
		t.root = nil // a name in the message before it
	}
	t.language = l
	if f.reset { // frames so far are of what handled the fault
		t.ours, t.all = t.ours[:0], t.all[:0]
		return
	}
	if f.name == "" {
		return
	}
	t.all = l.added(t.all, f.name)
	if f.ours {
		t.ours = l.added(t.ours, f.name)
	}
}

// section handles the lines between the parts of a trace; true is that line was
// one.
func (t *tracing) section(line []byte) bool {
	switch {
	case bytes.HasPrefix(line, []byte("goroutine ")):
		t.settled = t.frames > 0
		return true
	case bytes.HasPrefix(line, []byte("Traceback (most recent call last)")):
		// The first is of the cause, unless a group of exceptions goes on.
		t.settled = t.frames > 0 && len(t.outer) > 0
		return true
	case bytes.HasPrefix(line, []byte("Suppressed:")):
		t.settled = t.frames > 0
		return true
	case bytes.HasPrefix(line, []byte("Caused by:")), bytes.HasPrefix(line, []byte("[cause]:")):
		t.restart()
	case bytes.HasPrefix(line, []byte("--- End of inner exception")):
		t.settled = t.frames > 0
		return true
	}
	return false
}

// restart begins the section of a deeper cause: its frames say where it
// happened.
func (t *tracing) restart() {
	if t.settled {
		return
	}
	if len(t.ours) > 0 {
		t.above = t.ours
	}
	t.ours, t.all = nil, nil
}

// exception takes the type of an exception. The order is that of the language:
// Python tells the cause first.
func (t *tracing) exception(name, line []byte) {
	if t.language == &python {
		if len(t.root) == 0 {
			t.root = name
		}
		t.outer, t.headline = name, line
		return
	}
	if len(t.outer) == 0 {
		t.outer, t.headline = name, line
	}
	if !t.settled {
		t.root = name
	}
}

// unnamed is what the key of a trace begins with that names no exception.
const unnamed = "trace"

// key is type of the outermost and of the root, and the topmost frames.
func (t *tracing) key() string {
	key := append([]byte(nil), t.outer...)
	if len(key) == 0 {
		key = append(key, unnamed...)
	}
	if len(t.root) > 0 && !bytes.Equal(t.root, t.outer) {
		key = append(append(key, " < "...), t.root...)
	}
	frames := t.ours
	if len(frames) == 0 {
		frames = t.above
	}
	if len(frames) == 0 {
		frames = t.all
	}
	if len(frames) == 0 && t.place != "" {
		frames = []string{t.place}
	}
	for i, f := range frames {
		if i == framesMost {
			break
		}
		key = append(append(key, " @ "...), f...)
	}
	return printable(key, keyMost)
}

// stackOf returns the text of a field that holds a stack trace: a string, or a
// list of lines or frames.
func (p *Parser) stackOf(f *field) []byte {
	switch f.kind {
	case ofText:
		return p.value(f)
	case ofArray:
		return p.listed(f.value)
	}
	return nil
}

// listed returns the strings of a list as lines.
func (p *Parser) listed(array []byte) []byte {
	from := len(p.decoded)
	for i := 0; i < len(array) && len(p.decoded)-from < traceMost; i++ {
		if array[i] == '{' {
			i = p.listedFrame(array, i)
		}
		if i >= len(array) || array[i] != '"' {
			continue
		}
		end, _ := stringEnd(array, i+1)
		if end < 0 {
			break
		}
		p.decoded = append(unescape(p.decoded, array[i+1:end]), '\n')
		i = end
	}
	return p.cleaned(p.decoded[from:])
}

// listedFrame appends the frame that the object at array[i] is, as log4j's
// JsonLayout writes them, and returns where the object ends.
func (p *Parser) listedFrame(array []byte, i int) int {
	end, _ := balanced(array, i)
	class, method, file := fieldIn(array[i:end], `"class":"`), fieldIn(array[i:end], `"method":"`), fieldIn(array[i:end], `"file":"`)
	if len(class) == 0 || len(method) == 0 {
		return end
	}
	p.decoded = append(append(p.decoded, "\tat "...), class...)
	p.decoded = append(append(p.decoded, '.'), method...)
	p.decoded = append(append(append(p.decoded, '('), file...), ":1)\n"...)
	return end
}

// fieldIn returns the text behind head, up to the quote.
func fieldIn(object []byte, head string) []byte {
	at := bytes.Index(object, []byte(head))
	if at < 0 {
		return nil
	}
	at += len(head)
	end, _ := stringEnd(object, at)
	if end < 0 {
		return nil
	}
	return object[at:end]
}
