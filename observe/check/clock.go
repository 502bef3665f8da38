package check

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"noon/fleet"
)

// Clock reads the server's own clock. Where that tells whole seconds only, it
// is rounded down, so that a process which starts right afterwards counts as
// started after it.
func (c *Checker) Clock(ctx context.Context, server fleet.Server) (time.Time, error) {
	h, err := c.reach(server)
	if err != nil {
		return time.Time{}, fmt.Errorf("read the clock of %s: %w", server.Name, err)
	}
	l := &look{host: h, server: server}
	out, err := l.script(ctx, "date +%s.%N", nil)
	if err != nil {
		return time.Time{}, fmt.Errorf("read the clock of %s: %w", server.Name, err)
	}
	r, ok := parseReading(strings.TrimSpace(out))
	if !ok {
		return time.Time{}, fmt.Errorf("read the clock of %s: it says %s, which is no time", server.Name, fleet.Quoted(out))
	}
	return r.time, nil
}

// reading is a time that is true to its resolution: it was read at time or up
// to resolution later.
type reading struct {
	time       time.Time
	resolution time.Duration
}

// Times outside of these years are something else: milliseconds, an uptime.
var earliest, latest = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)

// parseReading reads seconds since 1970, with as many digits behind the point
// as there are (date without %N leaves a letter there).
func parseReading(text string) (reading, bool) {
	whole, fraction, _ := strings.Cut(text, ".")
	seconds, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || seconds < earliest.Unix() || seconds > latest.Unix() {
		return reading{}, false
	}
	part, err := strconv.ParseUint(fraction, 10, 64)
	if err != nil || len(fraction) > 9 {
		return reading{time: time.Unix(seconds, 0).UTC(), resolution: time.Second}, true
	}
	unit := time.Duration(math.Pow10(9 - len(fraction)))
	return reading{time: time.Unix(seconds, int64(part)*int64(unit)).UTC(), resolution: unit}, true
}

// reported is the process whose start the application or a command tells.
func reported(text string) fleet.Process {
	r, ok := parseReading(text)
	if !ok {
		t, err := time.Parse(time.RFC3339Nano, text)
		if err != nil || len(text) > len("2006-01-02T15:04:05.999999999+07:00") || t.Before(earliest) || t.After(latest) {
			return fleet.Process{Trouble: "the start is told as " + fleet.Quoted(text) + ", which is neither a time like 2026-11-20T15:04:05Z nor seconds since 1970"}
		}
		r = reading{time: t.UTC(), resolution: resolutionOf(text)}
	}
	return fleet.Process{ID: text, Started: r.time, Resolution: r.resolution}
}

// resolutionOf counts the digits behind the second.
func resolutionOf(text string) time.Duration {
	_, fraction, _ := strings.Cut(text, ".")
	unit := time.Second
	for i := 0; i < len(fraction) && fraction[i] >= '0' && fraction[i] <= '9' && unit > 1; i++ {
		unit /= 10
	}
	return unit
}
