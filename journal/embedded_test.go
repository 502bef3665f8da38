package journal

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"noon/testbed"
)

// helpers are what this test binary does when a test starts it again.
var helpers = map[string]func(t *testing.T){
	"append for ever":     appendForEver,
	"open the folder":     openTheFolder,
	"hold and be stopped": holdAndBeStopped,
}

// TestHelper is no test: it is what a started process does.
func TestHelper(t *testing.T) {
	if run, ok := helpers[os.Getenv("NOON_TEST_HELPER")]; ok {
		run(t)
	}
}

// helper is another process of this test binary, and the lines that it says.
type helper struct {
	*exec.Cmd
	lines *bufio.Scanner
}

func start(t *testing.T, what string, env ...string) helper {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run", "^TestHelper$")
	cmd.Env = append(append(os.Environ(), "NOON_TEST_HELPER="+what), env...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended
		_ = cmd.Wait()
	})
	return helper{cmd, bufio.NewScanner(out)}
}

// says waits for the next line.
func (h helper) says(t *testing.T) string {
	t.Helper()
	if !h.lines.Scan() {
		t.Fatalf("the process ended without a word: %v", h.lines.Err())
	}
	return h.lines.Text()
}

func TestWhatWasAcknowledgedSurvivesAKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	acknowledged := 0
	for round := range 3 {
		h := start(t, "append for ever", "NOON_TEST_DIR="+dir)
		for range 150 {
			if _, err := fmt.Sscan(h.says(t), &acknowledged); err != nil {
				t.Fatal(err)
			}
		}
		if err := h.Process.Signal(syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		for h.lines.Scan() { // what it had still said
			if _, err := fmt.Sscan(h.lines.Text(), &acknowledged); err != nil {
				t.Fatal(err)
			}
		}
		_ = h.Wait() // it was killed
		checkAfterKill(t, dir, acknowledged, round)
	}
}

func checkAfterKill(t *testing.T, dir string, acknowledged, round int) {
	t.Helper()
	j, err := OpenEmbedded(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer mustClose(t, j)
	all, err := j.Read(t.Context(), "shop", 1, 1)
	if err != nil || len(all) < acknowledged || len(all) > acknowledged+1 {
		t.Fatalf("round %d: %d entries, %d were acknowledged: %v", round, len(all), acknowledged, err)
	}
	if l := acquire(t, j, "shop", "ben"); l.Remaining() == 0 {
		t.Fatal("the dead holder's lease was not dropped")
	}
}

func appendForEver(t *testing.T) {
	j := openHere(t, os.Getenv("NOON_TEST_DIR"))
	l := acquire(t, j, "shop", "ana")
	last, err := j.Last(t.Context(), "shop", 1)
	if err != nil {
		t.Fatal(err)
	}
	if last.Sequence == 0 {
		last.Sequence = begin(t, j, "shop", l)
	}
	for i := last.Sequence + 1; ; i++ {
		appended(t, j, "shop", 1, Entry{i, []byte(strings.Repeat("x", 300))}, l)
		fmt.Println(i)
	}
}

func TestASecondProcessIsToldWhoHasTheFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	j := openHere(t, dir)
	l := acquire(t, j, "shop", "ana")
	h := start(t, "open the folder", "NOON_TEST_DIR="+dir)
	if said, want := h.says(t), fmt.Sprintf("in use by %d, since known", os.Getpid()); said != want {
		t.Errorf("the second was told %q, want %q", said, want)
	}
	begin(t, j, "shop", l) // the first is undisturbed
}

func openTheFolder(t *testing.T) {
	_, err := OpenEmbedded(t.Context(), os.Getenv("NOON_TEST_DIR"))
	var inUse *InUseError
	if !errors.As(err, &inUse) {
		fmt.Println("opened:", err)
		return
	}
	known := map[bool]string{true: "unknown", false: "known"}[inUse.Since.IsZero()]
	fmt.Printf("in use by %d, since %s\n", inUse.PID, known)
}

func TestTheEmbeddedMemberListensNowhere(t *testing.T) {
	t.Parallel()
	before := listening(t)
	openHere(t, t.TempDir())
	if after := listening(t); !slices.Equal(before, after) {
		t.Errorf("listening before: %v, with the journal open: %v", before, after)
	}
}

