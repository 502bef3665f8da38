package local

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Write writes the file atomically; the directory is synced too, so that the
// file survives a power cut.
func (*Local) Write(ctx context.Context, path string, content io.Reader, mode fs.FileMode) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("write %s here: %w", path, err)
	}
	temp, err := os.CreateTemp(dir, "."+filepath.Base(path)+".noon-*")
	if err != nil {
		return fmt.Errorf("write %s here: %w", path, err)
	}
	defer os.Remove(temp.Name())
	if err := fill(ctx, temp, content, mode); err != nil {
		return fmt.Errorf("write %s here: %w", path, err)
	}
	if err := os.Rename(temp.Name(), path); err != nil {
		return fmt.Errorf("write %s here: %w", path, err)
	}
	return syncDir(dir)
}

func fill(ctx context.Context, f *os.File, content io.Reader, mode fs.FileMode) error {
	_, err := io.Copy(f, readerUntil{ctx, content})
	if err == nil {
		err = f.Chmod(mode)
	}
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	return err
}

// readerUntil ends with an error when its context does.
type readerUntil struct {
	ctx context.Context
	r   io.Reader
}

func (r readerUntil) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync %s here: %w", dir, err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sync %s here: %w", dir, err)
	}
	return nil
}
