//go:build dockerd

package logs_test

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// dockerd is a real Docker of the test's own, with an image that is busybox.
type dockerd struct{ t *testing.T }

// startDockerd needs root and control groups, which containers that tests run in
// seldom have: "make test-docker", not "make test".
func startDockerd(t *testing.T) *dockerd {
	t.Helper()
	program, err := exec.LookPath("dockerd")
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "dockerd")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	t.Setenv("DOCKER_HOST", "unix://"+filepath.Join(dir, "sock"))
	var log strings.Builder
	cmd := exec.Command(program, "--data-root", dir+"/data", "--exec-root", dir+"/exec", "--pidfile", dir+"/pid", "-H", os.Getenv("DOCKER_HOST"),
		"--storage-driver=vfs", "--iptables=false", "--ip6tables=false", "--bridge=none")
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Signal(syscall.SIGTERM); cmd.Wait() })
	d := &dockerd{t}
	for range 200 {
		if exec.Command("docker", "version").Run() == nil {
			d.image(dir)
			return d
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("dockerd does not start here: %.500s", log.String())
	return nil
}

func (d *dockerd) run(words ...string) string {
	d.t.Helper()
	out, err := exec.Command("docker", words...).CombinedOutput()
	if err != nil {
		d.t.Fatalf("docker %v: %v: %s", words, err, out)
	}
	return string(out)
}

// image makes an image of busybox and the libraries that it needs.
func (d *dockerd) image(dir string) {
	d.t.Helper()
	script := `set -e; mkdir -p root/bin; b=$(command -v busybox); cp "$b" root/bin/busybox
ldd "$b" | grep -o '/[^ ]*' | while read -r lib; do mkdir -p "root$(dirname "$lib")"; cp "$lib" "root$lib"; done
tar -C root -c . | docker import - shop`
	cmd := exec.Command("sh", "-c", script)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		d.t.Fatalf("no image: %v: %s", err, out)
	}
}

// start runs a container called shop that says each line it is given.
func (d *dockerd) start() io.Writer {
	d.t.Helper()
	cmd := exec.Command("docker", "run", "-i", "--net=none", "--name", "shop", "shop", "/bin/busybox", "sh", "-c",
		`while read -r line; do echo "$line"; echo "error $line" >&2; done`)
	in, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { in.Close(); cmd.Wait() })
	return in
}

func TestARealContainerIsReadAcrossItsReplacement(t *testing.T) {
	d := startDockerd(t)
	h, _ := places[0].make(t)
	to := follow(t, h, dockerSource("shop"))
	to.await(t, "it to be missed", func() bool { return strings.Contains(to.silent, "there is no container") })
	var want []string
	for turn := range 2 {
		in := d.start()
		for i := range 10 {
			line := fmt.Sprintf("line %d of turn %d", i, turn)
			fmt.Fprintln(in, line)
			want = append(want, line, "error "+line)
			to.awaitLine(t, line)
			to.awaitLine(t, "error "+line)
		}
		to.awaitRead(t)
		d.run("rm", "-f", "shop")
		to.await(t, "its end to be told", func() bool { return to.quiet })
	}
	to.exactly(t, want...)
	if d := time.Since(to.lines[0].Time); d < 0 || d > time.Minute {
		t.Errorf("the first line is %s old", d)
	}
}
