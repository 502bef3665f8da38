package logs

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"noon/host"
	"noon/host/local"
)

// hostile is a machine whose agent says what it likes.
type hostile struct {
	*local.Local
	line string
}

func (h hostile) Stream(ctx context.Context, c host.Command, out io.Writer) (host.Result, error) {
	c.Line = h.line
	return h.Local.Stream(ctx, c, out)
}

func TestAHostileAgentIsBounded(t *testing.T) {
	for name, line := range map[string]string{
		"no end of a line":  "exec cat /dev/zero",
		"no end of answers": "exec yes 'f r1 1:1 1 1 /a'",
		"answers to nobody": "exec yes 'b r99 AAAA'",
		"nonsense":          "exec yes 'xx yy'",
		"silence":           "exec sleep 1000",
		"it ends at once":   "echo no >&2; exit 3",
		"its input is full": "sleep 1000; cat",
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			s := newSession(func(frame) {})
			err := s.run(ctx, hostile{local.New(), line}, func(ctx context.Context) error {
				if err := s.begin(); err != nil {
					return err
				}
				_, err := s.call(ctx, "l", "list", strings.Repeat("x", 100_000))
				return err
			})
			if err == nil {
				t.Error("no error")
			}
		})
	}
}

func TestFramesThatAreNoneAreRefused(t *testing.T) {
	for _, text := range []string{"", "1:1", "1:1 -5 1 /a", "1:1 5 x /a", "1:1 5 1 "} {
		if one, err := parseSeen(text); err == nil {
			t.Errorf("%q is %+v", text, one)
		}
	}
	for _, text := range []string{"", "soon", "12:00 +0000"} {
		if at, _, _, err := parseClock(text); err == nil {
			t.Errorf("%q is %v", text, at)
		}
	}
	if _, err := (frame{letter: 'b', rest: "!"}).bytes(); err == nil {
		t.Error("no error")
	}
	if _, err := (frame{letter: 'n', rest: "-3"}).number(); err == nil {
		t.Error("no error")
	}
}

// What the agent does when its input ends does not depend on what it is busy
// with: a read of a disk that hangs, for example.
func TestABusyAgentEndsWithItsInput(t *testing.T) {
	s := newSession(func(frame) {})
	s.run(t.Context(), local.New(), func(ctx context.Context) error {
		if err := s.begin(); err != nil {
			return err
		}
		if _, err := s.call(ctx, "c", "clock"); err != nil {
			return err
		}
		_, err := io.WriteString(s.in, "sleep 1000\n")
		time.Sleep(100 * time.Millisecond)
		return err
	})
}
