package fleet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// configMost is how long noon.yaml may be, in bytes.
const configMost = 1 << 20

// Read reads and validates the noon.yaml at path; Dir of the service is its
// folder, as an absolute path. What is wrong in the file comes back as a
// *ConfigError, all of it at once.
func Read(path string) (Service, error) {
	text, err := readConfig(path)
	if err != nil {
		return Service{}, err
	}
	service, err := Parse(path, text)
	if err != nil {
		return Service{}, err
	}
	if service.Dir, err = filepath.Abs(filepath.Dir(path)); err != nil {
		return Service{}, fmt.Errorf("find the folder of %s: %w", shown(path), err)
	}
	return service, nil
}

// MissingError tells that there is no noon.yaml; it is an fs.ErrNotExist.
type MissingError struct{ Path string }

func (e *MissingError) Error() string {
	return shown(e.Path) + " is not there: go to the folder that has it, or name it with --config; README.md shows a first one"
}

func (e *MissingError) Unwrap() error { return fs.ErrNotExist }

// readConfig returns at most one byte more than noon.yaml may have, so that
// Parse sees that it is too long.
func readConfig(path string) ([]byte, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &MissingError{path}
	}
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, configMost+1))
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	return text, nil
}

// Parse validates the text of a noon.yaml; name is what messages call the
// file. Dir of the service stays empty. The error is always a *ConfigError
// with everything that is wrong.
func Parse(name string, text []byte) (Service, error) {
	// Windows' line ends are counted twice by the YAML library after comments.
	text = bytes.ReplaceAll(bytes.TrimPrefix(text, []byte("\ufeff")), []byte("\r\n"), []byte("\n"))
	f := newConfigFile(name, text)
	var service Service
	if root, ok := f.parse(text); ok {
		service = defaultService()
		in(newServiceSection(&service)).read(root)
	}
	if err := f.err(); err != nil {
		return Service{}, err
	}
	return service, nil
}
