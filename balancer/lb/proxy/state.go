package proxy

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"noon/fleet"
)

// stateFile keeps the places of the servers over restarts and crashes.
type stateFile struct{ path string }

// stateMost bounds what is read of it, in bytes.
const stateMost = 16 << 20

// remembered is what is in the file.
type remembered struct {
	Servers []place `json:"servers"`
}

// load returns the places in the file; none if it does not exist yet.
func (f stateFile) load() ([]place, error) {
	content, err := f.read()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var state remembered
	if err == nil {
		err = json.Unmarshal(content, &state)
	}
	if err == nil {
		err = state.valid()
	}
	if err != nil {
		return nil, fmt.Errorf("read the state of noon lb from %s: %w; noon lb does not start without it, since it may say that servers are drained: mend it, or move it away and all servers come back in", f.path, err)
	}
	return state.Servers, nil
}

func (f stateFile) read() ([]byte, error) {
	file, err := os.Open(f.path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, stateMost))
}

func (r remembered) valid() error {
	var servers []fleet.Server
	for _, at := range r.Servers {
		if at.Rotation != fleet.In && at.Rotation != fleet.Draining && at.Rotation != fleet.Out {
			return fmt.Errorf("the rotation %s of %s is not known", fleet.Quoted(string(at.Rotation)), fleet.Quoted(at.Name))
		}
		if at.Weight < 0 || at.Weight > fleet.FullWeight {
			return fmt.Errorf("the weight of %s is not 0 to %d", fleet.Quoted(at.Name), fleet.FullWeight)
		}
		servers = append(servers, fleet.Server{Name: at.Name, Address: at.Address})
	}
	return validServers(servers)
}

// save replaces the file; when it returns nil the new content is on disk.
func (f stateFile) save(places []place) error {
	content, err := json.MarshalIndent(remembered{places}, "", "  ")
	if err != nil {
		return err
	}
	if err := f.replace(append(content, '\n')); err != nil {
		return fmt.Errorf("write the state of noon lb to %s: %w", f.path, err)
	}
	return nil
}

// replace writes beside the file, then renames, both down to the disk.
func (f stateFile) replace(content []byte) error {
	next, err := os.OpenFile(f.path+".next", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = next.Write(content)
	if err == nil {
		err = next.Sync()
	}
	if err := errors.Join(err, next.Close()); err != nil {
		return err
	}
	if err := os.Rename(next.Name(), f.path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(f.path))
}

func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// lock keeps a second process away from the file, until it is closed or this
// process ends, however it ends.
func (f stateFile) lock() (io.Closer, error) {
	lock, err := os.OpenFile(f.path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the state of noon lb: %w", err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		lock.Close()
		return nil, fmt.Errorf("another noon lb works with %s (%w): stop that one first, or give this one a state file of its own", f.path, err)
	}
	return lock, nil
}

// merge returns a place for every configured server: the remembered one, or
// in with its full share. Without configured servers all remembered ones stay.
func merge(servers []fleet.Server, known []place) []place {
	if len(servers) == 0 {
		return known
	}
	byName := map[string]place{}
	for _, at := range known {
		byName[at.Name] = at
	}
	var places []place
	for _, s := range servers {
		at, ok := byName[s.Name]
		if !ok {
			at = place{Name: s.Name, Rotation: fleet.In, Weight: fleet.FullWeight}
		}
		at.Address = s.Address
		places = append(places, at)
	}
	return places
}
