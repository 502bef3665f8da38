package mine

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/families.txt anew: read the difference")

const goldenFile = "testdata/families.txt"

// TestLinesOfOneMessageAreOneFamily reads lines as many programs write them. In
// the file "== TEMPLATE" stands above the lines of a family; -update writes the
// templates anew, and moves lines to the families they are mined into.
func TestLinesOfOneMessageAreOneFamily(t *testing.T) {
	content, err := os.ReadFile(goldenFile)
	if err != nil {
		t.Fatal(err)
	}
	var lines, want []string
	template := ""
	for line := range strings.Lines(string(content)) {
		line = strings.TrimSuffix(line, "\n")
		if after, head := strings.CutPrefix(line, "== "); head {
			template = after
			continue
		}
		lines, want = append(lines, line), append(want, template)
	}
	m := New(Options{})
	ids := addLines(m, lines)
	if *update {
		write(t, m, ids, lines)
		return
	}
	is := map[ID]string{}
	of := map[string]ID{}
	for i, id := range ids {
		if got := m.Template(id); got != want[i] {
			t.Errorf("%s\n  is   %s\n  want %s", lines[i], got, want[i])
		}
		if was, ok := is[id]; ok && was != want[i] {
			t.Errorf("%q and %q are one family", was, want[i])
		}
		if was, ok := of[want[i]]; ok && was != id {
			t.Errorf("%q is more than one family", want[i])
		}
		is[id], of[want[i]] = want[i], id
	}
}

// addLines adds lines and returns the final families.
func addLines(m *Miner, lines []string) []ID {
	ids := make([]ID, len(lines))
	for i, line := range lines {
		ids[i] = m.Add([]byte(line))
	}
	for i := range ids {
		ids[i] = m.Family(ids[i])
	}
	return ids
}

func write(t *testing.T, m *Miner, ids []ID, lines []string) {
	var order []ID
	byFamily := map[ID][]string{}
	for i, id := range ids {
		if byFamily[id] == nil {
			order = append(order, id)
		}
		byFamily[id] = append(byFamily[id], lines[i])
	}
	var b strings.Builder
	for _, id := range order {
		b.WriteString("== " + m.Template(id) + "\n" + strings.Join(byFamily[id], "\n") + "\n")
	}
	if err := os.WriteFile(goldenFile, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
