package format

import (
	"slices"
	"strings"
	"testing"
	"time"

	"noon/judge/logs"
)

// texts pushes source and returns what comes out at once.
func texts(s *Stream, source string, at time.Time) []string {
	var got []string
	s.Push([]byte(source), at, func(e *Entry) { got = append(got, string(e.Text)) })
	return got
}

func flushed(s *Stream, at time.Time) (got []string) {
	s.Flush(at, func(e *Entry) { got = append(got, string(e.Text)) })
	return got
}

func TestOrdinaryLinesAreNotHeldBack(t *testing.T) {
	for _, line := range []string{
		"2026-11-21 13:00:00 INFO payment accepted", "payment accepted", `{"level":"error","msg":"payment failed"}`,
		`level=error msg="payment failed"`, `10.0.0.1 - - [21/Nov/2026:13:00:00 +0000] "GET / HTTP/1.1" 500 1`,
	} {
		if got := texts(New(Options{}), line+"\n", read); len(got) != 1 {
			t.Errorf("%s: %q", line, got)
		}
	}
}

// So does Rust's tracing where it prints no time, and Python's "%(levelname)8s".
func TestLevelsInAColumnAreLinesOfTheirOwn(t *testing.T) {
	for name, want := range map[string][]string{
		"blank":    {"ERROR shop::pay: the bank is away", " INFO shop::cart: 3 items", " WARN shop::cart: slow", "TRACE shop: x"},
		"wide":     {"   ERROR shop.pay the bank is away", "    INFO shop.cart 3 items", "CRITICAL shop.cart it burns", "    INFO shop.cart 4 items"},
		"brackets": {"  [ERROR] the bank is away", "  [INFO] 3 items", "  [INFO]: 4 items"},
	} {
		s := New(Options{})
		got := append(texts(s, strings.Join(want, "\n")+"\n", read), flushed(s, read.Add(Wait+time.Second))...)
		if len(got) != len(want) {
			t.Errorf("%s: %q", name, got)
		}
	}
	trace := "Traceback (most recent call last):\n  File \"/srv/shop.py\", line 3, in pay\n    ERROR = check(bank)\nKeyError: 'bank'\n"
	s := New(Options{})
	if got := append(texts(s, trace, read), flushed(s, read.Add(Wait+time.Second))...); len(got) != 1 {
		t.Errorf("a line of source: %q", got)
	}
}

// zap adds to each error the trace of the place that logs it.
func TestATraceThatNamesNoFaultIsNotTheFault(t *testing.T) {
	for _, source := range []string{
		`{"level":"error","msg":"no such order","stacktrace":"shop.fail\n\t/srv/shop.go:3"}` + "\n",
		"2026-11-21T13:00:00.000Z\tERROR\tno such order\nshop.fail()\n\t/srv/shop.go:3\nmain.main()\n\t/srv/main.go:3\n",
	} {
		var got []*logs.Stack
		s := New(Options{})
		see := func(e *Entry) { got = append(got, e.Stack) }
		s.Push([]byte(source), read, see)
		s.Close(see)
		if len(got) != 1 || got[0] == nil || got[0].Key != "" || got[0].Text == "" {
			t.Errorf("%q: %+v", source, got)
		}
	}
}

func TestAPanicIsToldWithinTwoSecondsThoughNothingFollows(t *testing.T) {
	s := New(Options{})
	if got := texts(s, "panic: boom\n\ngoroutine 1 [running]:\nmain.main()\n\t/srv/main.go:5 +0x1\n", read); len(got) != 0 {
		t.Fatalf("before its end: %q", got)
	}
	if got := flushed(s, read.Add(Wait/2)); len(got) != 0 {
		t.Fatalf("too early: %q", got)
	}
	if got := flushed(s, read.Add(time.Second)); !slices.Equal(got, []string{"panic: boom"}) {
		t.Fatalf("after a second: %q", got)
	}
}

