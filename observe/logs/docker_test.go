package logs_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"noon/fleet"
)

// A docker that answers "docker logs" in Docker's words: where no Docker can
// run, this is a contract with its words and flags. See dockerd_test.go for the
// real one.
const dockerScript = `#!/bin/sh
echo "$@" >> "$0.calls"
since=; tail=; name=
[ "$1" = logs ] || exit 64
shift
while [ $# -gt 0 ]; do case $1 in
	-f | --timestamps) shift ;;
	--since) since=$2; shift 2 ;;
	--tail) tail=$2; shift 2 ;;
	*) name=$1; shift ;;
esac; done
[ -n "$since" ] && [ -n "$tail" ] || exit 64
if [ "$name" != shop ]; then echo "Error response from daemon: No such container: $name" >&2; exit 1; fi
exec tail -n +1 -f "$0.log"
`

func dockerHere(t *testing.T) string {
	bin := t.TempDir()
	program := filepath.Join(bin, "docker")
	if err := os.WriteFile(program, []byte(dockerScript), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	return program
}

func dockerSource(name string) fleet.LogSource {
	return fleet.LogSource{Docker: name, History: 10 * time.Minute}
}

func TestAContainerIsRead(t *testing.T) {
	program := dockerHere(t)
	h, _ := places[0].make(t)
	at := time.Now().Add(-time.Minute).UTC()
	var lines []string
	for i, line := range []string{`{"level":"error","msg":"no stock"}`, "java.lang.IllegalStateException: no stock", "\tat com.shop.Order.place(Order.java:42)", "\tat com.shop.Main.main(Main.java:7)"} {
		lines = append(lines, at.Add(time.Duration(i)*time.Millisecond).Format("2006-01-02T15:04:05.000000000Z07:00")+" "+line)
	}
	add(t, program+".log", lines...)
	to := follow(t, h, dockerSource("shop"))
	to.await(t, "both entries", func() bool { return len(to.lines) == 2 })
	to.awaitRead(t)
	if first := to.lines[0]; !first.Time.Equal(at) || first.Level.String() != "error" {
		t.Errorf("%v, want %v, level %v", first.Time, at, first.Level)
	}
	if to.lines[1].Stack == nil {
		t.Errorf("the stack trace is %q", to.lines[1].Raw)
	}
	calls, _ := os.ReadFile(program + ".calls")
	if want := "logs -f --timestamps --tail 20000 --since 600s shop"; strings.TrimSpace(string(calls)) != want {
		t.Errorf("docker was called with %q, want %q", calls, want)
	}
}

func TestAContainerThatIsRestartedIsReadOnWhereItWas(t *testing.T) {
	program := dockerHere(t)
	script := strings.Replace(dockerScript, `exec tail -n +1 -f`, `exec cat`, 1)
	if err := os.WriteFile(program, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	h, _ := places[0].make(t)
	at := time.Now().UTC()
	to := follow(t, h, dockerSource("shop"))
	var want []string
	for i := range 5 {
		line := fmt.Sprint("line ", i)
		want = append(want, line)
		add(t, program+".log", at.Add(time.Duration(i)*time.Millisecond).Format(time.RFC3339Nano)+" "+line)
		to.awaitLine(t, line)
	}
	to.await(t, "its end to be told", func() bool { return strings.Contains(to.silent, "the container has ended") })
	to.exactly(t, want...)
	calls, _ := os.ReadFile(program + ".calls")
	if !strings.Contains(string(calls), "--since "+at.Format("2006-01-02T15:04:05")) {
		t.Errorf("docker was called with %q", calls)
	}
}

func TestAContainerThatIsNotThereIsSaid(t *testing.T) {
	dockerHere(t)
	h, _ := places[0].make(t)
	to := follow(t, h, dockerSource("shopp"))
	to.await(t, "it to be told", func() bool { return strings.Contains(to.silent, "there is no container with this name") })
}
