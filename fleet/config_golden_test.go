package fleet_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"noon/fleet"
)

var update = flag.Bool("update", false, "write the golden files of error texts anew")

// Each testdata/wrong/NAME.yaml has its error text in NAME.txt beside it.
func TestErrorsAreAsInTheGoldenFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/wrong/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			compareGolden(t, file)
		})
	}
}

func compareGolden(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, err = fleet.Parse("noon.yaml", text)
	var wrong *fleet.ConfigError
	if !errors.As(err, &wrong) {
		t.Fatalf("got %v, want a *fleet.ConfigError", err)
	}
	golden := strings.TrimSuffix(file, ".yaml") + ".txt"
	if *update {
		if err := os.WriteFile(golden, []byte(wrong.Error()+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), wrong.Error()+"\n"); diff != "" {
		t.Errorf("run \"go test ./fleet -update\" if the new text is better (-want +got)\n%s", diff)
	}
}
