package e2e

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"noon/testbed"
)

// journal writes what comes into a file into a journal, a line an entry, as
// systemd does with what a unit prints. It ends with the test.
func (w *webshop) journal(path string, to *testbed.Journal) {
	end, ended := make(chan struct{}), make(chan struct{})
	w.t.Cleanup(func() { close(end); <-ended })
	go func() {
		defer close(ended)
		var file *os.File
		var rest []byte
		for {
			if file == nil {
				opened, err := os.Open(path)
				if err != nil && !errors.Is(err, fs.ErrNotExist) {
					w.t.Error(err)
					return
				}
				file = opened
			}
			rest = w.copyLines(file, rest, to)
			select {
			case <-time.After(50 * time.Millisecond):
			case <-end:
				if file != nil {
					file.Close()
				}
				return
			}
		}
	}()
}

// copyLines writes the whole lines that have come, and returns what is left.
func (w *webshop) copyLines(file *os.File, rest []byte, to *testbed.Journal) []byte {
	if file == nil {
		return nil
	}
	more, err := io.ReadAll(file)
	if err != nil {
		w.t.Error(err)
	}
	rest = append(rest, more...)
	for {
		line, after, whole := bytes.Cut(rest, []byte("\n"))
		if !whole {
			return rest
		}
		if text := strings.TrimRight(string(line), "\r"); text != "" {
			to.Write(time.Now(), "shop", text, 6)
		}
		rest = after
	}
}
