package check

import (
	"strings"
	"testing"
	"time"

	"noon/fleet"
)

const clock = "boot b\nhz 100\nbefore 100000\nnow 1795212000.500000000\nafter 100002\n"

func found(text, address string) fleet.Process {
	return parseListeners(text + clock).process(fleet.Server{Name: "web1", Address: address})
}

func TestOfSeveralProcessesTheOneThatStartedFirstServes(t *testing.T) {
	text := "listen 0100007F:1F90 77\nlisten 0100007F:1F90 78\nprocess 30 77 5000\nprocess 20 77 4000\nprocess 10 99 1\nprocess 25 78 4500\n"
	p := found(text, "127.0.0.1:8080")
	if p.ID != "b-20-4000" {
		t.Errorf("%+v", p)
	}
	// 100002 + 1 - 4000 ticks before the clock was read, at the most.
	if want := time.Unix(1795212000, 500_000_000).Add(-960_030 * time.Millisecond); !p.Started.Equal(want) || p.Resolution < 30*time.Millisecond || p.Resolution > 50*time.Millisecond {
		t.Errorf("started %v, not %v, true to %v", p.Started, want, p.Resolution)
	}
}

func TestProcess1ServesOnlyWhenNobodyElseDoes(t *testing.T) {
	if p := found("listen 00000000:1F90 77\nprocess 1 77 1\nprocess 20 77 4000\n", "10.0.0.1:8080"); p.ID != "b-20-4000" {
		t.Errorf("%+v", p)
	}
	if p := found("listen 00000000:1F90 77\nprocess 1 77 1\n", "10.0.0.1:8080"); p.ID != "b-1-1" {
		t.Errorf("%+v", p)
	}
}

func TestTheSocketOfTheAddressGoesBeforeOthers(t *testing.T) {
	text := "listen 00000000000000000000000000000000:1F90 1\nlisten 0B00000A:1F90 2\nlisten 0100007F:1F90 3\nprocess 11 1 11\nprocess 22 2 22\nprocess 33 3 33\n"
	for address, want := range map[string]string{"10.0.0.11:8080": "b-22-22", "10.0.0.12:8080": "b-11-11", "[::1]:8080": "b-11-11", "web1:8080": "b-11-11"} {
		if p := found(text, address); p.ID != want {
			t.Errorf("%s: %+v", address, p)
		}
	}
	if p := found("listen 0100007F:1F90 3\nprocess 33 3 33\n", "203.0.113.9:8080"); p.ID != "b-33-33" {
		t.Errorf("behind a translation: %+v", p)
	}
}

func TestAProcessThatMayNotBeLookedAtIsUnknownWithAMend(t *testing.T) {
	p := found("listen 0100007F:1F90 77\n", "127.0.0.1:8080")
	if p.Known() || !strings.Contains(p.Trouble, "another user") || !strings.Contains(p.Trouble, "check: { started:") {
		t.Errorf("%+v", p)
	}
}

func TestNonsenseFromTheMachineIsUnknown(t *testing.T) {
	for _, text := range []string{"", "listen\nprocess x y z\n", "boot b\nlisten zz:1F90 77\nprocess 2 77 5\nnow never\nhz 0\n", strings.Repeat("listen 0:0 1\n", 100_000)} {
		if p := parseListeners(text).process(fleet.Server{Name: "web1", Address: "127.0.0.1:8080"}); p.Known() || p.Trouble == "" {
			t.Errorf("%.40q: %+v", text, p)
		}
	}
}

func TestAClockOfWholeSecondsIsRoundedDown(t *testing.T) {
	for text, want := range map[string]time.Duration{"1795212000.N": time.Second, "1795212000": time.Second, "1795212000.5": 100 * time.Millisecond, "1795212000.123456789": 1} {
		r, ok := parseReading(text)
		if !ok || r.resolution != want || r.time.Unix() != 1795212000 {
			t.Errorf("%s: %+v", text, r)
		}
	}
	for _, text := range []string{"", "12", "-1795212000", "1795212000123", "now"} {
		if r, ok := parseReading(text); ok {
			t.Errorf("%s: %+v", text, r)
		}
	}
}
