package format

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"noon/judge/logs"
)

// samples adds all lines of the test data, or all files, as seeds.
func samples(f *testing.F, byLine bool) {
	inputs, err := filepath.Glob("testdata/*/*.log")
	if err != nil || len(inputs) == 0 {
		f.Fatal(err)
	}
	for _, input := range inputs {
		source, err := os.ReadFile(input)
		if err != nil {
			f.Fatal(err)
		}
		if !byLine {
			f.Add(source, 7)
			continue
		}
		for line := range bytes.Lines(source) {
			f.Add(bytes.TrimSuffix(line, []byte{'\n'}))
		}
	}
}

// sound checks what holds for every entry.
func sound(t *testing.T, e *Entry) {
	t.Helper()
	l := e.Line()
	if len(l.Text) > TextMost || len(l.Episode) > EpisodeMost || len(l.Raw) > logs.RawMost || e.Lines < 1 {
		t.Fatalf("too long: %d %d %d, %d lines", len(l.Text), len(l.Episode), len(l.Raw), e.Lines)
	}
	if strings.Contains(l.Text, "\n") {
		t.Fatalf("lines in the text: %q", l.Text)
	}
	if l.Level < logs.Unsaid || l.Level > logs.Fatal {
		t.Fatalf("level %d", l.Level)
	}
	safe(t, l.Raw)
	if l.Stack == nil {
		return
	}
	if safe(t, l.Stack.Text); len(l.Stack.Text) > logs.StackMost || len(l.Stack.Key) > keyMost || l.Stack.Key == "" && l.Text == "" || strings.Contains(l.Stack.Key, "\n") {
		t.Fatalf("stack %d %q", len(l.Stack.Text), l.Stack.Key)
	}
	safe(t, l.Stack.Key)
}

// safe checks that a text can be shown on a terminal.
func safe(t *testing.T, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Fatalf("not UTF-8: %q", text)
	}
	for _, r := range text {
		if r != '\n' && r != '\t' && !unicode.IsPrint(r) {
			t.Fatalf("%U in %q", r, text)
		}
	}
}

func FuzzParse(f *testing.F) {
	samples(f, true)
	p := NewParser(Options{Location: time.FixedZone("", 3600)})
	f.Fuzz(func(t *testing.T, line []byte) {
		before := bytes.Clone(line)
		e := p.Parse(line, read)
		e.finish()
		sound(t, e)
		if !bytes.Equal(line, before) {
			t.Fatal("the line was changed")
		}
		if redactedAgain(e.raw) {
			t.Fatalf("not redacted: %q", e.raw)
		}
	})
}

func FuzzJoiner(f *testing.F) {
	samples(f, false)
	f.Fuzz(func(t *testing.T, source []byte, size int) {
		whole := entries(t, source, len(source)+1)
		pieces := entries(t, source, max(1, size%(len(source)+1)))
		if whole != pieces {
			t.Fatalf("whole\n%s\nin pieces\n%s", whole, pieces)
		}
	})
}

// entries returns the entries of source in pieces of size as text, and checks
// them.
func entries(t *testing.T, source []byte, size int) string {
	t.Helper()
	var out strings.Builder
	s := New(Options{})
	lines := 0
	emit := func(e *Entry) {
		sound(t, e)
		lines += e.Lines
		tell(&out, e)
		out.WriteString(e.Raw())
	}
	for at := 0; at < len(source); at += size {
		s.Push(source[at:min(len(source), at+size)], read, emit)
	}
	s.Close(emit)
	if c := s.Counts(); int64(lines) > c.Lines {
		t.Fatalf("%d lines in entries, %d in the source", lines, c.Lines)
	}
	return out.String()
}
