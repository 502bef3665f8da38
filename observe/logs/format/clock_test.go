package format

import (
	"math/rand/v2"
	"testing"
	"time"
)

func TestStampsOfEveryKind(t *testing.T) {
	berlin := time.FixedZone("CET", 3600)
	for _, c := range []struct {
		in   string
		want string // in UTC; "" is no stamp
		n    int    // its length; 0 is all of it
	}{
		{"2026-11-21T13:00:00Z", "2026-11-21T13:00:00Z", 0},
		{"2026-11-21T13:00:00.123456789Z", "2026-11-21T13:00:00.123456789Z", 0},
		{"2026-11-21T13:00:00,123+02:00", "2026-11-21T11:00:00.123Z", 0},
		{"2026-11-21 13:00:00.5-0530", "2026-11-21T18:30:00.5Z", 0},
		{"2026-11-21 13:00:00 +0000 x", "2026-11-21T13:00:00Z", 25},
		{"2026-11-21 13:00:00 UTC x", "2026-11-21T13:00:00Z", 23},
		{"2026-11-21 13:00:00 x", "2026-11-21T12:00:00Z", 19},
		{"2026-11-21 13:00:00 - x", "2026-11-21T12:00:00Z", 19},
		{"2026-11-21 13:00:00 -5 left", "2026-11-21T12:00:00Z", 19},
		{"2026-11-21T13:00:00+01 x", "2026-11-21T12:00:00Z", 22},
		{"2026/11/21 13:00:00.000001", "2026-11-21T12:00:00.000001Z", 0},
		{"2026.11.21 13:00:00", "2026-11-21T12:00:00Z", 0},
		{"21/Nov/2026:13:00:00 +0100", "2026-11-21T12:00:00Z", 0},
		{"21-Nov-2026 13:00:00.123", "2026-11-21T12:00:00.123Z", 0},
		{"21 Nov 2026 13:00:00 GMT", "2026-11-21T13:00:00Z", 0},
		{"Sat, 21 Nov 2026 13:00:00 GMT", "2026-11-21T13:00:00Z", 0},
		{"Sat Nov 21 13:00:00.123456 2026", "2026-11-21T12:00:00.123456Z", 0},
		{"Nov 21 13:00:00 web1", "2026-11-21T12:00:00Z", 15},
		{"Nov  1 13:00:00 2025 x", "2025-11-01T12:00:00Z", 20},
		{"Dec 31 23:00:00", "2025-12-31T22:00:00Z", 0},
		{"Nov 22 13:00:00", "2026-11-22T12:00:00Z", 0},
		{"26/11/21 13:00:00", "2026-11-21T12:00:00Z", 0},
		{"261121 130000 x", "2026-11-21T12:00:00Z", 13},
		{"20261121T130000Z", "2026-11-21T13:00:00Z", 0},
		{"20261121-13:00:00:123|x", "2026-11-21T12:00:00.123Z", 21},
		{"11-21 13:00:00.123", "2026-11-21T12:00:00.123Z", 0},
		{"13:00:00.123", "2026-11-21T12:00:00.123Z", 0},
		{"1795266000", "", 0}, // may be any number at the head of a line
		{"1795266000.5 ", "", 0},
		{"1795266000.123 x", "2026-11-21T13:00:00.123Z", 14},
		{"1795266000123 x", "2026-11-21T13:00:00.123Z", 13},
		{"2026-13-21T13:00:00Z", "", 0},
		{"2026-11-21T25:00:00Z", "", 0},
		{"2026-11-21T13:61:00Z", "", 0},
		{"2026-11-21", "", 0},
		{"2026-11-21Tab:cd:ef", "", 0},
		{"2026-11-21T13:00:00abc", "", 0},
		{"Nov 21 of this year", "", 0},
		{"Mon", "", 0},
		{"12:34", "", 0},
		{"", "", 0},
	} {
		k := clock{zone: berlin, now: read}
		at, n := k.stamp([]byte(c.in))
		got := ""
		if n > 0 {
			got = at.Format(time.RFC3339Nano)
		}
		want := c.n
		if want == 0 && c.want != "" {
			want = len(c.in)
		}
		if got != c.want || n != want {
			t.Errorf("%q: %q of %d bytes, want %q of %d", c.in, got, n, c.want, want)
		}
	}
}

func TestTheYearIsTheOneInWhichALineIsNotOfTheFuture(t *testing.T) {
	for now, want := range map[string]string{
		"2026-01-01T00:00:05Z": "2025-12-31T23:59:59Z",
		"2025-12-31T23:59:50Z": "2025-12-31T23:59:59Z", // clocks differ
		"2026-06-01T00:00:00Z": "2025-12-31T23:59:59Z",
	} {
		at, err := time.Parse(time.RFC3339, now)
		if err != nil {
			t.Fatal(err)
		}
		e := NewParser(Options{}).Parse([]byte("Dec 31 23:59:59 web1 x[1]: y"), at)
		if got := e.Time.Format(time.RFC3339); got != want {
			t.Errorf("read at %s: %s, want %s", now, got, want)
		}
	}
	if e := NewParser(Options{}).Parse([]byte("Dec 31 23:59:59 web1 x[1]: y"), time.Time{}); !e.Time.IsZero() {
		t.Errorf("the time is known without a year: %v", e.Time)
	}
}

func TestADayOfTimesWithoutDateEndsAtMidnight(t *testing.T) {
	midnight := time.Date(2026, 11, 21, 0, 0, 1, 0, time.UTC)
	for in, want := range map[string]string{"23:59:59.5 x": "2026-11-20T23:59:59.5Z", "00:00:00.5 x": "2026-11-21T00:00:00.5Z"} {
		k := clock{now: midnight}
		if at, _ := k.stamp([]byte(in)); at.Format(time.RFC3339Nano) != want {
			t.Errorf("%s is %v, want %s", in, at, want)
		}
	}
}

func TestEpochsInEveryUnit(t *testing.T) {
	for in, want := range map[string]string{
		"1795266000": "2026-11-21T13:00:00Z", "1795266000.25": "2026-11-21T13:00:00.25Z", "1795266000123": "2026-11-21T13:00:00.123Z",
		"1795266000123456": "2026-11-21T13:00:00.123456Z", "1795266000123456789": "2026-11-21T13:00:00.123456789Z",
	} {
		if got := epoch([]byte(in)).Format(time.RFC3339Nano); got != want {
			t.Errorf("%s is %s, want %s", in, got, want)
		}
	}
	for _, in := range []string{"", "1", "12345678901", "-1795266000", "1.7e9", "99999999999999999999", "1795266000.x", "0000000000"} {
		if got := epoch([]byte(in)); !got.IsZero() {
			t.Errorf("%s is %v", in, got)
		}
	}
}

func TestTimesAreThoseOfTheStandardLibrary(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	zone := time.FixedZone("x", -5*3600-1800)
	for range 20000 {
		want := time.Unix(random.Int64N(7_000_000_000), random.Int64N(1e9)).In(zone)
		for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999", "02/Jan/2006:15:04:05 -0700", "Mon, 02 Jan 2006 15:04:05 GMT"} {
			text := want.Format(layout)
			parsed, err := time.ParseInLocation(layout, text, zone)
			if err != nil {
				t.Fatal(err)
			}
			k := clock{zone: zone, now: read}
			if got, n := k.stamp([]byte(text)); n != len(text) || !got.Equal(parsed) && layout != "Mon, 02 Jan 2006 15:04:05 GMT" {
				t.Fatalf("%s is %v of %d bytes, want %v", text, got, n, parsed)
			}
		}
	}
}
