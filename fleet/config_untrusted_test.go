package fleet_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"noon/fleet"
)

// Each of these took the YAML library minutes, or all of the stack.
func TestAFileMadeToHarmIsRefusedBeforeItIsParsed(t *testing.T) {
	for name, text := range map[string]string{
		"many keys":         strings.Repeat("a: b\n", 200_000),
		"many anchors":      strings.Repeat("&a ", 300_000),
		"deep brackets":     strings.Repeat("[\n", 500_000),
		"deep dashes":       strings.Repeat("- ", 500_000),
		"too long":          strings.Repeat("a", 1<<20+1),
		"many control":      strings.Repeat("\x01\n", 500_000),
		"many lines":        strings.Repeat("\n", 1_000_000),
		"many unknown keys": manyKeys(9_000),
	} {
		said := problems(t, text)
		if len(said) > 30_000 {
			t.Errorf("%s: the error has %d bytes", name, len(said))
		}
	}
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "key%d: 1\n", i)
	}
	return b.String()
}

func TestAThousandServersAreRead(t *testing.T) {
	var b strings.Builder
	b.WriteString("service: shop\nservers:\n")
	for i := range 1000 {
		fmt.Fprintf(&b, "  web%d: { host: deploy@10.0.%d.%d, address: 10.0.%d.%d:8080 }\n", i, i/250, i%250, i/250, i%250)
	}
	if got := parse(t, b.String()+rest); len(got.Servers) != 1000 || got.Policy.Keep != 999 {
		t.Errorf("%d servers, keep %d", len(got.Servers), got.Policy.Keep)
	}
}

func TestPasswordsAreNotRepeatedInErrors(t *testing.T) {
	for _, url := range []string{"http://admin:secret@{address}/", "http://" + strings.Repeat("u", 80) + ":secret@{address}/", "ftp://:secret@x"} {
		said := problems(t, strings.Replace(small, `command: "true"`, "url: \""+url+"\"", 1))
		if strings.Contains(said, "secret@") || strings.Contains(said, "uuu") {
			t.Errorf("%s", said)
		}
	}
}

func TestProblemsHaveTheirPlaces(t *testing.T) {
	_, err := fleet.Parse("some/noon.yaml", []byte(small+"rollout:\n  keep: 2\n  # ünïcödé\n  promot: auto\n"))
	var wrong *fleet.ConfigError
	if !errors.As(err, &wrong) || len(wrong.Problems) != 2 {
		t.Fatalf("got %v", err)
	}
	if p := wrong.Problems[1]; p.File != "some/noon.yaml" || p.Line != 11 || p.Column != 3 {
		t.Errorf("got %s:%d:%d", p.File, p.Line, p.Column)
	}
}

// FuzzParse looks for texts on which Parse panics, contradicts itself, or
// writes what a terminal would obey.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"testdata/good/*.yaml", "testdata/wrong/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		service, err := fleet.Parse("noon.yaml", text)
		if err == nil {
			wellFormed(t, service)
			return
		}
		var wrong *fleet.ConfigError
		if !errors.As(err, &wrong) || len(wrong.Problems) == 0 {
			t.Fatalf("not a ConfigError with problems: %v", err)
		}
		for _, r := range err.Error() {
			if r != '\n' && !unicode.IsPrint(r) {
				t.Fatalf("%U in the error %q", r, err)
			}
		}
	})
}

// wellFormed asserts what the rest of noon relies on.
func wellFormed(t *testing.T, s fleet.Service) {
	t.Helper()
	n, p := len(s.Servers), s.Policy
	switch {
	case s.Name == "" || n < 2:
		t.Fatalf("no name or no fleet: %+v", s)
	case p.Keep < 1 || p.Then < 1 || p.Keep+p.Then > n || p.Canaries < 1 || p.Canaries >= n:
		t.Fatalf("the policy leaves nobody: %d servers, %+v", n, p)
	case (s.Balancer.HAProxy == nil) == (s.Balancer.LB == nil):
		t.Fatalf("not one balancer: %+v", s.Balancer)
	case (s.Release.Directories == nil) == (s.Release.Upgrade == ""):
		t.Fatalf("not one way of release: %+v", s.Release)
	case s.Check.Version.IsZero() || s.Check.URL == "" && s.Check.Command == "":
		t.Fatalf("nothing to check: %+v", s.Check)
	}
	switch m, l := s.Monitors, p.Limits; {
	case m.Metrics != "" && m.Prometheus != nil || m.Every <= 0 || m.Every > time.Minute:
		t.Fatalf("monitors that cannot be read: %+v", m)
	case m.Metrics == "" && m.Prometheus == nil && len(m.Business) > 0:
		t.Fatalf("business that nobody counts: %+v", m)
	case m.Prometheus != nil && (m.Prometheus.URL == "" || len(m.Prometheus.Queries) == 0):
		t.Fatalf("nothing to ask: %+v", m.Prometheus)
	case l.Errors.Ratio != 0 && l.Errors.Ratio <= 1 || l.Latency.Ratio != 0 && l.Latency.Ratio <= 1 || l.Latency.Points != 0 || l.Errors.Points < 0:
		t.Fatalf("limits that are none: %+v", l)
	}
	for _, l := range s.Logs {
		kinds := 0
		for _, set := range []bool{l.File != "", l.Journald != "", l.Docker != "", l.Command != "", l.Loki != nil} {
			if set {
				kinds++
			}
		}
		if kinds != 1 {
			t.Fatalf("not one source of logs: %+v", l)
		}
	}
}
