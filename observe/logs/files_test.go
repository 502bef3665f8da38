package logs_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"noon/host"
)

func TestTheEndOfAFileIsReadAndThenWhatComes(t *testing.T) {
	everywhere(t, func(t *testing.T, h host.Host) {
		file := filepath.Join(t.TempDir(), "a b'c.log")
		past, live := numbered("past", 0, 50), numbered("live", 0, 50)
		add(t, file, past...)
		to := follow(t, h, fileSource(file))
		to.awaitRead(t)
		for _, line := range live {
			add(t, file, line)
			time.Sleep(time.Millisecond)
		}
		to.exactly(t, append(past, live...)...)
	})
}

func TestAFileThatIsRotatedByRenamingLosesNothing(t *testing.T) {
	everywhere(t, func(t *testing.T, h host.Host) {
		for name, pattern := range map[string]string{"with the old one": "*", "without": "*.log"} {
			t.Run(name, func(t *testing.T) {
				dir := t.TempDir()
				file := filepath.Join(dir, "app.log")
				add(t, file, "start")
				to := follow(t, h, fileSource(filepath.Join(dir, pattern)))
				to.awaitRead(t)
				var want []string
				for i, line := range numbered("line", 0, 200) {
					if i%50 == 25 {
						// No file comes and goes between two looks.
						to.awaitLine(t, numbered("line", i-20, i)[0])
						if err := os.Rename(file, file+"."+line); err != nil {
							t.Fatal(err)
						}
						// The program still has the old one open for a while.
						add(t, file+"."+line, "late "+line)
						want = append(want, "late "+line)
					}
					add(t, file, line)
					want = append(want, line)
					time.Sleep(2 * time.Millisecond)
				}
				to.exactly(t, append(want, "start")...)
				if to.unsure != 0 {
					t.Error(to.whys)
				}
			})
		}
	})
}
