package format

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"noon/judge/logs"
)

func TestNoLineIsTooMuch(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 10000)
	wide := `{"msg":"wide"` + strings.Repeat(`,"k":"v"`, 8000) + "}"
	for name, line := range map[string]string{
		"deep objects":     deep,
		"deep and whole":   deep + "1" + strings.Repeat("}", 10000),
		"deep arrays":      `{"msg":"x","a":` + strings.Repeat("[", 60000),
		"many fields":      wide,
		"long name":        `{"` + strings.Repeat("n", 60000) + `":1}`,
		"long number":      `{"n":` + strings.Repeat("9", 60000) + `}`,
		"escapes":          `{"msg":"` + strings.Repeat(`\u00e9`, 10000) + `"}`,
		"broken escapes":   `{"msg":"` + strings.Repeat(`\`, 60000) + `"}`,
		"quotes":           strings.Repeat(`"`, 60000),
		"brackets":         strings.Repeat("[", 60000),
		"logfmt":           strings.Repeat("a=b ", 15000),
		"equals":           strings.Repeat("=", 60000),
		"structured data":  "<34>1 - - - - - " + strings.Repeat(`[a b="`, 10000),
		"journald bytes":   `{"__REALTIME_TIMESTAMP":"1","_PID":"1","MESSAGE":[` + strings.Repeat("27,", 20000) + `]}`,
		"docker in docker": strings.Repeat(`{"log":"{\"log\":\"`, 3000),
		"NUL":              strings.Repeat("\x00", 60000),
		"escape":           strings.Repeat("\x1b", 60000),
		"sequences":        strings.Repeat("\x1b[0m", 15000),
		"not UTF-8":        strings.Repeat("\xff", 60000),
		"capitals":         strings.Repeat("ERROR", 12000),
		"stack":            `{"stack":"` + strings.Repeat(`at a.b(c:1:2)\n`, 4000) + `"}`,
		"frames":           `{"stack":[` + strings.Repeat(`{"class":"a","method":"b"},`, 2000) + `]}`,
		"dots":             strings.Repeat("a.", 30000) + "Exception: x",
	} {
		begun := time.Now()
		s := New(Options{})
		see := func(e *Entry) { sound(t, e) }
		s.Push([]byte("ERROR before\n"+line+"\n\tat x\n"), read, see)
		s.Close(see)
		if took := time.Since(begun); took > 2*time.Second {
			t.Errorf("%s: %v", name, took)
		}
		if kept := cap(s.parser.decoded) + cap(s.parser.text) + cap(s.parser.bare); kept > 2<<20 {
			t.Errorf("%s: %d bytes are kept", name, kept)
		}
	}
}

func TestWhatIsCutIsStillUnderstood(t *testing.T) {
	line := `{"level":"error","msg":"payment failed","order":1,"body":"` + strings.Repeat("x", 2*LineMost) + `"}` + "\n"
	s := New(Options{})
	s.Push([]byte(line), read, func(e *Entry) {
		if !e.Cut || e.Level != logs.Error || string(e.Text) != "payment failed {body,order}" || len(e.Raw()) != logs.RawMost {
			t.Errorf("%v %v %q", e.Cut, e.Level, e.Text)
		}
	})
}

func TestAnEntryDoesNotChangeTheBytesItIsMadeOf(t *testing.T) {
	source := bytes.Join([][]byte{[]byte("password=x \x1b[1mERROR\x1b[0m"), []byte(`{"a":"\n"}`)}, []byte{'\n'})
	before := bytes.Clone(source)
	s := New(Options{})
	s.Push(source, read, func(*Entry) {})
	if !bytes.Equal(source, before) {
		t.Errorf("%q", source)
	}
}
