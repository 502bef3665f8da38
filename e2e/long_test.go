//go:build long

package e2e

import "testing"

// TestLong runs the scripts in which the judge of monitors needs as long as it
// needs in life: "make test-long".
func TestLong(t *testing.T) { runScripts(t, "testdata/long/*.txtar") }
