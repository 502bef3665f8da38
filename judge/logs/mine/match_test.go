package mine

import (
	"strings"
	"testing"
)

func TestTemplatesMatchAsPeopleWriteThem(t *testing.T) {
	for _, c := range []struct {
		template, text string
		want           bool
	}{
		{"connection to <*> lost after <*>", "connection to 10.0.0.1:80 lost after 17 ms", true},
		{"connection to <*> lost after <*>", "connection to the main database lost after a while", true},
		{"connection to <*> lost after <*>", "connection to 10.0.0.1:80 closed after 17 ms", false},
		{"connection to <*> lost", "connection to lost", false},
		{"connection to <*> lost after <*>", "connection to 10.0.0.1 lost after", false},
		{"connection to 10.9.9.9 lost after 3s", "connection to 10.0.0.1:80 lost after 17 ms", true},
		{"<*>", "anything", true},
		{"<*> failed", "the last payment failed", true},
		{"<*> failed", "failed", false},
		{"payment failed", "payment failed", true},
		{"payment failed", "payment failed again", false},
		{"payment <*> failed <*> times", "payment 17 failed on web2 failed 3 times", true},
		{`user "<*>" not found`, `user "bob" not found`, true},
		{"Deleting block blk_<*>", "Deleting block blk_17", true},
		{"Deleting block <*>", "Deleting block blk_17", true},
		{"", "", true},
		{"", "payment", false},
		{"payment", "", false},
	} {
		if got := Match(c.template, c.text); got != c.want {
			t.Errorf("Match(%q, %q) is %v", c.template, c.text, got)
		}
	}
}

func TestTemplateOfAFamilyMatchesItsLines(t *testing.T) {
	m := New(Options{})
	lines := goldenLines(t)
	for _, line := range synthetic(2000, 0.3) {
		lines = append(lines, string(line))
	}
	ids := addLines(m, lines)
	for i, id := range ids {
		if lines[i] != "" && !Match(m.Template(id), lines[i]) {
			t.Errorf("%q does not match %q", m.Template(id), lines[i])
		}
	}
}

func TestMatchIsQuickOnBadInput(t *testing.T) {
	Match(strings.Repeat("<*> a ", 10_000)+"b", strings.Repeat("a ", 1<<20))
}
