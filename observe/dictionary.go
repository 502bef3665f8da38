package observe

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"noon/fleet"
	"noon/judge/logs"
)

const (
	// familiesMost is how many families are kept of one version.
	familiesMost = 5000
	// dictionaryMost is how long its file may be, in bytes.
	dictionaryMost = 16 << 20
)

// Families is a folder that keeps what each version of a service is known to
// write: a file per service and version. Without it noon only knows what the
// live servers wrote since the rollout began.
type Families struct{ Dir string }

func (f Families) path(service string, version fleet.Version) string {
	return filepath.Join(f.Dir, service+"@"+string(version)+".json")
}

// Load returns what the version is known to write; nothing if nobody has
// watched it yet.
func (f Families) Load(service string, version fleet.Version) ([]logs.Known, error) {
	path := f.path(service, version)
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the known families: %w", err)
	}
	defer file.Close()
	var known []logs.Known
	if err := json.NewDecoder(io.LimitReader(file, dictionaryMost)).Decode(&known); err != nil {
		return nil, fmt.Errorf("the known families in %s are damaged (%w): remove the file; they are learned anew", path, err)
	}
	return known[:min(len(known), familiesMost)], nil
}

// Save keeps what the version is known to write, in place of what was kept.
func (f Families) Save(service string, version fleet.Version, known []logs.Known) error {
	text, err := json.Marshal(known[:min(len(known), familiesMost)])
	if err != nil {
		return fmt.Errorf("keep the known families: %w", err)
	}
	if err := os.MkdirAll(f.Dir, 0o700); err != nil {
		return fmt.Errorf("keep the known families: %w", err)
	}
	path := f.path(service, version)
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		return fmt.Errorf("keep the known families: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("keep the known families: %w", err)
	}
	return nil
}
