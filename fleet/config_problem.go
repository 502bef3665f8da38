package fleet

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// ConfigError tells everything that is wrong in a noon.yaml, in the order of
// the file. Nothing was done with it.
type ConfigError struct {
	Problems []ConfigProblem `json:"problems"`
	// More is how many further problems were found and not kept.
	More int `json:"more,omitempty"`
}

// ConfigProblem is one thing that is wrong in a noon.yaml.
type ConfigProblem struct {
	File string `json:"file"`
	// Line and Column count from 1; a column is a character, not a byte.
	Line   int `json:"line"`
	Column int `json:"column"`
	// What is wrong and what to write instead, with untrusted text escaped.
	What string `json:"what"`
	// source is the line itself, as it stands in the file.
	source string
}

// problemsMost bounds how many problems are kept of one file.
const problemsMost = 50

// Error says all problems, each with its line and a caret below the place.
func (e *ConfigError) Error() string {
	parts := make([]string, 0, len(e.Problems)+1)
	for _, p := range e.Problems {
		parts = append(parts, p.String())
	}
	if e.More > 0 {
		parts = append(parts, fmt.Sprintf("and %d more problems", e.More))
	}
	return strings.Join(parts, "\n")
}

// String says the problem as a person reads it in a terminal:
//
//	noon.yaml:12:3: unknown key "helth" in check: did you mean "url"?
//	  12 |   helth: /healthz
//	     |   ^
func (p ConfigProblem) String() string {
	head := fmt.Sprintf("%s:%d:%d: %s", shown(p.File), p.Line, p.Column, p.What)
	line, caret := p.excerpt()
	if line == "" {
		return head
	}
	number := strconv.Itoa(p.Line)
	return fmt.Sprintf("%s\n  %s | %s\n  %s | %s^", head, number, line, strings.Repeat(" ", len(number)), caret)
}

// excerptBefore and excerptMost are how many characters of a long line are
// shown, before the column and in all.
const excerptBefore, excerptMost = 60, 100

// excerpt returns the line as it may be shown, and the space before the caret.
func (p ConfigProblem) excerpt() (line, caret string) {
	runes := []rune(p.source)
	column := min(max(p.Column-1, 0), len(runes))
	start := 0
	if len(runes) > excerptMost {
		start = max(0, column-excerptBefore)
	}
	end := min(len(runes), start+excerptMost)
	before, after := shownRunes(runes[start:column]), shownRunes(runes[column:end])
	if start > 0 {
		before = "..." + before
	}
	if end < len(runes) {
		after += "..."
	}
	return strings.TrimRight(before+after, " "), strings.Repeat(" ", len([]rune(before)))
}

// shown returns text of the file's author as it may stand in a terminal: what
// is not printable, such as an escape, becomes its number.
func shown(text string) string { return shownRunes([]rune(text)) }

func shownRunes(runes []rune) string {
	var b strings.Builder
	for _, r := range runes {
		switch {
		case r == '\t':
			b.WriteByte(' ')
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		}
	}
	return b.String()
}

// sorted returns the error for the problems found, nil if there are none.
func sorted(problems []ConfigProblem, more int) error {
	if len(problems) == 0 {
		return nil
	}
	slices.SortStableFunc(problems, func(a, b ConfigProblem) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return &ConfigError{Problems: problems, More: more}
}
