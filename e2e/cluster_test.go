package e2e

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"testing"

	"noon/testbed"
)

// TestAMemberOfTheClusterIsKilledDuringARollout: the journal is in the user's
// own etcd of three members, over TLS. Its leader dies while a server is being
// upgraded; the rollout goes on, and the other members know all of it.
func TestAMemberOfTheClusterIsKilledDuringARollout(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	etcd := testbed.StartEtcd(t, 3, testbed.Certificates)
	w.build(size{servers: 2, haproxy: 1})
	w.artifact("v2", "none")
	w.welcome(2)

	flags := []string{"--etcd", strings.Join(etcd.Endpoints, ","), "--etcd-ca", etcd.CAFile, "--etcd-cert", etcd.CertFile, "--etcd-key", etcd.KeyFile}
	deploy := exec.Command(w.noon, append([]string{"deploy", "v2", "--output", "json"}, flags...)...)
	deploy.Dir, deploy.Stderr = w.dir, os.Stderr
	out, err := deploy.StdoutPipe()
	if err == nil {
		err = deploy.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines, killed := bufio.NewScanner(out), false
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		if !killed && strings.Contains(lines.Text(), `"step":"take out"`) {
			w.refusedElsewhere(flags)
		}
		if !killed && strings.Contains(lines.Text(), `"step":"install"`) {
			etcd.Kill(t, etcd.Leader(t))
			killed = true
		}
	}
	if err := deploy.Wait(); err != nil || !killed {
		t.Fatalf("noon deploy, after the leader was killed (%t): %v", killed, err)
	}
	if tally := w.home(); tally.Lost() > 0 {
		t.Fatalf("customers were lost: %s", tally)
	}

	// Another machine: its own state folder, and nothing but the cluster.
	history := exec.Command(w.noon, append([]string{"history", "--state", t.TempDir()}, flags...)...)
	history.Dir = w.dir
	text, err := history.CombinedOutput()
	if err != nil || !strings.Contains(string(text), "succeeded") {
		t.Fatalf("noon history: %v\n%s", err, text)
	}
}

// refusedElsewhere deploys from another machine, that is with another state
// folder, while a rollout runs: who has it in hand is told.
func (w *webshop) refusedElsewhere(flags []string) {
	w.t.Helper()
	second := exec.Command(w.noon, append([]string{"deploy", "v3", "--state", w.t.TempDir()}, flags...)...)
	second.Dir = w.dir
	text, err := second.CombinedOutput()
	if second.ProcessState.ExitCode() != 5 || !strings.Contains(string(text), "is in the hands of") {
		w.t.Errorf("a second deploy from elsewhere: %v\n%s", err, text)
	}
}
