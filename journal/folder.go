package journal

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// InUseError tells that another process has the folder open.
type InUseError struct {
	Dir string
	// PID of that process and when it opened the folder; 0 and the zero time
	// if that is not known.
	PID   int
	Since time.Time
}

func (e *InUseError) Error() string {
	if e.PID == 0 {
		return fmt.Sprintf("the journal in %s is open in another process", e.Dir)
	}
	return fmt.Sprintf("the journal in %s is open in process %d, since %s", e.Dir, e.PID, e.Since.Local().Format("15:04:05"))
}

// lockFolder makes this process the only one that has the folder open. The
// kernel lets go of it when the process ends, however it does.
func lockFolder(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the state folder: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the state folder: %w", err)
	}
	if err := takeLock(lock, dir); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return lock, nil
}

func takeLock(lock *os.File, dir string) error {
	err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return inUse(lock, dir)
	}
	if err != nil {
		return fmt.Errorf("lock the state folder %s: %w", dir, err)
	}
	text := fmt.Sprintf("%d %s\n", os.Getpid(), time.Now().UTC().Format(time.RFC3339))
	if _, err = lock.WriteAt([]byte(text), 0); err == nil {
		err = lock.Truncate(int64(len(text)))
	}
	if err != nil {
		return fmt.Errorf("write into the state folder: %w", err)
	}
	return nil
}

// inUse reads who has the folder. That helps, but is not needed.
func inUse(lock io.Reader, dir string) error {
	e := &InUseError{Dir: dir}
	text, _ := io.ReadAll(io.LimitReader(lock, 100))
	first, _, _ := strings.Cut(string(text), "\n")
	pid, since, _ := strings.Cut(first, " ")
	e.PID, _ = strconv.Atoi(pid)
	e.Since, _ = time.Parse(time.RFC3339, since)
	return e
}
