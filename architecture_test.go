package noon

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport says which of our packages each package may import outside its
// tests. "x/..." is x and everything below it. A package that is not named has
// the line of the nearest folder above it that is.
var mayImport = map[string][]string{
	"cmd/noon": {"cli"},
	"cli":      {"..."},

	// What there is, what will be done, whether it is worse: pure.
	"fleet": {},
	"plan":  {"fleet"},
	"judge": {"fleet", "judge/logs", "judge/monitors"},
	// The judge of monitors.
	"judge/monitors": {"fleet"},
	// The judge of logs, and what makes families of lines.
	"judge/logs":          {"fleet", "judge/logs/mine", "judge/logs/evidence"},
	"judge/logs/mine":     {},
	"judge/logs/evidence": {},

	// Doing it. The state machine says itself what it needs of the world.
	"rollout":        {"fleet", "plan", "judge", "judge/logs"},
	"rollout/record": {"fleet", "judge", "rollout", "journal"},
	"journal":        {},

	// Drivers know their contract and the fleet, never a sibling.
	"balancer":              {"fleet"},
	"balancer/haproxy":      {"balancer", "fleet"},
	"balancer/lb":           {"balancer", "fleet"},
	"balancer/lb/proxy":     {"balancer/lb", "fleet"},
	"balancer/drivers":      {"balancer/...", "fleet", "host"},
	"balancer/balancertest": {"balancer", "fleet", "demo/shop", "demo/customers", "testbed"},

	"host":          {},
	"host/local":    {"fleet", "host", "host/output", "host/line"},
	"host/ssh":      {"fleet", "host", "host/output", "host/line"},
	"host/hosts":    {"fleet", "host", "host/local", "host/ssh"},
	"host/output":   {"host"},
	"host/web":      {"fleet", "host"},
	"release":       {"fleet", "host", "host/local", "host/line"},
	"observe":       {"fleet", "judge", "judge/logs", "judge/monitors", "observe/logs", "observe/figures"},
	"observe/check": {"fleet", "host", "host/line", "host/web"},
	// What judges compare that nobody had to configure.
	"observe/figures": {"fleet", "host", "judge/monitors", "observe/check"},
	// Reading monitors: an application's metrics, and Prometheus.
	"observe/monitors": {"fleet", "host", "host/web", "judge/monitors", "observe/logs/redact"},
	// Reading logs: bytes of a source become lines, redacted and understood.
	"observe/logs":        {"fleet", "host", "host/line", "host/web", "judge/logs", "observe/logs/format", "observe/logs/redact"},
	"observe/logs/format": {"judge/logs", "observe/logs/redact"},
	"observe/logs/redact": {},

	// Orders, the one way in, the account. The reading side never acts.
	"control": {"fleet", "plan", "judge", "journal", "rollout", "rollout/record"},
	"api":     {"fleet", "plan", "judge", "journal", "rollout", "control"},
	"receipt": {"fleet", "plan", "judge", "judge/logs", "judge/monitors", "rollout"},

	"demo":           {"demo/...", "fleet", "host/...", "release", "balancer/lb"},
	"demo/shop":      {},
	"demo/customers": {},

	// Only test code imports these. What a judge is measured on shares no code
	// with it: of the judge of monitors it knows what goes in.
	"judge/logs/simulated":     {},
	"judge/monitors/simulated": {"fleet", "judge/monitors"},
	"testbed":                  {"demo/shop", "fleet"},
	"e2e":                      {"..."},
}

// forTestsOnly are packages that only tests, and packages for tests, import.
var forTestsOnly = []string{"testbed", "judge/logs/simulated", "judge/monitors/simulated", "balancer/balancertest", "e2e"}

func TestPackagesImportOnlyWhatTheyMay(t *testing.T) {
	for name, p := range packages(t) {
		allowed, named := lineOf(name)
		if !named {
			t.Errorf("package %s is not in the table of this test: say what it may import", name)
			continue
		}
		for _, imported := range p.imports {
			if !matches(allowed, imported) {
				t.Errorf("package %s imports %s, which it may not", name, imported)
			}
			if slices.Contains(forTestsOnly, imported) && !slices.Contains(forTestsOnly, name) {
				t.Errorf("package %s imports %s, which is for tests only", name, imported)
			}
		}
	}
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	for name, p := range packages(t) {
		if len(strings.Fields(p.doc)) < 8 {
			t.Errorf("package %s has no doc comment that says what it is for: %q", name, p.doc)
		}
	}
}

func TestPackageNamesSaySomething(t *testing.T) {
	for name := range packages(t) {
		switch filepath.Base(name) {
		case "util", "utils", "common", "helpers", "types", "models", "manager", "misc", "base", "core":
			t.Errorf("package %s: find the idea without a name", name)
		}
	}
}

// TestBalancersAreWhole holds together what makes a driver: its folder, its
// line in the table, and the conformance suite.
func TestBalancersAreWhole(t *testing.T) {
	table, err := os.ReadFile("balancer/drivers/drivers.go")
	if err != nil {
		t.Fatal(err)
	}
	folders, err := os.ReadDir("balancer")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		name := folder.Name()
		if !folder.IsDir() || name == "drivers" || name == "balancertest" {
			continue
		}
		if !strings.Contains(string(table), `{"`+name+`", func(`) {
			t.Errorf("balancer/%s is not in the table of balancer/drivers", name)
		}
		if !callsConformance(t, filepath.Join("balancer", name)) {
			t.Errorf("no test in balancer/%s runs the conformance suite", name)
		}
	}
}

func callsConformance(t *testing.T, dir string) bool {
	t.Helper()
	tests, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range tests {
		text, err := os.ReadFile(test)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "balancertest.Run(") {
			return true
		}
	}
	return false
}

// lineOf finds the line of the table that holds for a package.
func lineOf(name string) ([]string, bool) {
	if name == "." {
		return nil, true
	}
	for at := name; at != "."; at = filepath.Dir(at) {
		if allowed, ok := mayImport[at]; ok {
			return allowed, true
		}
	}
	return nil, false
}

func matches(allowed []string, imported string) bool {
	for _, a := range allowed {
		above, all := strings.CutSuffix(a, "...")
		if a == imported || all && strings.HasPrefix(imported+"/", above) {
			return true
		}
	}
	return false
}

// source is what is known of a package without its tests.
type source struct {
	imports []string
	doc     string
}

// packages reads the sources: not by running the go command, of which a cached
// test would not see a change.
func packages(t *testing.T) map[string]*source {
	t.Helper()
	all := map[string]*source{}
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != "." && (strings.HasPrefix(entry.Name(), ".") || slices.Contains([]string{"testdata", "bin", "dist", "docs"}, entry.Name())):
			return filepath.SkipDir
		case entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			return err
		}
		p := all[filepath.Dir(path)]
		if p == nil {
			p = &source{}
			all[filepath.Dir(path)] = p
		}
		p.read(file)
		return nil
	})
	if err != nil || len(all) < 20 {
		t.Fatalf("%d packages: %v", len(all), err)
	}
	return all
}

func (p *source) read(file *ast.File) {
	if file.Doc != nil {
		p.doc += file.Doc.Text()
	}
	for _, i := range file.Imports {
		path, err := strconv.Unquote(i.Path.Value)
		if name, ours := strings.CutPrefix(path, "noon/"); err == nil && ours {
			p.imports = append(p.imports, name)
		}
	}
}
