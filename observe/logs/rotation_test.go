package logs_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"noon/host"
	"noon/observe/logs"
)

// copyTruncate does as logrotate's copytruncate.
func copyTruncate(t *testing.T, from, to string) {
	t.Helper()
	content, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, content, 0o644)
	}
	if err == nil {
		err = os.Truncate(from, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestAFileThatIsCopiedAndTruncatedLosesNothingAndSaysNothingTwice(t *testing.T) {
	everywhere(t, func(t *testing.T, h host.Host) {
		for name, pattern := range map[string]string{"with the copy": "*", "without": "*.log", "copy first": "*"} {
			t.Run(name, func(t *testing.T) {
				dir := t.TempDir()
				file := filepath.Join(dir, "app.log")
				past := numbered("the past of the file", 0, 100)
				add(t, file, past...)
				to := follow(t, h, fileSource(filepath.Join(dir, pattern)))
				to.awaitRead(t)
				want := past
				for i, line := range numbered("a line that is written", 0, 200) {
					if i == 25 || i == 70 || i == 130 || i == 180 {
						// No file comes and goes between two looks.
						to.awaitLine(t, want[len(want)-20])
						copied := file + "." + line
						if name == "copy first" {
							copied = filepath.Join(dir, "a"+line)
						}
						copyTruncate(t, file, copied)
					}
					add(t, file, line)
					want = append(want, line)
					time.Sleep(2 * time.Millisecond)
				}
				to.exactly(t, want...)
				if to.unsure != 0 {
					t.Error(to.whys)
				}
			})
		}
	})
}

func TestACopyThatTakesItsTimeIsNotReadTwice(t *testing.T) {
	everywhere(t, func(t *testing.T, h host.Host) {
		dir := t.TempDir()
		file, copied := filepath.Join(dir, "app.log"), filepath.Join(dir, "app.log.1")
		past := numbered("the past of the file", 0, 1000)
		add(t, file, past...)
		to := follow(t, h, fileSource(filepath.Join(dir, "*")))
		to.awaitRead(t)
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for len(content) > 0 {
			n := min(len(content), 3000)
			f, _ := os.OpenFile(copied, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
			f.Write(content[:n])
			f.Close()
			content = content[n:]
			time.Sleep(70 * time.Millisecond)
		}
		if err := os.Truncate(file, 0); err != nil {
			t.Fatal(err)
		}
		add(t, file, "afterwards")
		to.exactly(t, append(past, "afterwards")...)
	})
}

func TestATruncatedFileWithoutACopyIsSaid(t *testing.T) {
	everywhere(t, func(t *testing.T, h host.Host) {
		file := filepath.Join(t.TempDir(), "app.log")
		add(t, file, numbered("past", 0, 10)...)
		to := follow(t, h, fileSource(file))
		to.awaitRead(t)
		if err := os.Truncate(file, 0); err != nil {
			t.Fatal(err)
		}
		add(t, file, "one")
		to.awaitLine(t, "one")
		to.await(t, "the loss to be told", func() bool { return to.unsure == 1 && strings.Contains(to.whys[0], "truncated") })
	})
}

// A file that is made anew often has the inode of the one before.
func TestAFileThatIsDeletedAndMadeAnewIsReadFromItsBeginning(t *testing.T) {
	everywhere(t, func(t *testing.T, h host.Host) {
		file := filepath.Join(t.TempDir(), "app.log")
		add(t, file, "past")
		to := follow(t, h, fileSource(file))
		to.awaitRead(t)
		want, later := []string{"past"}, time.Now()
		for _, line := range numbered("a longer line than before", 0, 5) {
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
			add(t, file, line, line+" and more, so that it is longer than what was there")
			want = append(want, line, line+" and more, so that it is longer than what was there")
			// As if a second had passed: they are as long as each other.
			later = later.Add(time.Second)
			if err := os.Chtimes(file, later, later); err != nil {
				t.Fatal(err)
			}
			to.awaitLine(t, line)
		}
		to.exactly(t, want...)
	})
}

func TestAFileThatIsReplacedByRenamingIsReadFromItsBeginning(t *testing.T) {
	everywhere(t, func(t *testing.T, h host.Host) {
		dir := t.TempDir()
		file := filepath.Join(dir, "app.log")
		add(t, file, "past")
		to := follow(t, h, fileSource(file))
		to.awaitRead(t)
		add(t, filepath.Join(dir, "new"), "one", "two")
		if err := os.Rename(filepath.Join(dir, "new"), file); err != nil {
			t.Fatal(err)
		}
		to.exactly(t, "past", "one", "two")
	})
}

func TestFilesThatAppearLaterAreRead(t *testing.T) {
	everywhere(t, func(t *testing.T, h host.Host) {
		dir := t.TempDir()
		to := follow(t, h, fileSource(filepath.Join(dir, "*", "{server}*.log")))
		to.await(t, "nothing to match", func() bool { return strings.Contains(to.silent, "/web1*.log: no file matches") })
		if err := os.Mkdir(filepath.Join(dir, "shop"), 0o755); err != nil {
			t.Fatal(err)
		}
		add(t, filepath.Join(dir, "shop", "web1a.log"), "one")
		to.awaitRead(t)
		add(t, filepath.Join(dir, "shop", "web1b.log"), "two")
		to.exactly(t, "one", "two")
	})
}

// Somebody unpacks yesterday's log beside today's, or a mount comes back.
func TestAnOldFileThatAppearsIsNotWhatIsWrittenNow(t *testing.T) {
	everywhere(t, func(t *testing.T, h host.Host) {
		dir := t.TempDir()
		add(t, filepath.Join(dir, "app.log"), "past")
		to := follow(t, h, fileSource(filepath.Join(dir, "*")))
		to.awaitRead(t)
		lately := time.Now().Add(-3 * time.Minute).UTC().Truncate(time.Second)
		stamped := func(at time.Time, words string) string { return at.UTC().Format(time.RFC3339) + " " + words }
		old := []string{stamped(time.Now().AddDate(0, 0, -1), "yesterday's line"), stamped(lately, "a line of the version before"), "panic: boom", "goroutine 1 [running]:", "main.main()", "\t/src/main.go:3 +0x1d", stamped(lately, "the last one")}
		whole := filepath.Join(t.TempDir(), "old")
		add(t, whole, old...)
		if err := os.Rename(whole, filepath.Join(dir, "old")); err != nil {
			t.Fatal(err)
		}
		to.awaitLine(t, old[len(old)-1])
		to.locked(func() {
			for _, l := range to.lines[1:] {
				if !l.Time.Round(time.Second).Equal(lately) {
					t.Errorf("%.60q is of %v, not of %v", l.Raw, l.Time, lately)
				}
			}
		})
		add(t, filepath.Join(dir, "old"), "without a time, just now")
		to.awaitLine(t, "without a time, just now")
		to.locked(func() {
			if last := to.lines[len(to.lines)-1]; time.Since(last.Time) > time.Minute {
				t.Errorf("%q is of %v", last.Raw, last.Time)
			}
		})
	})
}

func TestATraceFromBeforeACrashHasTheTimeOfTheLineBeforeIt(t *testing.T) {
	everywhere(t, func(t *testing.T, h host.Host) {
		file := filepath.Join(t.TempDir(), "app.log")
		upgraded := time.Now().Add(-2 * time.Minute).UTC().Truncate(time.Second)
		later := upgraded.Add(time.Minute)
		trace := []string{"goroutine 1 [running]:", "main.main()", "\t/src/main.go:3 +0x1d"}
		for _, lines := range [][]string{
			{upgraded.Add(-time.Minute).Format(time.RFC3339) + " live", "panic: of whatever ran before"}, trace,
			{later.Format(time.RFC3339) + " new", "panic: of the new version"}, trace, {later.Format(time.RFC3339) + " the last one"},
		} {
			add(t, file, lines...)
		}
		to := newHeard()
		followSince(t, h, web1, upgraded.Add(-logs.PastLeast), to, fileSource(file))
		to.await(t, "both traces", func() bool { return len(to.lines) == 5 })
		to.locked(func() {
			for _, l := range to.lines {
				if want := map[string]time.Time{"panic: of the new version": later}[l.Text]; l.Stack != nil && !l.Time.Equal(want) {
					t.Errorf("%s: %v", l.Text, l.Time)
				}
			}
		})
	})
}

func TestADeletedFileIsSaid(t *testing.T) {
	everywhere(t, func(t *testing.T, h host.Host) {
		file := filepath.Join(t.TempDir(), "app.log")
		add(t, file, "past")
		to := follow(t, h, fileSource(file))
		to.awaitRead(t)
		add(t, file, "one")
		to.awaitLine(t, "one")
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
		to.await(t, "it to be told", func() bool { return to.quiet && to.unsure == 1 })
		add(t, file, "two")
		to.awaitRead(t)
		to.exactly(t, "past", "one", "two")
	})
}

func TestALineIsReadWhenItsEndHasCome(t *testing.T) {
	everywhere(t, func(t *testing.T, h host.Host) {
		file := filepath.Join(t.TempDir(), "app.log")
		f, err := os.Create(file)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		to := follow(t, h, fileSource(file))
		to.awaitRead(t)
		for _, piece := range []string{"the begin", "ning and the ", "end\n"} {
			io.WriteString(f, piece)
			time.Sleep(120 * time.Millisecond)
		}
		to.exactly(t, "the beginning and the end")
	})
}

func TestHostileNamesAreNoCommandsAndNoFrames(t *testing.T) {
	everywhere(t, func(t *testing.T, h host.Host) {
		dir := t.TempDir()
		victim := filepath.Join(dir, "victim")
		names := []string{"a b.log", "$(touch victim).log", "`touch victim`.log", "'; touch victim; '.log", `back\slash.log`, `"quoted".log`, "-n.log", "[a-z]*.log", "*.log", "\x1b[31mred.log", "\xff\xfe.log", "..log", "#.log", "~.log", " .log", "a\n.log"}
		var want []string
		for i, name := range names {
			line := numbered("line", i, i+1)[0]
			add(t, filepath.Join(dir, name), line)
			if !strings.Contains(name, "\n") && !strings.HasPrefix(name, ".") {
				want = append(want, line)
			}
		}
		to := follow(t, h, fileSource(filepath.Join(dir, "*.log")))
		to.exactly(t, want...)
		if _, err := os.Stat(victim); err == nil {
			t.Error("a name was run as a command")
		}
		to.await(t, "the odd name to be told", func() bool { return strings.Contains(to.silent, "line break") })
	})
}

func TestAFileWhoseNameLooksLikeAnAnswerIsNotBelieved(t *testing.T) {
	dir := t.TempDir()
	add(t, filepath.Join(dir, "a\nf r1 1:1 99 1 "), "forged")
	add(t, filepath.Join(dir, "b"), "true")
	h, _ := places[0].make(t)
	to := follow(t, h, fileSource(filepath.Join(dir, "*")))
	to.exactly(t, "true")
}
