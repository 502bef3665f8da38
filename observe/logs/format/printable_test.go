package format

import (
	"strings"
	"testing"

	"noon/judge/logs"
)

func TestNothingThatATerminalObeysIsShown(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                              "plain",
		"a\tb\nc":                            "a\tb\nc",
		"\x1b[31mred\x1b[0m":                 "red",
		"\x1b]0;title\x07text":               "text",
		"\x1b]8;;http://x\x1b\\link":         "link",
		"\x1bPdevice\x1b\\text":              "text",
		"\x1bcreset":                         "reset",
		"\x1b[31":                            `\x1b[31`,
		"\x1b":                               `\x1b`,
		"nul\x00bell\x07back\x08cr\rdel\x7f": `nul\x00bell\x07back\x08cr\x0ddel\x7f`,
		"c1\u009b31m":                        `c1\u009b31m`,
		"bidi\u202eevil\u2066":               `bidi\u202eevil\u2066`,
		"bad\xff\xfeutf":                     `bad\xff\xfeutf`,
		"h\u00e9llo \u4e16\u754c":            "h\u00e9llo \u4e16\u754c",
		"zero\u200bwidth\ufeff":              `zero\u200bwidth\ufeff`,
	} {
		if got := printable([]byte(in), logs.RawMost); got != want {
			t.Errorf("%q is shown as %q, want %q", in, got, want)
		}
	}
	if got := printable([]byte(strings.Repeat("\x00", 10000)), 100); len(got) != 100 {
		t.Errorf("%d bytes", len(got))
	}
}

func TestColoursDoNotHideWhatALineSays(t *testing.T) {
	e := NewParser(Options{}).Parse([]byte("\x1b[90m2026-11-21T13:00:00Z\x1b[0m \x1b[31mERROR\x1b[0m payment \x1b[1mfailed\x1b[0m"), read)
	if string(e.Text) != "payment failed" || e.Level != logs.Error || e.Time.IsZero() {
		t.Errorf("%v %v %q", e.Time, e.Level, e.Text)
	}
}