func TestATraceThatNeverEndsIsToldAndBounded(t *testing.T) {
	s := New(Options{})
	texts(s, "panic: boom\n", read)
	var told *logs.Stack
	lines := 0
	for i := range 40 {
		s.Push([]byte(strings.Repeat("\t/srv/main.go:5 +0x1 "+strings.Repeat("y", 100)+"\n", 1000)), read.Add(time.Duration(i)*100*time.Millisecond), func(e *Entry) {
			if told == nil && e.Stack != nil {
				told, lines = e.Stack, e.Lines
			}
		})
		if cap(s.joiner.trace) > 4*traceMost || cap(s.joiner.raw) > 8*logs.RawMost {
			t.Fatalf("%d and %d bytes are kept", cap(s.joiner.trace), cap(s.joiner.raw))
		}
	}
	if told == nil || len(told.Text) > logs.StackMost || lines < traceLines {
		t.Fatalf("%v of %d lines", told, lines)
	}
}

func TestLinesOfOthersWithinATracePassIt(t *testing.T) {
	s := New(Options{})
	got := texts(s, "2026-11-21 13:00:00 ERROR failed\njava.lang.IllegalStateException: x\n\tat a.B.c(B.java:1)\n"+
		"2026-11-21 13:00:00 INFO other\n{\"msg\":\"third\"}\n\tat a.B.d(B.java:2)\n2026-11-21 13:00:00 WARN next\n", read)
	if want := []string{"other", "third", "failed"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLineByLineGivesAnEntryForEveryLine(t *testing.T) {
	s := New(Options{LineByLine: true})
	got := texts(s, "panic: boom\n\n\tat x\n{}\nlast\n", read)
	if want := []string{"panic: boom", "", "at x", "{}", "last"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCountsTellWhatWasNotRead(t *testing.T) {
	s := New(Options{})
	texts(s, "2026-11-21 13:00:00 INFO one\ntwo\n"+strings.Repeat("x", LineMost+5)+"\n", read)
	if got, want := s.Counts(), (Counts{Lines: 3, Entries: 3, Cut: 1, Skipped: 5, Timeless: 2}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestATraceInOneMessageIsKeptWhileItIsHeld(t *testing.T) {
	s := New(Options{})
	message := `{"__REALTIME_TIMESTAMP":"1795266000123456","_PID":"7","PRIORITY":"PRIO","MESSAGE":"failed\njava.lang.IllegalStateException: x\n\tat a.B.c(B.java:1)"}`
	for _, priority := range []string{"3", "6"} {
		var stacks []string
		see := func(e *Entry) {
			if e.Stack != nil {
				stacks = append(stacks, e.Stack.Key)
			}
		}
		s.Push([]byte(strings.Replace(message, "PRIO", priority, 1)+"\n{\"msg\":\""+strings.Repeat(`\"`, 500)+"\"}\n"), read, see)
		s.Close(see)
		if want := []string{"java.lang.IllegalStateException @ a.B.c"}; !slices.Equal(stacks, want) {
			t.Errorf("got %q, want %q", stacks, want)
		}
	}
}

func TestErrorsThatFollowEachOtherAreNotOneEntry(t *testing.T) {
	for source, want := range map[string][]string{
		"Error: a\nError: b\n":                                       {"Error: a", "Error: b"},
		"WARN: a\nTypeError: b\n\tat f (/x.js:1:2)\n":                {"WARN: a", "TypeError: b"},
		"panic: a\npanic: b\n":                                       {"panic: a", "panic: b"},
		"2026-11-21 13:00:00 WARN a\npanic: b\n":                     {"a", "panic: b"},
		"2026-11-21 13:00:00 ERROR a\n2026-11-21 13:00:00 ERROR b\n": {"a", "b"},
		"2026-11-21 13:00:00 ERROR a\njava.io.IOException: x\n\tat a.b(C.java:1)\njava.io.IOException: y\n\tat a.b(C.java:1)\n":                     {"a", "java.io.IOException: y"},
		"runtime: goroutine stack exceeds 1000000000-byte limit\nfatal error: stack overflow\n\ngoroutine 1 [running]:\nmain.a()\n\t/a.go:1 +0x1\n": {"fatal error: stack overflow"},
	} {
		s := New(Options{})
		got := texts(s, source, read)
		s.Close(func(e *Entry) { got = append(got, string(e.Text)) })
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", source, got, want)
		}
	}
}
