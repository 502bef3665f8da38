package hosts_test

import (
	"testing"

	"noon/host"
	"noon/host/hosts"
	"noon/host/ssh"
	"noon/testbed"
)

func TestEveryHostIsReachedByItsNameAndKept(t *testing.T) {
	sshd := testbed.StartSSHD(t, t.TempDir())
	all := hosts.New(ssh.Settings{Home: sshd.Home})
	for name, want := range map[string]string{"": "local", "local": "local", sshd.Name: sshd.Name} {
		first, err := all.Reach(name)
		if err != nil {
			t.Fatal(err)
		}
		if second, _ := all.Reach(name); second != first || first.Name() != want {
			t.Errorf("%q is %q, and another one the second time", name, first.Name())
		}
		result, err := first.Run(t.Context(), host.Command{Line: "exit 3"})
		if err != nil || result.Status != 3 {
			t.Errorf("%q: status %d, %v", name, result.Status, err)
		}
	}
	kept, _ := all.Reach(sshd.Name)
	if err := all.Close(); err != nil {
		t.Error(err)
	}
	if _, err := kept.Run(t.Context(), host.Command{Line: "true"}); err == nil {
		t.Error("a closed host still runs commands")
	}
	if _, err := all.Reach("local"); err == nil {
		t.Error("closed hosts are still handed out")
	}
}
