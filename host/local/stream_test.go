package local

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"noon/host"
)

// follow streams a command's output into a pipe that ends with it.
func follow(ctx context.Context, c host.Command) (*bufio.Reader, <-chan error) {
	r, w := io.Pipe()
	ended := make(chan error, 1)
	context.AfterFunc(ctx, func() { r.Close() })
	go func() {
		_, err := New().Stream(ctx, c, w)
		w.Close()
		ended <- err
	}()
	return bufio.NewReader(r), ended
}

func TestAStreamIsReadWhileItsCommandRuns(t *testing.T) {
	in, say := io.Pipe()
	out, ended := follow(t.Context(), host.Command{Line: `while read -r line; do echo "got $line"; done`, Stdin: in})
	for _, word := range []string{"one", "two"} {
		io.WriteString(say, word+"\n")
		if line, err := out.ReadString('\n'); line != "got "+word+"\n" {
			t.Fatal(line, err)
		}
	}
	say.Close()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestAStreamMayBeLongerThanWhatRunKeeps(t *testing.T) {
	out, ended := follow(t.Context(), host.Command{Line: "yes | head -c 10000000; echo trouble >&2; exit 3"})
	n, err := io.Copy(io.Discard, out)
	if endErr := <-ended; n != 10_000_000 || err != nil || endErr != nil {
		t.Error(n, err, endErr)
	}
}

func TestAStreamIsKilledWithItsChildrenWhenItsTimeIsUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	out, ended := follow(ctx, host.Command{Line: `sleep 1000 & echo $!; yes`})
	pid, err := out.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	file := filepath.Join(t.TempDir(), "pid")
	if err := os.WriteFile(file, []byte(strings.TrimSpace(pid)), 0o600); err != nil {
		t.Fatal(err)
	}
	waitGone(t, readPid(t, file))
}

// TestMain is also the program that TestAStreamEndsWhenNoonIsKilled kills.
func TestMain(m *testing.M) {
	if line := os.Getenv("NOON_TEST_STREAM"); line != "" {
		in, _ := io.Pipe()
		New().Stream(context.Background(), host.Command{Line: line, Stdin: in}, os.Stdout)
		return
	}
	os.Exit(m.Run())
}

func TestTheInputOfAStreamEndsWhenNoonIsKilled(t *testing.T) {
	noon := exec.Command(os.Args[0])
	noon.Env = append(os.Environ(), "NOON_TEST_STREAM=echo $$; cat; exit 0")
	out, err := noon.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := noon.Start(); err != nil {
		t.Fatal(err)
	}
	pid, err := bufio.NewReader(out).ReadString('\n')
	noon.Process.Kill()
	noon.Wait()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "pid")
	if err := os.WriteFile(file, []byte(strings.TrimSpace(pid)), 0o600); err != nil {
		t.Fatal(err)
	}
	waitGone(t, readPid(t, file))
}
