//go:build !linux

package testbed

import (
	"errors"
	"testing"
)

// MountSmallDisk cannot mount anything here.
func MountSmallDisk(testing.TB, string, string) error {
	return errors.New("small disks are mounted on Linux only")
}
