package logs_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"noon/host"
	"noon/host/local"
)

// flood appends numbered lines to a file until it is enough, a million a second
// if the machine can, and returns how many.
func flood(t *testing.T, file string, enough func() bool) int64 {
	t.Helper()
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 16<<10)
	n := int64(0)
	for began := time.Now(); !enough(); {
		for range 10_000 {
			n++
			fmt.Fprintf(w, "order %d of customer 12345 was paid\n", n)
		}
		if ahead := time.Duration(n)*time.Microsecond - time.Since(began); ahead > 0 {
			time.Sleep(ahead)
		}
	}
	w.Flush()
	return n
}

// most measures how much memory is in use at the most while f runs.
func most(f func()) uint64 {
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	var ended atomic.Bool
	peak := make(chan uint64)
	go func() {
		var highest uint64
		for !ended.Load() {
			runtime.ReadMemStats(&now)
			highest = max(highest, now.HeapAlloc)
			time.Sleep(10 * time.Millisecond)
		}
		peak <- highest - min(highest, before.HeapAlloc)
	}()
	f()
	ended.Store(true)
	return <-peak
}

func TestAFloodIsCountedAndBlocksNobody(t *testing.T) {
	everywhere(t, func(t *testing.T, h host.Host) {
		dir := t.TempDir()
		file, quiet := filepath.Join(dir, "flood.log"), filepath.Join(dir, "quiet.log")
		add(t, file, "start")
		add(t, quiet, "start of the quiet one")
		to, other := newHeard(), newHeard()
		to.keep = 0
		total := int64(1)
		var read int64
		stop := followTo(t, h, to, fileSource(file))
		followTo(t, local.New(), other, fileSource(quiet))
		to.awaitRead(t)
		other.awaitRead(t)
		used := most(func() {
			// What is written during the flood is read during the flood.
			var enough atomic.Bool
			ended := make(chan struct{})
			go func() { defer close(ended); total += flood(t, file, enough.Load) }()
			for i := range 5 {
				line := fmt.Sprint("quiet line ", i)
				add(t, quiet, line)
				other.awaitLine(t, line)
			}
			to.await(t, "lines to be missed", func() bool { return to.missed > 0 })
			enough.Store(true)
			<-ended
			add(t, file, "the last")
			total++
			to.awaitLine(t, "the last")
		})
		stop()
		for _, n := range to.count {
			read += int64(n)
		}
		t.Logf("%d lines: %d read, %d missed; %d MB", total, read, to.missed, used>>20)
		if read+to.missed != total {
			t.Errorf("of %d lines %d were read and %d missed: %d are lost", total, read, to.missed, total-read-to.missed)
		}
		if to.missed == 0 || used > 150<<20 {
			t.Errorf("missed %d, used %d MB", to.missed, used>>20)
		}
	})
}

func TestACommandThatFloodsIsCountedAndBlocksNoOtherSource(t *testing.T) {
	everywhere(t, func(t *testing.T, h host.Host) {
		file := filepath.Join(t.TempDir(), "quiet.log")
		add(t, file, "start")
		to := newHeard()
		to.keep = 10
		followTo(t, h, to, commandSource("exec yes 'this comes again and again'"), fileSource(file))
		used := most(func() {
			to.await(t, "lines to be missed", func() bool { return to.missed > 1_000_000 })
			for i := range 3 {
				line := fmt.Sprint("quiet line ", i)
				add(t, file, line)
				to.awaitLine(t, line)
			}
		})
		if used > 150<<20 {
			t.Errorf("used %d MB", used>>20)
		}
	})
}

func TestAQuietLogIsReadAfterAFlood(t *testing.T) {
	everywhere(t, func(t *testing.T, h host.Host) {
		to := newHeard()
		to.keep = 0
		// The flood lasts until something of it was missed, however fast is who reads.
		flooding := filepath.Join(t.TempDir(), "flooding")
		add(t, flooding, "")
		followTo(t, h, to, commandSource(`while test -e '`+flooding+`'; do awk 'BEGIN{for(i=0;i<100000;i++) print "order taken by customer number and so on and on", i % 100}'; done; i=0; while :; do i=$((i+1)); echo "panic $i"; sleep 0.3; done`))
		to.await(t, "lines to be missed", func() bool { return to.missed > 0 })
		if err := os.Remove(flooding); err != nil {
			t.Fatal(err)
		}
		to.await(t, "what comes after the flood", func() bool {
			n := 0
			for line := range to.count {
				if strings.HasPrefix(line, "panic ") {
					n++
				}
			}
			return n >= 10
		})
	})
}

func TestALineOf50MBIsBounded(t *testing.T) {
	everywhere(t, func(t *testing.T, h host.Host) {
		file := filepath.Join(t.TempDir(), "app.log")
		add(t, file, "start")
		to := newHeard()
		followTo(t, h, to, fileSource(file))
		to.awaitRead(t)
		used := most(func() {
			f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			piece := bytes.Repeat([]byte("long "), 200_000)
			for range 50 {
				f.Write(piece)
			}
			io.WriteString(f, "\nafterwards\n")
			to.awaitLine(t, "afterwards")
		})
		if used > 150<<20 {
			t.Errorf("used %d MB", used>>20)
		}
		for _, l := range to.lines {
			if len(l.Raw) > 4<<10 {
				t.Errorf("a line of %d bytes", len(l.Raw))
			}
		}
	})
}

func TestWhatNeverEndsInALineIsBounded(t *testing.T) {
	h, _ := places[0].make(t)
	to := newHeard()
	used := most(func() {
		followTo(t, h, to, commandSource("exec cat /dev/zero"))
		time.Sleep(2 * time.Second)
	})
	if used > 150<<20 {
		t.Errorf("used %d MB", used>>20)
	}
}

func TestBinaryGarbageIsRead(t *testing.T) {
	everywhere(t, func(t *testing.T, h host.Host) {
		to := follow(t, h, commandSource(`printf 'a\000b\377\033[31mred\n'; echo "$?"; exec sleep 1000`))
		to.await(t, "both lines", func() bool { return len(to.lines) == 2 && to.lines[1].Raw == "0" })
		if strings.ContainsAny(to.lines[0].Raw, "\x00\x1b") || !utf8.ValidString(to.lines[0].Raw) {
			t.Errorf("%q", to.lines[0].Raw)
		}
	})
}
