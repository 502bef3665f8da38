package fleet_test

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"noon/fleet"
)

// node is as much of a JSON Schema as noon.yaml's has.
type node struct {
	Description          string           `json:"description"`
	Default              any              `json:"default"`
	Properties           map[string]*node `json:"properties"`
	AdditionalProperties json.RawMessage  `json:"additionalProperties"`
	AnyOf                []*node          `json:"anyOf"`
}

func schema(t *testing.T) *node {
	t.Helper()
	text, err := fleet.Schema()
	if err != nil {
		t.Fatal(err)
	}
	var root node
	if err := json.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	return &root
}

// walk visits all sections of the schema; path leads to them from the top. A
// name that the user chooses is web1.
func walk(t *testing.T, path []string, n *node, visit func(path []string, n *node)) {
	if n.Properties != nil {
		visit(path, n)
	}
	for _, key := range slices.Sorted(maps.Keys(n.Properties)) {
		walk(t, append(slices.Clone(path), key), n.Properties[key], visit)
	}
	for _, each := range n.AnyOf {
		walk(t, path, each, visit)
	}
	var entry node
	if len(n.AdditionalProperties) > 0 && n.AdditionalProperties[0] == '{' {
		if err := json.Unmarshal(n.AdditionalProperties, &entry); err != nil {
			t.Fatal(err)
		}
		walk(t, append(slices.Clone(path), "web1"), &entry, visit)
	}
}

// at writes a noon.yaml that has one value at one place.
func at(path []string, value string) string {
	var b strings.Builder
	for depth, key := range path {
		b.WriteString(strings.Repeat("  ", depth) + key + ":\n")
	}
	return b.String() + strings.Repeat("  ", len(path)) + value + "\n"
}

func problems(t *testing.T, text string) string {
	t.Helper()
	_, err := fleet.Parse("noon.yaml", []byte(text))
	var wrong *fleet.ConfigError
	if !errors.As(err, &wrong) {
		t.Fatalf("got %v, want a *fleet.ConfigError, for\n%s", err, text)
	}
	return err.Error()
}

func TestEveryKeyOfTheSchemaIsKnownToTheParser(t *testing.T) {
	walk(t, nil, schema(t), func(path []string, n *node) {
		for key := range n.Properties {
			said := problems(t, at(append(slices.Clone(path), key), "[[]]"))
			if strings.Contains(said, "unknown key") || strings.Contains(said, "not available yet") {
				t.Errorf("%v %s: %s", path, key, said)
			}
		}
	})
}

func TestEveryKeyOfTheParserIsInTheSchema(t *testing.T) {
	sections := 0
	walk(t, nil, schema(t), func(path []string, n *node) {
		sections++
		said := problems(t, at(path, "qqqqqqqqqq: 1"))
		_, list, ok := strings.Cut(said, "known here: ")
		if !ok {
			t.Fatalf("%v: %s", path, said)
		}
		list, _, _ = strings.Cut(list, "\n")
		known := strings.Split(list, ", ")
		slices.Sort(known)
		if want := slices.Sorted(maps.Keys(n.Properties)); !slices.Equal(known, want) {
			t.Errorf("%v: the parser knows %v, the schema %v", path, known, want)
		}
	})
	if sections < 12 {
		t.Errorf("only %d sections were found in the schema", sections)
	}
}

func TestEveryKeyIsExplainedToEditors(t *testing.T) {
	walk(t, nil, schema(t), func(path []string, n *node) {
		for key, value := range n.Properties {
			if value.Description == "" {
				t.Errorf("%v %s has no description", path, key)
			}
		}
	})
}

func TestTheSchemaIsAsInTheGoldenFile(t *testing.T) {
	got, err := fleet.Schema()
	if err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/schema.json"
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != string(got) {
		t.Errorf("the schema changed: run \"go test ./fleet -update\" and look at the difference")
	}
}
