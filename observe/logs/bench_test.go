package logs_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"noon/fleet"
	"noon/host"
	"noon/observe/logs"
	"noon/testbed"
)

// BenchmarkFollowing follows a file over SSH to which 20 lines a second are
// written, and tells how late they come and how much of a core the server
// spends on it.
func BenchmarkFollowing(b *testing.B) {
	for range b.N {
		sshd := testbed.StartSSHD(b, b.TempDir())
		h := hostOf(sshd)
		defer h.Close()
		file := filepath.Join(b.TempDir(), "app.log")
		if err := os.WriteFile(file, []byte("start\n"), 0o644); err != nil {
			b.Fatal(err)
		}
		to := newHeard()
		f := logs.New(logs.Options{
			Sources: []fleet.LogSource{fileSource(file)}, Reach: func(fleet.Server) (host.Host, error) { return h, nil },
		})
		ctx, cancel := context.WithCancel(b.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); f.Follow(ctx, web1, time.Time{}, to) }()
		for read := false; !read; time.Sleep(time.Millisecond) {
			to.locked(func() { read = !to.quiet })
		}
		before := spent(sshd)
		late := write(b, to, file, 200)
		cpu := spent(sshd) - before
		cancel()
		<-ended
		slices.Sort(late)
		b.ReportMetric(float64(late[len(late)/2].Milliseconds()), "ms-median")
		b.ReportMetric(float64(late[len(late)*99/100].Milliseconds()), "ms-p99")
		b.ReportMetric(100*cpu.Seconds()/10, "%core-of-server")
	}
}

// write writes lines for 10 s, and returns how late each was read.
func write(b *testing.B, to *heard, file string, lines int) []time.Duration {
	f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	for range lines {
		fmt.Fprintf(f, "%d was written then\n", time.Now().UnixNano())
		time.Sleep(10 * time.Second / time.Duration(lines))
	}
	time.Sleep(2 * time.Second)
	var late []time.Duration
	to.locked(func() { late = append(late, to.late...) })
	if len(late) < lines {
		b.Fatalf("%d of %d lines", len(late), lines)
	}
	return late
}

// spent is how much time the processes of all sessions have spent, with what
// they have waited for.
func spent(sshd *testbed.SSHD) time.Duration {
	var ticks int64
	for _, pid := range sshd.Processes() {
		stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		_, rest, _ := strings.Cut(string(stat), ") ")
		words := strings.Fields(rest)
		for i := 11; i <= 14 && len(words) > 14; i++ {
			n, _ := strconv.ParseInt(words[i], 10, 64)
			ticks += n
		}
	}
	return time.Duration(ticks) * time.Second / 100
}
