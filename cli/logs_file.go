package cli

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// logFile is a log that is being read, unpacked.
type logFile struct {
	io.Reader
	file io.Closer
}

func (f *logFile) Close() error { return f.file.Close() }

// openLog opens a log file, "-" is standard input.
func openLog(path string) (*logFile, error) { return openFile(path, "log file") }

// openFile opens a file of that kind, "-" is standard input. What begins like
// gzip is unpacked, whatever its name is.
func openFile(path, kind string) (*logFile, error) {
	var file io.ReadCloser = io.NopCloser(os.Stdin)
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, &exit{exitUsage, fmt.Errorf("open %s: %w%s", kind, err, whatToDo(err, kind))}
		}
		if info, err := f.Stat(); err == nil && info.IsDir() {
			f.Close()
			return nil, &exit{exitUsage, fmt.Errorf("%s is a folder; name the files in it: %s/*", path, path)}
		}
		file = f
	}
	packed := bufio.NewReaderSize(file, 1<<16)
	if head, _ := packed.Peek(2); len(head) < 2 || head[0] != 0x1f || head[1] != 0x8b {
		return &logFile{packed, file}, nil
	}
	unpacked, err := gzip.NewReader(packed)
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("unpack %s: %w", fileName(path), err)
	}
	return &logFile{unpacked, file}, nil
}

func whatToDo(err error, kind string) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "; check its name, or use - for standard input"
	case errors.Is(err, fs.ErrPermission):
		return "; run noon as a user who may read it, or pipe the " + kind + " in: sudo cat FILE | noon ... -"
	}
	return ""
}

// fileName is how a file is called in messages.
func fileName(path string) string {
	if path == "-" {
		return "standard input"
	}
	return path
}
