package observe

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"noon/fleet"
	"noon/judge/monitors"
)

const (
	// traceMost bounds the file of a trace.
	traceMost = 512 << 20
	// headRoom is kept for the first line, which grows as servers are upgraded.
	headRoom = 4 << 10
)

// trace is the file in which a watch is recorded. Its first line, which says
// what is compared, changes with every upgrade: blanks after it leave room for
// that. Trouble with the file never stops a rollout.
type trace struct {
	path    string
	file    *os.File
	head    monitors.Watch
	room    int64 // of the first line
	pending []byte
	size    int64
	trouble string
}

// openTrace opens the file, which may hold what a controller before recorded.
func openTrace(path string, head monitors.Watch) *trace {
	t := &trace{path: path, head: head, room: headRoom}
	err := os.MkdirAll(filepath.Dir(path), 0o700)
	if err == nil {
		t.file, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	}
	t.failed(err)
	return t
}

func (t *trace) failed(err error) {
	if err != nil && t.trouble == "" {
		t.trouble = "what is measured cannot be recorded: " + err.Error()
	}
}

// replay tells the judge what the file holds, and goes on at its end.
func (t *trace) replay(j *monitors.Judge, upgraded map[string]fleet.Version) {
	if t.file == nil {
		return
	}
	whole, err := t.mend()
	if err != nil || whole == 0 {
		t.failed(err)
		t.failed(t.writeHead())
		return
	}
	t.failed(t.read(j, upgraded))
	t.size, err = t.file.Seek(0, io.SeekEnd)
	t.failed(err)
}

// mend cuts off a last line that was not written to its end, and returns how
// long the file is.
func (t *trace) mend() (int64, error) {
	end, err := t.file.Seek(0, io.SeekEnd)
	if err != nil {
		return 0, err
	}
	buffer := make([]byte, 64<<10)
	for at := end; at > 0; {
		n := min(at, int64(len(buffer)))
		at -= n
		if _, err := t.file.ReadAt(buffer[:n], at); err != nil {
			return 0, err
		}
		if last := bytes.LastIndexByte(buffer[:n], '\n'); last >= 0 {
			end := at + int64(last) + 1
			return end, t.file.Truncate(end)
		}
	}
	return 0, t.file.Truncate(0)
}

func (t *trace) read(j *monitors.Judge, upgraded map[string]fleet.Version) error {
	if _, err := t.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	reader, head, err := monitors.OpenTrace(t.file, t.path)
	if err != nil {
		return err
	}
	for _, u := range head.Upgrades {
		j.Upgraded(u)
		upgraded[u.Server] = u.Version
	}
	for {
		o, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		j.Observe(o)
	}
	t.head.Servers, t.head.Upgrades, t.head.Step = head.Servers, head.Upgrades, head.Step
	first := make([]byte, 1<<20)
	n, _ := t.file.ReadAt(first, 0)
	t.room = int64(bytes.IndexByte(first[:n], '\n') + 1)
	return nil
}

// upgraded records an upgrade in the first line.
func (t *trace) upgraded(u monitors.Upgrade) {
	t.head.Upgrades = append(t.head.Upgrades, u)
	t.flush()
	t.failed(t.writeHead())
}

// observation records one; it is written with the others of its moment.
func (t *trace) observation(o monitors.Observation) {
	if !slices.Contains(t.head.Servers, o.Server) {
		t.head.Servers = append(t.head.Servers, o.Server)
		t.failed(t.writeHead())
	}
	t.pending = monitors.AppendObservation(t.pending, o)
}

func (t *trace) flush() {
	if len(t.pending) == 0 || t.file == nil || t.trouble != "" {
		t.pending = t.pending[:0]
		return
	}
	if t.size+int64(len(t.pending)) > traceMost {
		t.failed(fmt.Errorf("%s has reached %d MB; the judging goes on", t.path, traceMost>>20))
		return
	}
	n, err := t.file.WriteAt(t.pending, t.size)
	t.size += int64(n)
	t.failed(err)
	t.pending = t.pending[:0]
}

// writeHead writes the first line in its place; where that has become too small
// the file is written anew.
func (t *trace) writeHead() error {
	if t.file == nil || t.trouble != "" {
		return nil
	}
	line := bytes.TrimRight(monitors.AppendWatch(nil, t.head), "\n")
	for int64(len(line)) >= t.room {
		if err := t.makeRoom(); err != nil {
			return err
		}
	}
	padded := append(line, bytes.Repeat([]byte(" "), int(t.room)-1-len(line))...)
	if _, err := t.file.WriteAt(append(padded, '\n'), 0); err != nil {
		return err
	}
	t.size = max(t.size, t.room)
	return nil
}

// makeRoom moves all observations behind a first line of twice the length.
func (t *trace) makeRoom() error {
	if t.size <= t.room { // there are none yet
		t.room *= 2
		return nil
	}
	next, err := os.OpenFile(t.path+".new", os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	blank := append(bytes.Repeat([]byte(" "), int(2*t.room)-1), '\n')
	_, err = next.Write(blank)
	if err == nil {
		_, err = io.Copy(next, io.NewSectionReader(t.file, t.room, t.size-t.room))
	}
	if err == nil {
		line := bytes.TrimRight(monitors.AppendWatch(nil, t.head), "\n")
		_, err = next.WriteAt(line[:min(len(line), int(2*t.room)-1)], 0)
	}
	if err == nil {
		err = os.Rename(next.Name(), t.path)
	}
	if err != nil {
		return errors.Join(err, next.Close())
	}
	old := t.file
	t.file, t.size, t.room = next, t.size+t.room, 2*t.room
	return old.Close()
}

func (t *trace) close() {
	if t.file == nil {
		return
	}
	t.flush()
	t.failed(t.file.Close())
}
