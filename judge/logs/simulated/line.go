package simulated

import (
	"fmt"
	"strings"
)

// Line is one line of a server's log.
type Line struct {
	Server, Family int
	// Second is when it was written, since the start of the world.
	Second   int
	Severity Severity
	// Episode is the request that it was written for, "" if it does not say.
	Episode string
	Text    string
}

// BlockSeconds is how long a block is.
const BlockSeconds = 10

var (
	things = strings.Fields("basket session cart order invoice coupon catalog search index cache queue worker shard replica ledger parcel label mail token image")
	acts   = strings.Fields("loaded stored fetched merged sorted queued sent parsed moved renewed counted closed opened checked split copied")
	harms  = strings.Fields("lost broken stale late refused missing blocked full")
)

// Text of a family, with words that vary.
func (f *Fleet) Text(family int) string {
	thing, other := things[family%len(things)], things[(family/len(things)+family*7+3)%len(things)]
	switch f.families[family].severity {
	case Quiet:
		return fmt.Sprintf("%s %s %s for customer %d in %d ms", thing, acts[(family/20)%len(acts)], other, f.draw.IntN(1e5), f.draw.IntN(900))
	case Warning:
		return fmt.Sprintf("%s is %s after %s took %d ms", thing, harms[(family/20)%len(harms)], other, f.draw.IntN(900))
	}
	return fmt.Sprintf("cannot finish %s %d: %s is %s", thing, f.draw.IntN(1e6), other, harms[(family/20)%len(harms)])
}

// Reworded is the text in other words, as a developer would change it.
func Reworded(text string) string {
	return strings.Replace(strings.Replace(text, " is ", " was found ", 1), "took", "which took", 1)
}

// Lines are the lines of the last block, second by second. Episodes of every
// second family have names and write up to three lines each.
func (f *Fleet) Lines() []Line {
	var lines []Line
	for i, row := range f.Counts {
		for s, n := range row {
			for range n {
				lines = f.episode(lines, i, s)
			}
		}
	}
	return lines
}

func (f *Fleet) episode(lines []Line, family, server int) []Line {
	l := Line{
		Server: server, Family: family, Second: (f.block-1)*BlockSeconds + f.draw.IntN(BlockSeconds),
		Severity: f.families[family].severity, Text: f.Text(family),
	}
	if family%2 == 1 {
		return append(lines, l)
	}
	l.Episode = fmt.Sprintf("%016x", f.draw.Uint64())
	for range 1 + f.draw.IntN(3) {
		lines = append(lines, l)
	}
	return lines
}
