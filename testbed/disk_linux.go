package testbed

import (
	"syscall"
	"testing"
)

// MountSmallDisk mounts an empty disk of a size ("1m", or "1m,nr_inodes=7") over a
// folder; who may mount is root. It is gone with the test, whoever still has its files open.
func MountSmallDisk(t testing.TB, over, size string) error {
	t.Helper()
	if err := syscall.Mount("tmpfs", over, "tmpfs", 0, "size="+size); err != nil {
		return err
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(over, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return nil
}
