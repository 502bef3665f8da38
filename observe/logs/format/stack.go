package format

import (
	"bytes"

	"noon/judge/logs"
)

// stackOf returns the stack trace that text is.
func stackOf(text []byte) *logs.Stack {
	first, _, _ := bytes.Cut(text, []byte("\n"))
	return &logs.Stack{Key: printable(first, 200), Text: printable(text, logs.StackMost)}
}

// stackOf returns the text of a field that holds a stack trace.
func (p *Parser) stackOf(f *field, json bool) []byte {
	if f.kind != ofText {
		return nil
	}
	return p.value(f, json)
}
