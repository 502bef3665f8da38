package mine

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

func TestLineSeenBeforeAllocatesNothing(t *testing.T) {
	m := New(Options{})
	lines := [][]byte{
		[]byte("connection to 10.0.0.1:8080 lost after 17 ms"),
		[]byte(strings.Repeat("a long line of words and the number 17, ", 40)),
	}
	addAll(m, lines)
	if n := testing.AllocsPerRun(100, func() { addAll(m, lines) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestFamilyIsTheSmallestNumberOfItsShapes(t *testing.T) {
	m := New(Options{})
	first := m.Add([]byte("session of customer alice was closed by the proxy"))
	other := m.Add([]byte("session of customer bob was closed by the proxy"))
	if first == other || m.Family(other) != other {
		t.Fatalf("two lines are one family: %d %d", first, other)
	}
	for _, name := range []string{"carol", "dave", "erin", "frank"} {
		m.Add([]byte("session of customer " + name + " was closed by the proxy"))
	}
	if m.Family(first) != first || m.Family(other) != first {
		t.Errorf("families %d and %d, want %d for both", m.Family(first), m.Family(other), first)
	}
	if got := m.Template(first); got != "session of customer <*> was closed by the proxy" {
		t.Errorf("template %q", got)
	}
	if m.Family(Unknown) != Unknown || m.Family(ID(m.Len())) != Unknown {
		t.Error("a shape that is not there has a family")
	}
}

// TestKeysAreTheSameOnEveryMachine has keys as caveats keep them: a change
// here makes all registers of caveats void.
func TestKeysAreTheSameOnEveryMachine(t *testing.T) {
	for line, want := range map[string]string{
		"connection to 10.0.0.1 lost after 17 ms": "af2c7faf",
		"worker started": "a06d7a9e",
		"":               "0a98042c",
	} {
		m := New(Options{})
		m.Add([]byte("something else came before"))
		if got := m.Key(m.Add([]byte(line))); got != want {
			t.Errorf("key of %q is %s, want %s", line, got, want)
		}
	}
}

// TestNumbersDoNotCount changes all numbers of lines of every length: the
// hot loop reads windows of 64 bytes, and words lie across their ends.
func TestNumbersDoNotCount(t *testing.T) {
	m := New(Options{})
	random := rand.New(rand.NewPCG(1, 1))
	for range 1000 {
		var a, b []byte
		for range random.IntN(60) {
			switch random.IntN(4) {
			case 0:
				a = append(a, ' ')
				b = append(b, ' ')
			case 1:
				a = fmt.Appendf(a, " %d:", random.Uint64()>>random.IntN(64))
				b = fmt.Appendf(b, " %x1x%d:", random.Uint64(), random.Uint64()>>random.IntN(64))
			default:
				word := randomWord(nil, random)
				a, b = append(append(a, word...), ' '), append(append(b, word...), ' ')
			}
		}
		if a, b := a[:min(len(a), 600)], b[:min(len(b), 600)]; len(a) < 600 && len(b) < 600 && m.glanceOf(a) != m.glanceOf(b) {
			t.Fatalf("two glances:\n%s\n%s", a, b)
		}
		if len(a) > 0 && a[len(a)-1] == ' ' && m.glanceOf(a) == m.glanceOf(append(a, 'x')) {
			t.Fatalf("one more word does not count: %s", a)
		}
	}
}

// TestShapeDoesNotDependOnNumbers holds what the cache relies on: lines with
// one glance have one shape.
func TestShapeDoesNotDependOnNumbers(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	number := regexp.MustCompile("[0-9]+")
	m := New(Options{})
	for _, line := range goldenLines(t) {
		for range 10 {
			other := number.ReplaceAllFunc([]byte(line), func([]byte) []byte { return fmt.Append(nil, random.Uint64()>>random.IntN(64)) })
			if m.glanceOf([]byte(line)) == m.glanceOf(other) && read([]byte(line)).hash() != read(other).hash() {
				t.Errorf("%q and %q are two shapes", read([]byte(line)).text, read(other).text)
			}
			if m.glanceOf([]byte(line)) != m.glanceOf(other) {
				t.Errorf("%q and %q are two glances", line, other)
			}
		}
	}
}

func (m *Miner) glanceOf(text []byte) uint64 { return m.glance.at(text) }

func TestEveryByteOfAConstantWordCounts(t *testing.T) {
	m := New(Options{})
	for _, n := range []int{1, 7, 8, 9, 15, 16, 17, 40, 63, 64, 65, 127, 128, 200} {
		text := bytes.Repeat([]byte("abcdefgh ijk "), n/13+1)[:n]
		was := m.glanceOf(text)
		for i := range text {
			text[i] ^= 2
			if m.glanceOf(text) == was {
				t.Errorf("byte %d of %d does not count", i, n)
			}
			text[i] ^= 2
		}
	}
}

func TestTerminalEscapesDoNotCount(t *testing.T) {
	m := New(Options{})
	plain := m.Add([]byte("payment failed for order 17"))
	for _, line := range []string{
		"\x1b[31mpayment\x1b[0m failed for order \x1b[1;34m17\x1b[0m",
		"\x1b]0;title\x07payment failed for order 18",
		"payment failed for order 19\x1b[K",
	} {
		if got := m.Add([]byte(line)); got != plain {
			t.Errorf("%q is %q", line, m.Template(got))
		}
	}
	if m.Add([]byte("\x1b[31mpayment\x1b[0m done for order 17")) == plain {
		t.Error("words beside escapes do not count")
	}
}

func TestBinaryGarbageIsOneFamily(t *testing.T) {
	m := New(Options{})
	random := rand.New(rand.NewPCG(5, 6))
	for range 5000 {
		line := make([]byte, random.IntN(3000))
		for i := range line {
			line[i] = byte(random.Uint32())
		}
		m.Add(line)
	}
	m.Add(make([]byte, 100))
	if m.Len() > 60 {
		t.Errorf("%d shapes", m.Len())
	}
}

func TestLinesOfMegabytesAreReadToABound(t *testing.T) {
	m := New(Options{})
	a := m.Add(append([]byte("upload of 17 failed: "), bytes.Repeat([]byte("lorem ipsum "), 1<<20)...))
	b := m.Add(append([]byte("upload of 18 failed: "), bytes.Repeat([]byte("lorem ipsum "), 2<<20)...))
	if a != b {
		t.Errorf("%q and %q", m.Template(a), m.Template(b))
	}
	if c := m.Add(bytes.Repeat([]byte("x"), 50<<20)); len(m.Template(c)) > TemplateMost+3 {
		t.Errorf("a template of %d bytes", len(m.Template(c)))
	}
}

func TestTemplatesCanBePrinted(t *testing.T) {
	m := New(Options{})
	for _, line := range []string{"a\x00b\tc \x7f d", "bad \xff\xfe utf8 \u202e reversed", "\x1b", "\n\n", "tab\tand\rreturn", "\u200bzero width"} {
		checkPrintable(t, m.Template(m.Add([]byte(line))))
	}
}

func checkPrintable(t *testing.T, template string) {
	t.Helper()
	if len(template) == 0 || len(template) > TemplateMost+len("…") {
		t.Errorf("template of %d bytes", len(template))
	}
	for _, r := range template {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			t.Errorf("template %q has %q", template, r)
		}
	}
}

func TestSecretsAreTakenOutBeforeWordsAreKept(t *testing.T) {
	m := New(Options{Redact: func(line []byte) []byte { return bytes.ReplaceAll(line, []byte("hunter"), []byte("***")) }})
	line := []byte("login with password hunter of bob")
	id := m.Add(line)
	if got := m.Template(id); got != "login with password <*> of bob" {
		t.Errorf("template %q", got)
	}
	if string(line) != "login with password hunter of bob" {
		t.Error("the line was changed")
	}
	if bytes.Contains(m.AppendTo(nil), []byte("hunter")) {
		t.Error("the secret is saved")
	}
}

func TestAMillionFamiliesDoNotFillTheMemory(t *testing.T) {
	m := New(Options{Memory: 4 << 20})
	known := m.Add([]byte("payment failed for order 17"))
	random := rand.New(rand.NewPCG(1, 2))
	most := 0
	for range 200_000 {
		var line []byte
		for range 3 + random.IntN(9) {
			line = append(randomWord(line, random), ' ')
		}
		m.Add(line)
		most = max(most, m.size(0))
	}
	if m.Unknown() == 0 || most > 4<<20 {
		t.Errorf("%d unknown lines, %d bytes", m.Unknown(), most)
	}
	if m.Add([]byte("payment failed for order 18")) != known {
		t.Error("a family of before was forgotten")
	}
	before := m.Unknown()
	if m.Add([]byte("something entirely new has happened here")) != Unknown || m.Unknown() != before+1 {
		t.Error("a new family is not unknown")
	}
	if m.Template(Unknown) == "" || m.Key(Unknown) == "" {
		t.Error("what is unknown has no name")
	}
}

func TestFreeTextBecomesOneFamily(t *testing.T) {
	m := New(Options{})
	random := rand.New(rand.NewPCG(1, 2))
	var last ID
	for range 3000 {
		line := []byte("comment:")
		for range 6 {
			line = randomWord(append(line, ' '), random)
		}
		last = m.Add(line)
	}
	if got := m.Template(last); got != "comment: <*>" || m.Len() > groupMost+10 {
		t.Errorf("template %q, %d shapes", got, m.Len())
	}
}

func TestOrderOfLinesDoesNotMatterMuch(t *testing.T) {
	lines := synthetic(2000, 0)
	first := New(Options{})
	addAll(first, lines)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	second := New(Options{})
	addAll(second, lines)
	if first.Len() != len(spoken) || second.Len() != len(spoken) {
		t.Errorf("%d and %d shapes, want %d", first.Len(), second.Len(), len(spoken))
	}
}
