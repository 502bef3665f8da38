package mine

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// goldenLines are the lines of the golden file without its templates.
func goldenLines(t testing.TB) []string {
	t.Helper()
	content, err := os.ReadFile(goldenFile)
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(strings.Split(string(content), "\n"), func(line string) bool { return strings.HasPrefix(line, "== ") })
}

func TestRestoredMinerGoesOnWhereItWas(t *testing.T) {
	lines := goldenLines(t)
	for _, line := range synthetic(3000, 0.15) {
		lines = append(lines, string(line))
	}
	half := len(lines) / 2
	m := New(Options{})
	addLines(m, lines[:half])
	restored, err := Restore(Options{}, m.AppendTo(nil))
	if err != nil {
		t.Fatal(err)
	}
	if restored.Len() != m.Len() {
		t.Fatalf("%d shapes, were %d", restored.Len(), m.Len())
	}
	for id := range ID(m.Len()) {
		if m.Family(id) != restored.Family(id) || m.Template(id) != restored.Template(id) || m.Key(id) != restored.Key(id) {
			t.Fatalf("shape %d was %d %s %q, is %d %s %q", id, m.Family(id), m.Key(id), m.Template(id), restored.Family(id), restored.Key(id), restored.Template(id))
		}
	}
	for i, line := range lines[:half] {
		if a, b := m.Family(m.Add([]byte(line))), restored.Family(restored.Add([]byte(line))); a != b {
			t.Fatalf("line %d %q was %d, is %d", i, line, a, b)
		}
	}
	addLines(m, lines[half:])
	addLines(restored, lines[half:])
	if a, b := families(m), families(restored); a != b {
		t.Errorf("%d families, %d in the one that was restored", a, b)
	}
	if string(m.AppendTo(nil)[:len(magic)]) != magic {
		t.Error("no magic")
	}
}

func families(m *Miner) (n int) {
	for id := range ID(m.Len()) {
		if m.Family(id) == id {
			n++
		}
	}
	return n
}

func TestDamagedDictionariesAreErrors(t *testing.T) {
	m := New(Options{})
	addLines(m, goldenLines(t)[:20])
	saved := m.AppendTo(nil)
	for n := range saved {
		if _, err := Restore(Options{}, saved[:n]); err == nil {
			t.Fatalf("the first %d of %d bytes are taken", n, len(saved))
		}
	}
	for _, damaged := range []string{"", "noon", magic, magic + "\xff\xff\xff\xff\x0f", string(saved) + "x"} {
		if _, err := Restore(Options{}, []byte(damaged)); err == nil {
			t.Errorf("%q is taken", damaged[:min(len(damaged), 40)])
		}
	}
}

func TestDictionaryThatIsTooLargeIsAnError(t *testing.T) {
	m := New(Options{})
	for _, line := range synthetic(60_000, 1) {
		m.Add(line)
	}
	saved := m.AppendTo(nil)
	if len(saved) > memoryDefault {
		t.Errorf("%d bytes", len(saved))
	}
	if _, err := Restore(Options{Memory: memoryLeast}, saved); err == nil || !strings.Contains(err.Error(), "memory") {
		t.Errorf("%d shapes in %d bytes: %v", m.Len(), memoryLeast, err)
	}
}

// TestLongShapesThatOverlapAreJoined restores two families of the longest
// shapes that there can be, and makes them one.
func TestLongShapesThatOverlapAreJoined(t *testing.T) {
	m := New(Options{})
	var a, b strings.Builder
	for i := range itemsMost {
		word := strings.Repeat(string(rune('a'+i%26)), 1+i/26)
		fmt.Fprintf(&a, "%s x%s ", word, word)
		fmt.Fprintf(&b, "y%s %s ", word, word)
	}
	var long, other shape
	long.readTemplate([]byte(a.String()))
	other.readTemplate([]byte(b.String()))
	common := align(&long, &other)
	if got := m.Template(m.insert(common)); !strings.HasPrefix(got, "<*> a <*> b <*> c") {
		t.Errorf("template %q", got)
	}
}
