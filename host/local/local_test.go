package local

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"noon/host"
)

func run(t *testing.T, c host.Command) host.Result {
	t.Helper()
	result, err := New().Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func TestACommandGetsItsDataUnchanged(t *testing.T) {
	value := "a 'b' \"c\" $(reboot) `reboot` \\ \n; rm -rf / #"
	result := run(t, host.Command{Line: `printf %s "$NOON_VERSION"; cat >&2; exit 3`, Env: map[string]string{"NOON_VERSION": value}, Stdin: strings.NewReader("in")})
	if string(result.Stdout) != value || string(result.Stderr) != "in" || result.Status != 3 {
		t.Errorf("got %d %q %q", result.Status, result.Stdout, result.Stderr)
	}
}

func TestACommandThatLeavesADaemonEnds(t *testing.T) {
	pidFile := filepath.Join(t.TempDir(), "pid")
	result := run(t, host.Command{Line: `sleep 1000 & echo $! > "$PID_FILE"; echo started`, Env: map[string]string{"PID_FILE": pidFile}})
	pid := readPid(t, pidFile)
	defer syscall.Kill(pid, syscall.SIGKILL)
	if string(result.Stdout) != "started\n" || result.Status != 0 {
		t.Errorf("got %d %q", result.Status, result.Stdout)
	}
	if err := syscall.Kill(pid, 0); err != nil {
		t.Errorf("the daemon is gone: %v", err)
	}
}

func TestACommandIsKilledWithItsChildrenWhenItsTimeIsUp(t *testing.T) {
	pidFile := filepath.Join(t.TempDir(), "pid")
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for {
			if data, _ := os.ReadFile(pidFile); strings.HasSuffix(string(data), "\n") {
				cancel()
				return
			}
			time.Sleep(time.Millisecond)
		}
	}()
	_, err := New().Run(ctx, host.Command{Line: `sleep 1000 & echo $! > "$PID_FILE"; wait`, Env: map[string]string{"PID_FILE": pidFile}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	waitGone(t, readPid(t, pidFile))
}

func TestASignalThatEndsACommandIsStatusMinusOne(t *testing.T) {
	if result := run(t, host.Command{Line: "kill -9 $$"}); result.Status != -1 {
		t.Errorf("status %d", result.Status)
	}
}

func TestAWrittenFileIsWholeOrNotThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a", "b", "file")
	if err := New().Write(t.Context(), path, strings.NewReader("one"), 0o640); err != nil {
		t.Fatal(err)
	}
	broken := iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("two")))
	if err := New().Write(t.Context(), path, broken, 0o640); err == nil {
		t.Error("a broken source was not noticed")
	}
	content, _ := os.ReadFile(path)
	info, _ := os.Stat(path)
	entries, _ := os.ReadDir(filepath.Dir(path))
	if string(content) != "one" || info.Mode().Perm() != 0o640 || len(entries) != 1 {
		t.Errorf("content %q, mode %v, %d files", content, info.Mode(), len(entries))
	}
}

func TestARefusedConnectionIsToldApart(t *testing.T) {
	_, err := New().Dial(t.Context(), "unix", filepath.Join(t.TempDir(), "nothing"))
	var refused *RefusedError
	if !errors.As(err, &refused) {
		t.Errorf("error %v", err)
	}
}

func readPid(t *testing.T, path string) int {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// waitGone waits until the process has ended; a zombie counts as ended.
func waitGone(t *testing.T, pid int) {
	t.Helper()
	for t.Context().Err() == nil {
		stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if err != nil || strings.Contains(string(stat), ") Z ") {
			return
		}
		time.Sleep(time.Millisecond)
	}
}