// listening returns this process's sockets that others could connect to.
func listening(t *testing.T) []string {
	t.Helper()
	mine := map[string]bool{}
	fds, err := filepath.Glob("/proc/self/fd/*")
	if err != nil || len(fds) == 0 {
		t.Fatal("this system has no /proc")
	}
	for _, fd := range fds {
		target, _ := os.Readlink(fd) // it may be closed by now
		if inode, ok := strings.CutPrefix(target, "socket:["); ok {
			mine[strings.TrimSuffix(inode, "]")] = true
		}
	}
	var all []string
	for table, column := range map[string][2]int{"tcp": {3, 9}, "tcp6": {3, 9}, "unix": {3, 6}} {
		text, err := os.ReadFile("/proc/self/net/" + table)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			f := strings.Fields(line)
			if len(f) > column[1] && mine[f[column[1]]] && (f[column[0]] == "0A" || f[column[0]] == "00010000") {
				all = append(all, table+" "+f[1])
			}
		}
	}
	slices.Sort(all)
	return all
}

func TestAFullStoreSaysSoAndCanBeRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	j, err := openEmbedded(t.Context(), dir, 8<<20)
	if err != nil {
		t.Fatal(err)
	}
	l := acquire(t, j, "shop", "ana")
	begin(t, j, "shop", l)
	n := int64(1)
	for err == nil {
		n++
		err = j.Append(t.Context(), "shop", 1, Entry{n, make([]byte, valueMost)}, l)
	}
	if !errors.Is(err, ErrFull) || !strings.Contains(err.Error(), dir) {
		t.Errorf("got %v", err)
	}
	all, err := j.Read(t.Context(), "shop", 1, 1)
	// etcd may have written the very entry that it says there was no room for.
	if written := int64(len(all)); err != nil || written != n-1 && written != n {
		t.Errorf("%d entries of %d, %v", written, n-1, err)
	}
	mustClose(t, j)
}

// A disk that is full ends etcd, but neither the process nor the sense of what
// it says.
func TestAFullDiskEndsTheJournalWithAReason(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	testbed.SmallDisk(t, dir, "24m")
	j := openHere(t, dir)
	l := acquire(t, j, "shop", "ana")
	begin(t, j, "shop", l)
	n, err := int64(1), error(nil)
	for err == nil {
		n++
		err = j.Append(t.Context(), "shop", 1, Entry{n, make([]byte, valueMost)}, l)
	}
	if !strings.Contains(err.Error(), "no space left on device") {
		t.Errorf("got %v", err)
	}
	<-l.Lost()
	if _, err := j.Read(t.Context(), "shop", 1, 1); err == nil || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("read afterwards: %v", err)
	}
}

func TestADamagedStoreIsAnErrorAndNotTheEndOfTheProcess(t *testing.T) {
	t.Parallel()
	for _, damaged := range []string{"member/wal/*.wal", "member/snap/db"} {
		dir := t.TempDir()
		j := openHere(t, dir)
		begin(t, j, "shop", acquire(t, j, "shop", "ana"))
		copied := t.TempDir()
		if err := os.CopyFS(filepath.Join(copied, memberFolder), os.DirFS(filepath.Join(dir, memberFolder))); err != nil {
			t.Fatal(err)
		}
		damage(t, filepath.Join(copied, memberFolder, damaged))
		if again, err := OpenEmbedded(t.Context(), copied); err == nil {
			t.Errorf("%s is damaged, and was opened", damaged)
			mustClose(t, again)
		} else if !strings.Contains(err.Error(), copied) {
			t.Errorf("%s: the folder is not in %q", damaged, err)
		}
	}
}

func damage(t *testing.T, pattern string) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %v", pattern, err)
	}
	for _, name := range files {
		file, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		_, err = file.WriteAt([]byte(strings.Repeat("damaged ", 4096)), 0)
		if err := errors.Join(err, file.Close()); err != nil {
			t.Fatal(err)
		}
	}
}

// BenchmarkAppend is one entry on the disk: every step of a rollout waits for
// two of them.
func BenchmarkAppend(b *testing.B) {
	j, err := OpenEmbedded(b.Context(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer j.Close()
	l, err := j.Acquire(b.Context(), "shop", Holder{Name: "bench"})
	if err != nil {
		b.Fatal(err)
	}
	rollout, err := j.Begin(b.Context(), "shop", []byte("{}"), l)
	if err != nil {
		b.Fatal(err)
	}
	for n := int64(2); b.Loop(); n++ {
		if err := j.Append(b.Context(), "shop", rollout, Entry{n, []byte("an entry")}, l); err != nil {
			b.Fatal(err)
		}
	}
}
