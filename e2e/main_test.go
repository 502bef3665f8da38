package e2e

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"noon/cli"
)

// TestMain makes "noon" a program that scripts and tests can start: this
// binary itself; "noon+" is the same and prints its exit status in a last
// line. So is the program that BenchmarkFleet starts.
func TestMain(m *testing.M) {
	atOnce()
	testscript.Main(m, map[string]func(){
		"noon": func() { os.Exit(cli.Main("test", os.Args[1:])) },
		"noon+": func() {
			status := cli.Main("test", os.Args[1:])
			fmt.Println("status", status)
			os.Exit(status)
		},
		"simulated-fleet": simulatedFleet,
	})
}

// scriptsAtOnce is how many tests run side by side: they mostly wait.
const scriptsAtOnce = 4

// atOnce sets that, unless -parallel says something else.
func atOnce() {
	if slices.ContainsFunc(os.Args, func(arg string) bool { return strings.Contains(arg, "test.parallel") }) {
		return
	}
	if err := flag.Set("test.parallel", strconv.Itoa(scriptsAtOnce)); err != nil {
		panic(err) // package testing has had this flag since Go 1
	}
}

// TestScripts runs every script in testdata; -run TestScripts/NAME runs one.
func TestScripts(t *testing.T) { runScripts(t, "testdata/*.txtar") }

func runScripts(t *testing.T, pattern string) {
	scripts, err := filepath.Glob(pattern)
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, script := range scripts {
		t.Run(strings.TrimSuffix(filepath.Base(script), ".txtar"), func(t *testing.T) {
			t.Parallel()
			shop := &webshop{t: t}
			testscript.Run(t, testscript.Params{Files: []string{script}, Setup: shop.setup, Cmds: shop.commands(), Condition: shop.condition, RequireExplicitExec: true})
		})
	}
}
