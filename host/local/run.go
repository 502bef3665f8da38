package local

import (
	"context"
	"fmt"
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
	var stdout, stderr output.Kept
	env, err := environment(c.Env)
	if err != nil {
		return host.Result{Status: -1}, err
	}
	cmd := exec.CommandContext(ctx, "sh", "-c", c.Line)
	cmd.Env = env
	cmd.Stdin, cmd.Stdout, cmd.Stderr = c.Stdin, &stdout, &stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = outputDelay
	status, err := endOf(ctx, c.Line, cmd.Run())
	return host.Result{Status: status, Stdout: stdout.Bytes(), Stderr: stderr.Bytes()}, err
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
