package logs_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"noon/fleet"
	"noon/host"
)

// pastLines are lines of the last 50 minutes, evenly, each with its time first.
func pastLines(n int, rest string) []string {
	var all []string
	for i := range n {
		at := time.Now().Add(50 * time.Minute / time.Duration(n) * time.Duration(i-n))
		all = append(all, fmt.Sprintf("%s order %d %s", at.UTC().Format("2006-01-02T15:04:05.000000000Z07:00"), i, rest))
	}
	return all
}

// untold follows since some time ago, and asserts whether it is told that not all
// of the past is read.
func untold(t *testing.T, h host.Host, ago time.Duration, source fleet.LogSource, want bool) {
	t.Helper()
	to := newHeard()
	since := time.Time{}
	if ago != 0 {
		since = time.Now().Add(-ago)
	}
	defer followSince(t, h, web1, since, to, source)()
	to.awaitRead(t)
	to.awaitLine(t, "the last one is read")
	to.locked(func() {
		cut := slices.ContainsFunc(to.whys, func(why string) bool { return strings.Contains(why, "than is read of the past") })
		if cut != want {
			t.Errorf("since %s ago: told %q, unsure %d", ago, to.whys, to.unsure)
		}
	})
}

func TestAPastThatIsTooLongIsSaid(t *testing.T) {
	h, _ := places[0].make(t)
	file := filepath.Join(t.TempDir(), "app.log")
	add(t, file, pastLines(150_000, strings.Repeat("was taken ", 7))...)
	add(t, file, "the last one is read")
	source := fileSource(file)
	source.History = time.Minute
	untold(t, h, 0, source, false)
	untold(t, h, 5*time.Minute, source, false)
	untold(t, h, time.Hour, source, true)
}

func TestAContainersPastThatIsTooLongIsSaid(t *testing.T) {
	program := dockerHere(t)
	h, _ := places[0].make(t)
	for _, c := range []struct {
		lines int
		want  bool
	}{{15_000, false}, {5_000, true}} {
		add(t, program+".log", pastLines(c.lines, "was taken")...)
		add(t, program+".log", time.Now().UTC().Format(time.RFC3339Nano)+" the last one is read")
		untold(t, h, time.Hour, dockerSource("shop"), c.want)
	}
	untold(t, h, 0, dockerSource("shop"), false)
}
