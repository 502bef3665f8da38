package release

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// packed makes an artifact of a directory, or of a single file that gets the
// given name. The same content makes the same checksum: entries are in order
// and carry no owner. Times are kept, for servers that answer with them.
func packed(ctx context.Context, path, name string) (*artifact, error) {
	temp, err := os.CreateTemp("", "noon-artifact-*.tar.gz")
	if err != nil {
		return nil, err
	}
	a := &artifact{path: temp.Name(), temporary: true}
	zipped, _ := gzip.NewWriterLevel(temp, gzip.BestSpeed)
	archive := tar.NewWriter(zipped)
	err = packAll(ctx, archive, path, name)
	for _, closer := range []io.Closer{archive, zipped, temp} {
		if closeErr := closer.Close(); err == nil {
			err = closeErr
		}
	}
	return a, err
}

func packAll(ctx context.Context, archive *tar.Writer, root, name string) error {
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		inRelease, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if inRelease == "." && entry.IsDir() {
			return nil
		}
		if inRelease == "." {
			inRelease = name
		}
		return packOne(archive, path, filepath.ToSlash(inRelease), inRelease == name && path == root)
	})
}

// packOne adds one entry. Only the artifact itself may be a link to a file
// elsewhere; links within a directory stay links.
func packOne(archive *tar.Writer, path, name string, follow bool) error {
	stat := os.Lstat
	if follow {
		stat = os.Stat
	}
	info, err := stat(path)
	if err != nil {
		return err
	}
	link := ""
	if info.Mode()&fs.ModeSymlink != 0 {
		if link, err = os.Readlink(path); err != nil {
			return err
		}
	}
	header, err := tar.FileInfoHeader(info, link)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	header.Name, header.Uid, header.Gid, header.Uname, header.Gname = name, 0, 0, "", ""
	if info.IsDir() {
		header.Name += "/"
	}
	if err := archive.WriteHeader(header); err != nil || !info.Mode().IsRegular() {
		return err
	}
	return copyFile(archive, path)
}

func copyFile(to io.Writer, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(to, f)
	return err
}
