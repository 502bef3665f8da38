package testbed

import (
	"os"
	"testing"
)

// SmallDisk makes a folder a disk of a size, as MountSmallDisk does. Where none
// can be mounted the test is skipped, and fails with CI=true.
func SmallDisk(t testing.TB, over, size string) {
	t.Helper()
	err := MountSmallDisk(t, over, size)
	switch {
	case err == nil:
	case os.Getenv("CI") == "true":
		t.Fatalf("a small disk cannot be mounted: %v", err)
	default:
		t.Skipf("a small disk cannot be mounted here: %v", err)
	}
}
