package e2e

import (
	"os/exec"
	"strings"
	"testing"
)

// TestTheDemo runs "noon demo", as "make demo" does.
func TestTheDemo(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	out, err := exec.Command(w.noon, "demo").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{
		"done: 4 of 4 servers run v2", "   0 of ", "rolled back: web1: ", `panic: runtime error: invalid memory address`, ", 0 others",
		"Receipt 1  webshop -> v2  succeeded", "Receipt 2  webshop -> v3  rolled back",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	if strings.Contains(string(out), "\x1b") {
		t.Error("there are escape codes in a pipe")
	}
}
