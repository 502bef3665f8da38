package logs_test

import (
	"context"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"noon/fleet"
	"noon/host"
	"noon/host/local"
	"noon/observe/logs"
)

// preflight returns what is said of a source, "FATAL ..." or "note ...".
func preflight(t *testing.T, h host.Host, source fleet.LogSource) string {
	t.Helper()
	f := logs.New(logs.Options{Sources: []fleet.LogSource{source}, Reach: func(fleet.Server) (host.Host, error) { return h, nil }})
	var all []string
	for _, p := range f.Preflight(t.Context(), web1) {
		kind := "note "
		if p.Fatal {
			kind = "FATAL "
		}
		if p.Mend == "" || !strings.HasPrefix(p.What, "web1: logs: ") {
			t.Errorf("%+v", p)
		}
		all = append(all, kind+p.What+" | "+p.Mend)
	}
	return strings.Join(all, "\n")
}

func says(t *testing.T, got string, words ...string) {
	t.Helper()
	if len(words) == 0 && got != "" {
		t.Errorf("said %q", got)
	}
	for _, word := range words {
		if !strings.Contains(got, word) {
			t.Errorf("%q is missing in %q", word, got)
		}
	}
}

func TestWhatCanBeReadIsNoProblem(t *testing.T) {
	everywhere(t, func(t *testing.T, h host.Host) {
		file := filepath.Join(t.TempDir(), "a b.log")
		add(t, file, "line")
		says(t, preflight(t, h, fileSource(file)))
		says(t, preflight(t, h, commandSource(`tail -F "{server}'s log"`)))
	})
}

func TestWhatCannotBeReadIsSaidWithItsMend(t *testing.T) {
	everywhere(t, func(t *testing.T, h host.Host) {
		dir := t.TempDir()
		says(t, preflight(t, h, fileSource(filepath.Join(dir, "*.log"))), "note ", "no file matches yet")
		says(t, preflight(t, h, fileSource(filepath.Join(dir, "{server}.log"))), "/web1.log: no file matches yet")
		says(t, preflight(t, h, commandSource("if true; then")), "FATAL ", "does not understand it")
		source := fleet.LogSource{Loki: &fleet.Loki{URL: "http://127.0.0.1:1", Query: `{host="{server}"}`}}
		says(t, preflight(t, h, source), "FATAL ", "connection refused", "loki")
	})
}

func TestAProgramThatIsMissingIsSaid(t *testing.T) {
	h, _ := withBusybox(t)
	says(t, preflight(t, h, journalSource("shop")), "FATAL ", "there is no journalctl")
	says(t, preflight(t, h, dockerSource("shop")), "FATAL ", "there is no docker")
}

// nobody is this machine for somebody who is not root, who may read everything.
type nobody struct{ *local.Local }

func (n nobody) Run(ctx context.Context, c host.Command) (host.Result, error) {
	return n.Local.Run(ctx, asNobody(c))
}

func (n nobody) Stream(ctx context.Context, c host.Command, out io.Writer) (host.Result, error) {
	return n.Local.Stream(ctx, asNobody(c), out)
}

func asNobody(c host.Command) host.Command {
	if os.Geteuid() != 0 {
		return c
	}
	c.Env = maps.Clone(c.Env)
	if c.Env == nil {
		c.Env = map[string]string{}
	}
	c.Env["NOON_LINE"] = c.Line
	c.Line = `exec setpriv --reuid=65534 --regid=65534 --clear-groups sh -c "$NOON_LINE"`
	return c
}

func TestAFileThatMayNotBeReadIsSaid(t *testing.T) {
	h := nobody{local.New()}
	dir := t.TempDir()
	for _, open := range []string{dir, filepath.Dir(dir)} {
		if err := os.Chmod(open, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(dir, "app.log")
	if err := os.WriteFile(file, nil, 0); err != nil {
		t.Fatal(err)
	}
	says(t, preflight(t, h, fileSource(file)), "FATAL ", "may not read")
	to := follow(t, h, fileSource(file))
	to.await(t, "it to be told", func() bool { return strings.Contains(to.silent, "may not read") })
}

func TestThePreflightOfAJournal(t *testing.T) {
	j := startJournal(t)
	t.Setenv("PATH", j.Path)
	j.WriteIn("1", time.Now(), "shop", "a line", 6)
	j.settle("a line")
	says(t, preflight(t, local.New(), journalSource("shop")))
	says(t, preflight(t, local.New(), journalSource("shopp")), "note ", "no line of it")
}

func TestThePreflightOfAContainer(t *testing.T) {
	program := dockerHere(t)
	add(t, program+".log", "2026-11-21T14:00:00Z a line")
	script := strings.NewReplacer("exec tail -n +1 -f", "exec cat", `[ -n "$since" ] && `, "").Replace(dockerScript)
	if err := os.WriteFile(program, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	says(t, preflight(t, local.New(), dockerSource("shop")))
	says(t, preflight(t, local.New(), dockerSource("shopp")), "note ", "there is no container with this name")
}
