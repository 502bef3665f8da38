package logs_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"noon/judge/logs"
)

var update = flag.Bool("update", false, "write the golden file anew")

// TestWordsOfFindings holds what people read, beside the story that led to it.
func TestWordsOfFindings(t *testing.T) {
	var b strings.Builder
	for _, story := range stories {
		fmt.Fprintf(&b, "# %s\n%s\n", story.name, told(story.tell()))
	}
	const golden = "testdata/words.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got := b.String(); got != string(want) {
		t.Errorf("testdata/words.txt differs (-update writes it anew):\n%s", got)
	}
}

var stories = []struct {
	name string
	tell func() logs.Report
}{
	{"nothing is wrong, after a minute", func() logs.Report { return after(time.Minute, logs.Watch{}, nil) }},
	{"nothing is wrong, after ten minutes", func() logs.Report { return after(10*time.Minute, logs.Watch{}, nil) }},
	{"a new error, after ten seconds", func() logs.Report { return after(10*time.Second, logs.Watch{}, coupons) }},
	{"a new error, after four minutes", func() logs.Report { return after(4*time.Minute, logs.Watch{}, coupons) }},
	{"a new panic with its error", func() logs.Report { return after(4*time.Minute, logs.Watch{}, panics) }},
	{"a new line that says nothing is wrong", func() logs.Report { return after(10*time.Minute, logs.Watch{}, recommends) }},
	{"a warning four times as often", func() logs.Report { return after(10*time.Minute, logs.Watch{}, evicts) }},
	{"a known caveat at its rate", func() logs.Report { return after(10*time.Minute, logs.Watch{Register: []logs.Caveat{cacheFull}}, nil) }},
	{"a known caveat four times as often", func() logs.Report {
		return after(10*time.Minute, logs.Watch{Register: []logs.Caveat{cacheFull}}, evicts)
	}},
	{"a line that vanished", func() logs.Report { return after(10*time.Minute, logs.Watch{}, vanishes) }},
	{"an error in other words", func() logs.Report { return after(10*time.Minute, logs.Watch{}, rewords) }},
	{"an error at the start", func() logs.Report { return after(time.Minute, logs.Watch{}, startsBadly) }},
	{"lines were missed", func() logs.Report {
		return after(10*time.Minute, logs.Watch{}, func(s *shop) func(string, bool, int) {
			return func(server string, canary bool, second int) {
				if canary && second%60 == 0 {
					s.judge.Missed(server, 100, "more than 1,000 lines a second")
				}
			}
		})
	}},
}

// after tells ten minutes of the past and so much of the watch.
func after(d time.Duration, w logs.Watch, also func(*shop) func(string, bool, int)) logs.Report {
	s := newShop(4, w)
	if also != nil {
		s.also = also(s)
	}
	s.run(10 * time.Minute)
	s.upgrade("web1")
	return s.run(d)
}

func panics(s *shop) func(string, bool, int) {
	return func(server string, canary bool, second int) {
		if canary && second%9 == 0 {
			s.write(server, logs.Error, "checkout of customer %d failed", second)
			l := s.line(server, logs.Fatal, "panic: nil basket")
			l.Stack = &logs.Stack{Key: "nil basket: shop.apply", Text: "goroutine 7\nshop.apply()"}
			s.judge.Add(l)
		}
	}
}

func recommends(s *shop) func(string, bool, int) {
	return func(server string, canary bool, second int) {
		if canary && second%3 == 0 {
			s.write(server, logs.Info, "recommended %d items to a customer", second)
		}
	}
}

func evicts(s *shop) func(string, bool, int) {
	return func(server string, canary bool, second int) {
		if canary && second%2 == 0 {
			s.write(server, logs.Warning, "session cache full, evicted %d entries", second%50)
		}
	}
}

func vanishes(s *shop) func(string, bool, int) {
	return func(server string, canary bool, second int) {
		if !canary && (second+int(server[3]))%3 == 0 {
			s.write(server, logs.Info, "mail %d handed over", second)
		}
	}
}

func rewords(s *shop) func(string, bool, int) {
	return func(server string, canary bool, second int) {
		switch {
		case (second+int(server[3]))%4 != 0:
		case canary:
			s.write(server, logs.Error, "card of customer %d was declined by the bank", second)
		default:
			s.write(server, logs.Error, "card of customer %d declined by bank", second)
		}
	}
}

func startsBadly(s *shop) func(string, bool, int) {
	return func(server string, canary bool, second int) {
		if canary && second == 600 {
			l := s.line(server, logs.Error, "migration 7 cannot be found")
			l.Starting = true
			s.judge.Add(l)
		}
	}
}
