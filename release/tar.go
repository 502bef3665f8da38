package release

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"noon/fleet"
)

// checkTar reads an archive to its end and returns the sum of its files'
// sizes. It refuses what could write or lead outside of the directory in
// which it will be unpacked.
func checkTar(r io.Reader) (int64, error) {
	entries := entries{}
	var size int64
	for archive := tar.NewReader(r); ; {
		header, err := archive.Next()
		if err == io.EOF {
			break
		}
		if errors.Is(err, tar.ErrInsecurePath) {
			err = nil // judged below, with its name
		}
		if err != nil {
			return 0, fmt.Errorf("it is damaged or truncated: %w", err)
		}
		if err := entries.add(header); err != nil {
			return 0, err
		}
		size += header.Size
	}
	if len(entries) == 0 {
		return 0, errors.New("it holds no files")
	}
	return size, nil
}

// entries are the types of what an archive holds, by clean name.
type entries map[string]byte

func (e entries) add(header *tar.Header) error {
	if header.Typeflag == tar.TypeXGlobalHeader {
		return nil
	}
	name, err := inside(header.Name)
	if err != nil {
		return err
	}
	if err := e.checkPlace(name, header.Typeflag); err != nil {
		return err
	}
	switch header.Typeflag {
	case tar.TypeReg, tar.TypeDir:
	case tar.TypeSymlink:
		err = checkSymlink(name, header.Linkname)
	case tar.TypeLink:
		err = e.checkHardLink(name, header.Linkname)
	default:
		err = fmt.Errorf("%s is neither a file, a directory nor a link", fleet.Quoted(name))
	}
	e[name] = header.Typeflag
	return err
}

// inside returns the clean name of an entry that stays inside.
func inside(name string) (string, error) {
	clean := path.Clean(name)
	if name == "" || path.IsAbs(name) || strings.Contains("/"+name+"/", "/../") || strings.ContainsRune(name, 0) {
		return "", fmt.Errorf("%s leads out of the release", fleet.Quoted(name))
	}
	if clean == manifest {
		return "", fmt.Errorf("%s is a name that noon needs itself", manifest)
	}
	return clean, nil
}

// checkPlace refuses an entry below a link, and one that replaces another:
// then what a name leads to depends on who unpacks it.
func (e entries) checkPlace(name string, kind byte) error {
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if kind, ok := e[dir]; ok && kind != tar.TypeDir {
			return fmt.Errorf("%s lies below %s, which is not a directory", fleet.Quoted(name), fleet.Quoted(dir))
		}
	}
	if before, ok := e[name]; ok && (before != tar.TypeDir || kind != tar.TypeDir) {
		return fmt.Errorf("%s is in it twice", fleet.Quoted(name))
	}
	return nil
}

// checkSymlink lets a link lead up only first and never above the root. After
// a name no ".." may follow: that name may be a link itself.
func checkSymlink(name, target string) error {
	outside := fmt.Errorf("link %s to %s leads out of the release", fleet.Quoted(name), fleet.Quoted(target))
	if target == "" || path.IsAbs(target) {
		return outside
	}
	depth, down := strings.Count(name, "/"), false
	for part := range strings.SplitSeq(target, "/") {
		switch part {
		case "", ".":
		case "..":
			if depth--; depth < 0 || down {
				return outside
			}
		default:
			down = true
		}
	}
	return nil
}

func (e entries) checkHardLink(name, target string) error {
	clean, err := inside(target)
	if err != nil || e[clean] != tar.TypeReg {
		return fmt.Errorf("link %s to %s does not lead to a file of the release", fleet.Quoted(name), fleet.Quoted(target))
	}
	return nil
}
