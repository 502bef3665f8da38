package logs_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"noon/fleet"
	"noon/host"
)

func commandSource(line string) fleet.LogSource {
	return fleet.LogSource{Command: line, History: 10 * time.Minute}
}

func TestWhatACommandPrintsIsRead(t *testing.T) {
	everywhere(t, func(t *testing.T, h host.Host) {
		to := follow(t, h, commandSource(`for i in 1 2 3; do echo "{server} '$NOON_ADDRESS' line $i"; sleep 0.1; done; exec sleep 1000`))
		to.exactly(t, "web1 '127.0.0.1:80' line 1", "web1 '127.0.0.1:80' line 2", "web1 '127.0.0.1:80' line 3")
		to.awaitRead(t)
	})
}

func TestDataOfAServerIsNoCommand(t *testing.T) {
	h, _ := places[0].make(t)
	victim := filepath.Join(t.TempDir(), "victim")
	s := fleet.Server{Name: "web1", Address: `$(touch ` + victim + `)'"; touch ` + victim + `; #`}
	to := newHeard()
	followServer(t, h, s, to, commandSource(`echo {address} "{address}" '{address}'; sleep 1000`))
	to.await(t, "the line", func() bool { return len(to.lines) == 1 })
	if _, err := os.Stat(victim); err == nil {
		t.Error("an address was run as a command")
	}
}

func TestACommandThatEndsIsSaidAndRunAgain(t *testing.T) {
	everywhere(t, func(t *testing.T, h host.Host) {
		file := filepath.Join(t.TempDir(), "go")
		to := follow(t, h, commandSource(`if [ -e `+file+` ]; then echo back; exec sleep 1000; fi; echo first; echo "no luck" >&2; exit 3`))
		to.await(t, "the end to be told", func() bool { return strings.Contains(to.silent, `it ended with status 3: "no luck"`) })
		if err := os.WriteFile(file, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		to.awaitLine(t, "back")
		to.awaitRead(t)
	})
}

func TestACommandThatIsRunAgainIsReadOnWhereItWas(t *testing.T) {
	everywhere(t, func(t *testing.T, h host.Host) {
		dir := t.TempDir()
		file, pasts := filepath.Join(dir, "app.log"), filepath.Join(dir, "pasts")
		now := time.Now()
		add(t, pasts, "0")
		for i := range 50 {
			add(t, file, fmt.Sprintf("%s order %d", now.Add(time.Duration(i-60)*time.Second).UTC().Format(time.RFC3339), i))
		}
		to := follow(t, h, commandSource(`echo "$NOON_PAST" >> `+pasts+`; cat `+file+`; sleep 0.2`))
		var said []string
		to.await(t, "some runs", func() bool {
			text, _ := os.ReadFile(pasts)
			said = strings.Fields(string(text))
			return len(said) > 4
		})
		add(t, file, time.Now().UTC().Format(time.RFC3339)+" new")
		to.await(t, "the new line", func() bool { return len(to.lines) > 50 })
		to.locked(func() {
			for line, n := range to.count {
				if n > 1 && !strings.HasSuffix(line, " new") {
					t.Errorf("%q came %d times", line, n)
				}
			}
		})
		for i, text := range said[1:] {
			if past, err := strconv.Atoi(text); err != nil || i == 0 && past < 600 || i > 0 && past > 60 {
				t.Errorf("run %d was told a past of %q", i, text)
			}
		}
	})
}

func TestACommandIsReadWhenAllOfItsPastIs(t *testing.T) {
	h, _ := places[0].make(t)
	to := newHeard()
	to.keep = 0
	stamp := time.Now().Add(-5 * time.Minute).UTC().Format(time.RFC3339)
	followTo(t, h, to, commandSource(`awk 'BEGIN{for(i=0;i<60000;i++) print "`+stamp+` order taken by customer number and so on and on", i % 100}'; exec sleep 1000`))
	to.awaitRead(t)
	to.locked(func() {
		n := int64(0)
		for _, times := range to.count {
			n += int64(times)
		}
		if n+to.missed < 30_000 { // a slow machine may take a pause for the end
			t.Errorf("said to be read after %d lines, of which %d were missed", n+to.missed, to.missed)
		}
	})
}

func TestSeveralSourcesOfAServerShareOneSession(t *testing.T) {
	everywhere(t, func(t *testing.T, h host.Host) {
		file := filepath.Join(t.TempDir(), "app.log")
		add(t, file, "of the file")
		to := follow(t, h,
			commandSource(`i=0; while [ $i -lt 2000 ]; do i=$((i + 1)); printf 'first %06d\n' $i; done; exec sleep 1000`),
			commandSource(`i=0; while [ $i -lt 2000 ]; do i=$((i + 1)); printf 'second %06d\n' $i; done; exec sleep 1000`),
			fileSource(file))
		want := append(numbered("first", 1, 2001), numbered("second", 1, 2001)...)
		to.exactly(t, append(want, "of the file")...)
		to.awaitRead(t)
	})
}

func TestAStackTraceIsOneEntry(t *testing.T) {
	everywhere(t, func(t *testing.T, h host.Host) {
		to := follow(t, h, commandSource(`printf 'panic: no stock\n\ngoroutine 7 [running]:\nmain.order(0x1)\n\t/srv/shop/order.go:42 +0x1\n'; exec sleep 1000`))
		to.await(t, "the trace", func() bool { return len(to.lines) == 1 && to.lines[0].Stack != nil })
	})
}

func TestSecretsAreTakenOut(t *testing.T) {
	h, _ := places[0].make(t)
	source := commandSource(`echo 'login password=hunter2secret of ana@example.com'; exec sleep 1000`)
	source.HideEmails = true
	to := follow(t, h, source)
	to.await(t, "the line", func() bool { return len(to.lines) == 1 })
	if raw := to.lines[0].Raw + to.lines[0].Text; strings.Contains(raw, "hunter2") || strings.Contains(raw, "ana@") {
		t.Error(raw)
	}
}

func TestWhatIsSaidOfACommandHoldsNoSecrets(t *testing.T) {
	h, _ := places[0].make(t)
	to := follow(t, h, commandSource(`: --password=hunter1secret; echo '{"token": "hunter3secret"} curl: (22) https://ana:hunter2secret@logs.example/x?token=abcdef0123456789: 401' >&2; exit 3`))
	to.await(t, "its end to be told", func() bool { return strings.Contains(to.silent, "it ended with status 3") })
	for _, secret := range []string{"hunter", "abcdef0123456789"} {
		if strings.Contains(to.silent, secret) {
			t.Error(to.silent)
		}
	}
}
