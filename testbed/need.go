// Package testbed starts and stops the real programs that tests run against:
// load balancers, SSH servers, etcd, the shop. Only test code imports it.
package testbed

import (
	"os"
	"os/exec"
	"testing"
)

// Need returns the path of a program that the test cannot do without. Where
// it is missing the test is skipped, and fails with CI=true.
func Need(t testing.TB, program string) string {
	t.Helper()
	for _, name := range []string{program, "/usr/sbin/" + program, "/usr/bin/" + program} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is not installed: run \"make test\", which installs what the tests need", program)
	}
	t.Skipf("%s is not installed: run \"make test\", which installs what the tests need", program)
	return ""
}
