package format

import (
	"bytes"
	"time"

	"noon/judge/logs"
	"noon/observe/logs/redact"
)

// Parser makes entries of lines, one at a time. It is not safe for concurrent
// use; each source has its own.
type Parser struct {
	emails bool
	clock  clock
	block  redact.Block

	// Room that is used again for every line.
	entry               Entry
	object              object
	text, decoded, bare []byte
	names               [][]byte
	inner               []byte
	tagged              [nestingMost][]byte
}

// NewParser returns a parser for lines whose stamps without a zone are of the
// zone of options.
func NewParser(options Options) *Parser {
	return &Parser{emails: options.Emails, block: redact.Block{Emails: options.Emails}, clock: clock{zone: options.Location}}
}

// nestingMost is how many formats may be wrapped around each other: JSON of an
// application in syslog in JSON of journald.
const nestingMost = 4

// Parse understands one line. arrived is what stamps without a year are near
// to; zero leaves their time unknown. The entry is valid until the next call.
func (p *Parser) Parse(line []byte, arrived time.Time) *Entry {
	p.clock.now = arrived
	p.decoded = p.decoded[:0]
	line = p.redactedLine(withoutEscapes(&p.bare, line))
	p.entry = Entry{Arrived: arrived, Lines: 1, raw: line}
	e := &p.entry
	p.understand(e, line, 0)
	e.Text = e.Text[:min(len(e.Text), TextMost)]
	if e.Level == logs.Unsaid && len(e.trace) > 0 {
		e.Level = logs.Error
	}
	return e
}

// redactedLine redacts a whole line of the source.
func (p *Parser) redactedLine(b []byte) []byte { return p.block.Line(b) }

// redacted redacts a part that was decoded.
func (p *Parser) redacted(b []byte) []byte {
	if p.emails {
		return redact.LineAndEmails(b)
	}
	return redact.Line(b)
}

// understand fills e from b, which is the line or what another format is
// wrapped around.
func (p *Parser) understand(e *Entry, b []byte, nesting int) {
	e.body = b
	trimmed := bytes.TrimLeft(b, " \t")
	if len(trimmed) > 1 && trimmed[0] == '{' && nesting < nestingMost && p.json(e, trimmed, nesting) {
		return
	}
	p.plain(e, b, nesting)
}

// json fills e from the JSON object b; false is that it is none.
func (p *Parser) json(e *Entry, b []byte, nesting int) bool {
	if second := spaces(b, 1); second >= len(b) || b[second] != '"' {
		return false
	}
	whole := p.object.readJSON(b)
	if p.object.n == 0 || !whole && p.object.n < 3 {
		return false
	}
	if p.unwrapped(e, &p.object, nesting) {
		return true
	}
	p.structured(e, &p.object)
	return true
}
