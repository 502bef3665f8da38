package ssh_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"noon/host"
	"noon/host/ssh"
)

// follow streams a command's output into a pipe that ends with it.
func follow(ctx context.Context, h *ssh.Host, c host.Command) (*bufio.Reader, <-chan error) {
	r, w := io.Pipe()
	ended := make(chan error, 1)
	context.AfterFunc(ctx, func() { r.Close() })
	go func() {
		_, err := h.Stream(ctx, c, w)
		w.Close()
		ended <- err
	}()
	return bufio.NewReader(r), ended
}

func firstLine(t *testing.T, out *bufio.Reader) string {
	t.Helper()
	line, err := out.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

// awaitGone waits until a process has ended; a zombie counts as ended.
func awaitGone(t *testing.T, pid string) {
	t.Helper()
	for t.Context().Err() == nil {
		stat, err := os.ReadFile("/proc/" + pid + "/stat")
		if err != nil || strings.Contains(string(stat), ") Z ") {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

func TestAStreamIsReadWhileItsCommandRuns(t *testing.T) {
	_, h := machine(t)
	in, say := io.Pipe()
	out, ended := follow(t.Context(), h, host.Command{Line: `while read -r line; do echo "$HI $line"; done`, Env: map[string]string{"HI": "'got'"}, Stdin: in})
	for _, word := range []string{"one", "two"} {
		io.WriteString(say, word+"\n")
		if line := firstLine(t, out); line != "'got' "+word {
			t.Fatal(line)
		}
	}
	say.Close()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestAStreamIsKilledWithItsChildrenWhenItsTimeIsUp(t *testing.T) {
	_, h := machine(t)
	ctx, cancel := context.WithCancel(t.Context())
	out, ended := follow(ctx, h, host.Command{Line: `sleep 1000 & echo $!; yes`})
	pid := firstLine(t, out)
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	awaitGone(t, pid)
}

func TestAStreamWhoseConnectionIsCutEndsOnBothSides(t *testing.T) {
	sshd, h := machine(t)
	in, _ := io.Pipe()
	out, ended := follow(t.Context(), h, host.Command{Line: `echo $$; cat; exit 0`, Stdin: in})
	pid := firstLine(t, out)
	sshd.Cut()
	failsWith(t, <-ended, sshd.Name, "the connection broke")
	awaitGone(t, pid)
	says(t, h, "echo two", "two\n")
}

func TestCommandsRunBesideAStreamThatNobodyReads(t *testing.T) {
	_, h := machine(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out, ended := follow(ctx, h, host.Command{Line: "echo; yes"})
	firstLine(t, out)
	answers := make(chan error, 20)
	for range cap(answers) {
		go func() {
			_, err := h.Run(ctx, host.Command{Line: "sleep 0.1; head -c 1000000 /dev/zero"})
			answers <- err
		}()
	}
	for range cap(answers) {
		if err := <-answers; err != nil {
			t.Error(err)
		}
	}
	cancel()
	<-ended
}

func TestAStreamGivesItsSessionToACommand(t *testing.T) {
	_, h := machine(t, "MaxSessions 1")
	in, _ := io.Pipe()
	out, ended := follow(t.Context(), h, host.Command{Line: `echo $$; cat`, Stdin: in})
	pid := firstLine(t, out)
	says(t, h, "echo one", "one\n")
	failsWith(t, <-ended, "MaxSessions", "given up for a command")
	awaitGone(t, pid)
}
