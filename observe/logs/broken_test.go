package logs_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"noon/fleet"
	"noon/host"
	"noon/host/local"
	"noon/host/ssh"
	"noon/observe/logs"
)

func TestAConnectionThatIsCutLosesNothing(t *testing.T) {
	h, sshd := overSSH(t)
	file := filepath.Join(t.TempDir(), "app.log")
	add(t, file, "past")
	to := follow(t, h, fileSource(file))
	to.awaitRead(t)
	want := []string{"past"}
	for i, line := range numbered("line", 0, 150) {
		if i%50 == 25 {
			sshd.Cut()
		}
		add(t, file, line)
		want = append(want, line)
		time.Sleep(3 * time.Millisecond)
	}
	to.exactly(t, want...)
}

func TestAMachineThatIsDownIsSaidAndReadOnAfterwards(t *testing.T) {
	h, sshd := overSSH(t)
	file := filepath.Join(t.TempDir(), "app.log")
	add(t, file, "past")
	to := follow(t, h, fileSource(file))
	to.awaitRead(t)
	before := time.Now()
	sshd.Stop()
	add(t, file, "meanwhile")
	to.await(t, "the silence", func() bool { return to.quiet && strings.Contains(to.silent, "connection refused") })
	if d := to.since.Sub(before); d < -time.Second || d > time.Second {
		t.Errorf("silent since %s after the end", d)
	}
	sshd.Start()
	to.awaitRead(t)
	to.exactly(t, "past", "meanwhile")
}

// TestMain is also the noon that TestNothingIsLeftWhenNoonIsKilled kills.
func TestMain(m *testing.M) {
	if command := os.Getenv("NOON_TEST_FOLLOW"); command != "" {
		followForever(command)
		return
	}
	os.Exit(m.Run())
}

func followForever(command string) {
	var h host.Host = local.New()
	if name := os.Getenv("NOON_TEST_SSH"); name != "" {
		home := os.Getenv("NOON_TEST_HOME")
		h = ssh.New(name, ssh.Settings{Home: home, User: "x", Configs: []string{filepath.Join(home, ".ssh", "config")}})
	}
	f := logs.New(logs.Options{
		Sources: []fleet.LogSource{commandSource(command), fileSource("/nothing/*")},
		Reach:   func(fleet.Server) (host.Host, error) { return h, nil },
	})
	f.Follow(context.Background(), web1, time.Time{}, newHeard())
}

func TestNothingIsLeftWhenNoonIsKilled(t *testing.T) {
	for _, p := range places {
		t.Run(p.name, func(t *testing.T) {
			_, sshd := p.make(t)
			pidFile := filepath.Join(t.TempDir(), "pid")
			noon := exec.Command(os.Args[0])
			noon.Env = append(os.Environ(), fmt.Sprintf("NOON_TEST_FOLLOW=echo $$ > %s.new; mv %s.new %s; sleep 1000 & sleep 1000", pidFile, pidFile, pidFile))
			if sshd != nil {
				noon.Env = append(noon.Env, "NOON_TEST_SSH="+sshd.Name, "NOON_TEST_HOME="+sshd.Home)
			}
			if err := noon.Start(); err != nil {
				t.Fatal(err)
			}
			group := ""
			for group == "" && t.Context().Err() == nil {
				pid, _ := os.ReadFile(pidFile)
				group = groupOf(strings.TrimSpace(string(pid)))
			}
			if n := len(inGroup(group)); n < 5 {
				t.Errorf("%d processes read logs", n)
			}
			noon.Process.Kill()
			noon.Wait()
			deadline := time.Now().Add(10 * time.Second)
			for len(inGroup(group)) > 0 {
				if time.Now().After(deadline) {
					t.Fatalf("left: %v", inGroup(group))
				}
				time.Sleep(5 * time.Millisecond)
			}
		})
	}
}

// groupOf returns the process group of a process, "" if it is not there.
func groupOf(pid string) string {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	_, rest, ok := strings.Cut(string(stat), ") ")
	words := strings.Fields(rest)
	if err != nil || !ok || len(words) < 3 || words[0] == "Z" {
		return ""
	}
	return words[2]
}

func inGroup(group string) []string {
	var all []string
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, stat := range stats {
		pid := filepath.Base(filepath.Dir(stat))
		if groupOf(pid) == group {
			line, _ := os.ReadFile("/proc/" + pid + "/cmdline")
			all = append(all, strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return all
}
