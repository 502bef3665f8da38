package local

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"noon/fleet"
	"noon/host"
	"noon/host/output"
)

// Run runs the command with "sh -c" in a process group of its own, which is
// killed as a whole when ctx ends. A daemon that the command leaves behind
// lives on, but loses its standard output if it did not redirect it.
func (*Local) Run(ctx context.Context, c host.Command) (host.Result, error) {
	var stdout output.Kept
	result, err := execute(ctx, c, &stdout)
	result.Stdout = stdout.Bytes()
	return result, err
}

// Stream runs the command as Run does.
func (*Local) Stream(ctx context.Context, c host.Command, out io.Writer) (host.Result, error) {
	return execute(ctx, c, out)
}

func execute(ctx context.Context, c host.Command, stdout io.Writer) (host.Result, error) {
	var stderr output.Kept
	env, err := environment(c.Env)
	if err != nil {
		return host.Result{Status: -1}, err
	}
	cmd := exec.CommandContext(ctx, "sh", "-c", c.Line)
	cmd.Env = env
	cmd.Stdout, cmd.Stderr = stdout, &stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = outputDelay
	if err := feed(cmd, c.Stdin); err != nil {
		return host.Result{Status: -1}, fmt.Errorf("command %s could not be run here: %w", fleet.Quoted(c.Line), err)
	}
	status, err := endOf(ctx, c.Line, cmd.Run())
	return host.Result{Status: status, Stderr: stderr.Bytes()}, err
}

// feed gives the command its input. The goroutine is not waited for: a reader
// that never ends cannot be interrupted.
func feed(cmd *exec.Cmd, stdin io.Reader) error {
	if stdin == nil {
		return nil
	}
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	go func() {
		io.Copy(pipe, stdin)
		pipe.Close()
	}()
	return nil
}

// environment is noon's own with the command's data added.
func environment(data map[string]string) ([]string, error) {
	env := os.Environ()
	for name, value := range data {
		if strings.ContainsRune(value, 0) {
			return nil, fmt.Errorf("the value of %s holds a NUL byte, which no command can be given: %s", name, fleet.Quoted(value))
		}
		env = append(env, name+"="+value)
	}
	return env, nil
}
