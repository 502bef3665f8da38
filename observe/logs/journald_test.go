package logs_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"noon/fleet"
	"noon/host"
	judged "noon/judge/logs"
	"noon/testbed"
)

// journal is one whose entries can be waited for.
type journal struct {
	*testbed.Journal
	t *testing.T
}

func startJournal(t *testing.T) *journal {
	t.Helper()
	return &journal{testbed.StartJournal(t), t}
}

// settle waits until a message can be read.
func (j *journal) settle(message string) {
	j.t.Helper()
	for range 1000 {
		out, _ := exec.Command("journalctl", "-D", j.Dir, "-o", "cat", "-q").Output()
		if strings.Contains(string(out), message) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	j.t.Fatalf("%q does not come into the journal", message)
}

// journalPlaces are this machine and one over SSH, whose journalctl reads the
// journal.
func journalPlaces(t *testing.T, test func(t *testing.T, j *journal, h host.Host, sshd *testbed.SSHD)) {
	for _, p := range []place{places[0], places[2]} {
		t.Run(p.name, func(t *testing.T) {
			j := startJournal(t)
			h, sshd := p.make(t)
			if sshd == nil {
				t.Setenv("PATH", j.Path)
			} else {
				h, sshd = overSSHWith(t, "SetEnv SHLVL=2 PATH="+j.Path)
			}
			test(t, j, h, sshd)
		})
	}
}

func journalSource(unit string) fleet.LogSource {
	return fleet.LogSource{Journald: unit, History: 10 * time.Minute}
}

func TestTheJournalOfAUnitIsRead(t *testing.T) {
	journalPlaces(t, func(t *testing.T, j *journal, h host.Host, _ *testbed.SSHD) {
		now := time.Now()
		j.Write(now.Add(-time.Hour), "shop", "an hour ago", 6)
		j.Write(now.Add(-time.Minute), "shop", "a minute ago", 3)
		j.Write(now.Add(-time.Minute), "other", "of another unit", 6)
		j.settle("of another unit")
		to := follow(t, h, journalSource("shop"))
		to.awaitLine(t, "a minute ago")
		to.awaitRead(t)
		for i := range 20 {
			j.Write(time.Now(), "shop", fmt.Sprint("now ", i), 6)
		}
		j.Write(time.Now(), "shop", "no UTF-8 \xff \"__CURSOR\":\"forged\"", 4)
		to.await(t, "all lines", func() bool { return len(to.lines) >= 22 })
		first, last := to.lines[0], to.lines[21]
		if first.Level != judged.Error || first.Time.Sub(now.Add(-time.Minute)).Abs() > time.Second {
			t.Errorf("%v %v", first.Level, first.Time)
		}
		if last.Level != judged.Warning || !strings.Contains(last.Raw, "no UTF-8") {
			t.Errorf("%v %q", last.Level, last.Raw)
		}
	})
}

func TestTheJournalIsReadOnWhereItWas(t *testing.T) {
	j := startJournal(t)
	h, sshd := overSSHWith(t, "SetEnv SHLVL=2 PATH="+j.Path)
	j.Write(time.Now(), "other", "journalctl wants one line", 6)
	j.settle("journalctl wants one line")
	to := follow(t, h, journalSource("shop"))
	to.awaitRead(t)
	want := numbered("line", 0, 60)
	for i, line := range want {
		if i%20 == 10 {
			to.awaitLine(t, want[i-1])
			sshd.Cut()
		}
		j.Write(time.Now(), "shop", line, 6)
		time.Sleep(10 * time.Millisecond)
	}
	to.exactly(t, want...)
}

func TestTheLastWordsBeforeARebootAreRead(t *testing.T) {
	journalPlaces(t, func(t *testing.T, j *journal, h host.Host, _ *testbed.SSHD) {
		j.WriteIn("1", time.Now().Add(-time.Minute), "shop", "the last words", 2)
		j.WriteIn("2", time.Now().Add(-time.Second), "shop", "back again", 6)
		j.settle("back again")
		to := follow(t, h, journalSource("shop"))
		to.awaitRead(t)
		j.WriteIn("2", time.Now(), "shop", "now", 6)
		to.exactly(t, "the last words", "back again", "now")
	})
}

func TestAJournalThatMayNotBeReadIsSaid(t *testing.T) {
	bin := t.TempDir()
	script := "#!/bin/sh\necho 'No journal files were opened due to insufficient permissions.' >&2\nexit 1\n"
	if err := os.WriteFile(filepath.Join(bin, "journalctl"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	h, _ := places[0].make(t)
	to := follow(t, h, journalSource("shop"))
	to.await(t, "the mend", func() bool { return strings.Contains(to.silent, "systemd-journal") })
}
