package format

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// read is when the lines of the tests were read.
var read = time.Date(2026, 11, 21, 13, 30, 0, 0, time.UTC)

func TestGoldenFilesOfEveryFormat(t *testing.T) {
	inputs, err := filepath.Glob("testdata/*/*.log")
	if err != nil || len(inputs) < 10 {
		t.Fatal(len(inputs), err)
	}
	for _, input := range inputs {
		t.Run(filepath.Base(input), func(t *testing.T) {
			bytes, err := os.ReadFile(input)
			if err != nil {
				t.Fatal(err)
			}
			compareGolden(t, strings.TrimSuffix(input, ".log")+".golden", told(bytes))
		})
	}
}

// told returns the entries of a source as text.
func told(source []byte) string {
	var out strings.Builder
	s := New(Options{Location: time.UTC})
	emit := func(e *Entry) { tell(&out, e) }
	s.Push(source, read, emit)
	s.Close(emit)
	return out.String()
}

func tell(out *strings.Builder, e *Entry) {
	at := "-"
	if !e.Time.IsZero() {
		at = e.Time.Format("2006-01-02T15:04:05.999999999Z07:00")
	}
	level, episode := e.Level.String(), string(e.Episode)
	if level == "" {
		level = "-"
	}
	if episode == "" {
		episode = "-"
	}
	fmt.Fprintf(out, "%s %s %s\n\t%s\n", at, level, episode, e.Text)
	if e.Lines > 1 {
		fmt.Fprintf(out, "\tlines: %d\n", e.Lines)
	}
	if e.Stack != nil {
		fmt.Fprintf(out, "\tstack: %s\n", e.Stack.Key)
	}
}

func compareGolden(t *testing.T, golden, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; rewrite with -update):\n%s", golden, diff)
	}
}
