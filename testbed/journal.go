package testbed

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// Journal is a real journal of systemd, written by systemd-journal-remote from
// its export format and read by journalctl: no systemd needs to run.
type Journal struct {
	// Dir holds the journal; Path is a PATH whose journalctl reads it.
	Dir, Path string

	t  testing.TB
	mu sync.Mutex
	in io.WriteCloser
}

// StartJournal starts one that ends with the test.
func StartJournal(t testing.TB) *Journal {
	t.Helper()
	real := Need(t, "journalctl")
	j := &Journal{t: t, Dir: t.TempDir()}
	bin := t.TempDir()
	script := fmt.Sprintf("#!/bin/sh\nexec %s -D %s \"$@\"\n", real, j.Dir)
	if err := os.WriteFile(filepath.Join(bin, "journalctl"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	j.Path = bin + ":" + os.Getenv("PATH")
	j.Open("one")
	return j
}

// Open goes on in a journal file of that name.
func (j *Journal) Open(name string) {
	j.t.Helper()
	program := "/lib/systemd/systemd-journal-remote"
	if _, err := os.Stat(program); err != nil {
		program = Need(j.t, "systemd-journal-remote")
	}
	cmd := exec.Command(program, "-o", filepath.Join(j.Dir, name+".journal"), "--split-mode=none", "-")
	in, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		j.t.Fatal(err)
	}
	j.mu.Lock()
	j.in = in
	j.mu.Unlock()
	j.t.Cleanup(func() { in.Close(); cmd.Wait() })
}

// Write writes an entry of a unit; priority is that of syslog, 3 an error.
func (j *Journal) Write(at time.Time, unit, message string, priority int) {
	j.t.Helper()
	j.WriteIn("1", at, unit, message, priority)
}

// WriteIn writes an entry of a boot, a digit.
func (j *Journal) WriteIn(boot string, at time.Time, unit, message string, priority int) {
	j.t.Helper()
	var b bytes.Buffer
	fmt.Fprintf(&b, "__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=%d\n_BOOT_ID=%s\n", at.UnixMicro(), at.UnixMicro()%1e9, strings.Repeat(boot, 32))
	fmt.Fprintf(&b, "_SYSTEMD_UNIT=%s.service\nPRIORITY=%d\n_PID=42\nSYSLOG_IDENTIFIER=%s\nMESSAGE\n", unit, priority, unit)
	if err := binary.Write(&b, binary.LittleEndian, uint64(len(message))); err != nil {
		j.t.Fatal(err)
	}
	fmt.Fprintf(&b, "%s\n\n", message)
	j.mu.Lock()
	defer j.mu.Unlock()
	if _, err := j.in.Write(b.Bytes()); err != nil {
		j.t.Error(err)
	}
}
