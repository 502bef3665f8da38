package ssh_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	xssh "golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"noon/host"
	"noon/host/ssh"
	"noon/testbed"
)

// settings are those of a user whose files are in the home of the sshd.
func settings(home string) ssh.Settings {
	return ssh.Settings{Home: home, User: "nobody-of-that-name", Configs: []string{filepath.Join(home, ".ssh", "config")}}
}

func reach(t *testing.T, name string, s ssh.Settings) *ssh.Host {
	t.Helper()
	h := ssh.New(name, s)
	t.Cleanup(func() { h.Close() })
	return h
}

func machine(t *testing.T, lines ...string) (*testbed.SSHD, *ssh.Host) {
	t.Helper()
	sshd := testbed.StartSSHD(t, t.TempDir(), lines...)
	return sshd, reach(t, sshd.Name, settings(sshd.Home))
}

func writeConfig(t *testing.T, home, format string, args ...any) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(home, ".ssh", "config"), fmt.Appendf(nil, format, args...), 0o600); err != nil {
		t.Fatal(err)
	}
}

func says(t *testing.T, h *ssh.Host, line, want string) {
	t.Helper()
	result, err := h.Run(t.Context(), host.Command{Line: line})
	if err != nil {
		t.Fatal(err)
	}
	if result.Status != 0 || string(result.Stdout) != want {
		t.Fatalf("status %d, said %q, not %q; %s", result.Status, result.Stdout, want, result.Stderr)
	}
}

func failsWith(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q is missing in: %v", word, err)
		}
	}
}

func TestACommandGetsItsDataUnchanged(t *testing.T) {
	_, h := machine(t)
	for _, value := range []string{"v1.2.3", "", "$(reboot) `reboot`", "'; rm -rf / #", `\'"\\`, "two\nlines\n", "ä\x01\xff", "-n"} {
		result, err := h.Run(t.Context(), host.Command{
			Line: `printf %s "$NOON_VERSION"; cat >&2; exit 7`, Env: map[string]string{"NOON_VERSION": value, "OTHER": "x"}, Stdin: strings.NewReader("in"),
		})
		if err != nil || result.Status != 7 || string(result.Stdout) != value || string(result.Stderr) != "in" {
			t.Errorf("%q: %d %q %q %v", value, result.Status, result.Stdout, result.Stderr, err)
		}
	}
}

func TestDataThatNoCommandCanBeGivenIsRefused(t *testing.T) {
	h := reach(t, "nowhere.invalid", settings(t.TempDir()))
	for name, value := range map[string]string{"A;reboot": "", "A": "\x00"} {
		if _, err := h.Run(t.Context(), host.Command{Line: "true", Env: map[string]string{name: value}}); err == nil || strings.Contains(err.Error(), "reach") {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestOfALongOutputBeginningAndEndAreKept(t *testing.T) {
	_, h := machine(t)
	result, err := h.Run(t.Context(), host.Command{Line: "echo first; head -c 3000000 /dev/zero; echo last"})
	if err != nil || len(result.Stdout) > host.OutputMost || !strings.HasPrefix(string(result.Stdout), "first\n") || !strings.HasSuffix(string(result.Stdout), "last\n") {
		t.Errorf("%d bytes, %v", len(result.Stdout), err)
	}
}

func TestAHostWhoseKeyIsNotKnownIsRefused(t *testing.T) {
	sshd, h := machine(t)
	known := filepath.Join(sshd.Home, ".ssh", "known_hosts")
	os.Remove(known)
	_, err := h.Run(t.Context(), host.Command{Line: "true"})
	failsWith(t, err, sshd.Name, sshd.Address, "not known", "ED25519 key SHA256:", known, "ssh-keyscan -p "+sshd.Port)
	var keyError *ssh.HostKeyError
	if !errors.As(err, &keyError) || len(keyError.Known) != 0 {
		t.Errorf("error %#v", err)
	}
}

func TestAHostWhoseKeyHasChangedIsRefused(t *testing.T) {
	sshd, h := machine(t)
	says(t, h, "echo one", "one\n")
	sshd.ChangeHostKey()
	_, err := h.Run(t.Context(), host.Command{Line: "true"})
	failsWith(t, err, sshd.Address, "has changed", "SHA256:", "known_hosts:1", "ssh-keygen -R '["+sshd.Host+"]:"+sshd.Port+"'")
}

func TestAMachineWithSeveralKeysShowsTheOneThatIsKnown(t *testing.T) {
	key := filepath.Join(t.TempDir(), "ecdsa")
	if out, err := exec.Command(testbed.Need(t, "ssh-keygen"), "-q", "-t", "ecdsa", "-N", "", "-f", key).CombinedOutput(); err != nil {
		t.Fatal(err, string(out))
	}
	sshd, h := machine(t, "HostKey "+key)
	public, err := os.ReadFile(key + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	known := fmt.Appendf(nil, "[%s]:%s %s", sshd.Host, sshd.Port, public)
	if err := os.WriteFile(filepath.Join(sshd.Home, ".ssh", "known_hosts"), known, 0o600); err != nil {
		t.Fatal(err)
	}
	says(t, h, "echo one", "one\n")
}

func TestAConnectionThatWasCutIsOpenedAgain(t *testing.T) {
	sshd, h := machine(t)
	says(t, h, "echo one", "one\n")
	started := filepath.Join(t.TempDir(), "started")
	ended := make(chan error, 1)
	go func() {
		_, err := h.Run(context.Background(), host.Command{Line: `: > "$F"; while [ -e "$F" ]; do sleep 0.1; done`, Env: map[string]string{"F": started}})
		ended <- err
	}()
	await(t, started)
	sshd.Signal(syscall.SIGKILL)
	failsWith(t, <-ended, sshd.Name, "the connection broke", "not known")
	says(t, h, "echo two", "two\n")
}

func TestAMachineThatRebootsIsReachedAfterwards(t *testing.T) {
	sshd, h := machine(t)
	says(t, h, "echo one", "one\n")
	sshd.Stop()
	_, err := h.Run(t.Context(), host.Command{Line: "true"})
	failsWith(t, err, "reach "+sshd.Name, "connection refused")
	sshd.Start()
	says(t, h, "echo two", "two\n")
}

func TestAMachineThatFallsSilentIsGivenUpAndReachedAgain(t *testing.T) {
	sshd := testbed.StartSSHD(t, t.TempDir())
	s := settings(sshd.Home)
	s.Alive = 100 * time.Millisecond
	h := reach(t, sshd.Name, s)
	says(t, h, "echo one", "one\n")
	sshd.Signal(syscall.SIGSTOP)
	_, err := h.Run(t.Context(), host.Command{Line: "echo two"})
	if err != nil {
		says(t, h, "echo two", "two\n")
	}
}

func TestACommandIsKilledWithItsChildrenWhenItsTimeIsUp(t *testing.T) {
	_, h := machine(t)
	pid := filepath.Join(t.TempDir(), "pid")
	ctx, cancel := context.WithCancel(t.Context())
	go func() { await(t, pid); cancel() }()
	_, err := h.Run(ctx, host.Command{Line: `sleep 1000 & echo $! > "$PID.new"; mv "$PID.new" "$PID"; wait`, Env: map[string]string{"PID": pid}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	failsWith(t, err, "the command was killed")
	if t.Failed() {
		return // it still runs
	}
	number, _ := os.ReadFile(pid)
	for {
		stat, err := os.ReadFile("/proc/" + strings.TrimSpace(string(number)) + "/stat")
		if err != nil || strings.Contains(string(stat), ") Z ") {
			break
		}
		time.Sleep(time.Millisecond)
	}
}

func TestACommandThatLeavesADaemonEnds(t *testing.T) {
	_, h := machine(t)
	result, err := h.Run(t.Context(), host.Command{Line: "sleep 1000 & echo $!"})
	if err != nil || result.Status != 0 {
		t.Fatal(result, err)
	}
	says(t, h, "kill "+strings.TrimSpace(string(result.Stdout)), "")
}

func TestManyCommandsShareOneConnection(t *testing.T) {
	_, h := machine(t)
	answers := make(chan string, 30)
	for range 30 {
		go func() {
			result, err := h.Run(context.Background(), host.Command{Line: `set -- $SSH_CLIENT; echo "$2"`})
			answers <- fmt.Sprint(string(result.Stdout), err)
		}()
	}
	ports := map[string]bool{}
	for range 30 {
		ports[<-answers] = true
	}
	if len(ports) != 1 {
		t.Errorf("connections from the ports %v", ports)
	}
}

func TestCloseEndsWhatRuns(t *testing.T) {
	_, h := machine(t)
	started := filepath.Join(t.TempDir(), "started")
	ended := make(chan error, 1)
	go func() {
		_, err := h.Run(context.Background(), host.Command{Line: `: > "$F"; while [ -e "$F" ]; do sleep 0.1; done`, Env: map[string]string{"F": started}})
		ended <- err
	}()
	await(t, started)
	h.Close()
	if err := <-ended; err == nil {
		t.Error("no error")
	}
	_, err := h.Run(t.Context(), host.Command{Line: "true"})
	failsWith(t, err, "closed")
}

func TestAWrittenFileIsWholeOrNotThere(t *testing.T) {
	for name, line := range map[string]string{
		"with SFTP": "Subsystem sftp internal-sftp", "without SFTP": "Subsystem sftp-none /bin/false", "with SFTP's program missing": "Subsystem sftp /nowhere",
	} {
		t.Run(name, func(t *testing.T) {
			_, h := machine(t, line)
			path := filepath.Join(t.TempDir(), "a", "it's $(b)\n", "file")
			content := strings.Repeat("0123456789", 50_000)
			for _, c := range []string{"old", content} {
				if err := h.Write(t.Context(), path, strings.NewReader(c), 0o640); err != nil {
					t.Fatal(err)
				}
			}
			broken := io.MultiReader(strings.NewReader("half"), iotest.ErrReader(errors.New("disk on fire")))
			failsWith(t, h.Write(t.Context(), path, broken, 0o640), "disk on fire", h.Name())
			got, _ := os.ReadFile(path)
			info, err := os.Stat(path)
			if err != nil || string(got) != content || info.Mode().Perm() != 0o640 {
				t.Errorf("%d bytes, mode %v, %v", len(got), info.Mode(), err)
			}
			if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
				t.Errorf("left over: %v", entries)
			}
		})
	}
}

func TestAFileWhoseConnectionBreaksIsNotTakenForWhole(t *testing.T) {
	for name, line := range map[string]string{"with SFTP": "Subsystem sftp internal-sftp", "without SFTP": "Subsystem sftp-none /bin/false"} {
		t.Run(name, func(t *testing.T) {
			sshd, h := machine(t, line)
			path := filepath.Join(t.TempDir(), "file")
			cut := io.MultiReader(strings.NewReader(strings.Repeat("x", 1<<20)), readerFunc(func() { sshd.Cut() }), strings.NewReader("more"))
			if err := h.Write(t.Context(), path, cut, 0o600); err == nil {
				t.Error("no error")
			}
			if _, err := os.Stat(path); err == nil {
				t.Error("the file is there")
			}
		})
	}
}

// readerFunc is a reader that is empty, and does something when read.
type readerFunc func()

func (f readerFunc) Read([]byte) (int, error) { f(); return 0, io.EOF }

func TestConnectionsStartFromTheMachine(t *testing.T) {
	sshd, h := machine(t)
	socket := filepath.Join(t.TempDir(), "s")
	for network, address := range map[string]string{"tcp": "127.0.0.1:0", "unix": socket} {
		l, err := net.Listen(network, address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		go func() {
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				go func() { io.Copy(conn, io.LimitReader(conn, 4)); conn.Close() }()
			}
		}()
		conn, err := h.Dial(t.Context(), network, l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Error(err)
		}
		fmt.Fprint(conn, "ping")
		if got, err := io.ReadAll(conn); string(got) != "ping" || err != nil {
			t.Errorf("%s: %q %v", network, got, err)
		}
		silent, err := h.Dial(t.Context(), network, l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer silent.Close()
		silent.SetReadDeadline(time.Now())
		if _, err := silent.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s: after the deadline %v", network, err)
		}
	}
	_, err := h.Dial(t.Context(), "unix", socket+"-none")
	failsWith(t, err, sshd.Name, socket)
	var refused *ssh.RefusedError
	if !errors.As(err, &refused) || refused.Forbidden() {
		t.Errorf("error %#v", err)
	}
}

func TestForbiddenForwardingIsSaidClearly(t *testing.T) {
	sshd, h := machine(t, "AllowTcpForwarding no", "AllowStreamLocalForwarding no")
	_, err := h.Dial(t.Context(), "tcp", sshd.Address)
	failsWith(t, err, sshd.Name, "forbids", sshd.Address, "AllowTcpForwarding")
	var refused *ssh.RefusedError
	if !errors.As(err, &refused) || !refused.Forbidden() {
		t.Errorf("error %#v", err)
	}
	_, err = h.Dial(t.Context(), "unix", "/run/x")
	failsWith(t, err, sshd.Name, "/run/x", "AllowStreamLocalForwarding")
	says(t, h, "echo still there", "still there\n")
}

func TestAliasesOfSSHsConfigurationAreUnderstood(t *testing.T) {
	home := t.TempDir()
	sshd := testbed.StartSSHD(t, home)
	elsewhere := filepath.Join(home, "elsewhere")
	for _, name := range []string{"id_ed25519", "known_hosts"} {
		os.Rename(filepath.Join(home, ".ssh", name), elsewhere+"-"+name)
	}
	os.WriteFile(filepath.Join(home, ".ssh", "more"), fmt.Appendf(nil, "IdentityFile ~/elsewhere-id_ed25519\n"), 0o600)
	writeConfig(t, home, "Match host web1\n  Port %s\nHost web*\n  HostName 127.0.0.1\n  User %s\n  UserKnownHostsFile \"%%d/elsewhere-known_hosts\"\nInclude %s\n",
		sshd.Port, sshd.User, filepath.Join(home, ".ssh", "more"))
	says(t, reach(t, "web1", settings(home)), "echo hello", "hello\n")
}

func TestAMatchThatIsNotUnderstoodIsSaid(t *testing.T) {
	home := t.TempDir()
	os.Mkdir(filepath.Join(home, ".ssh"), 0o700)
	for _, match := range []string{"exec true", "user ana", "originalhost web1"} {
		writeConfig(t, home, "Match %s\n  Port 1\n", match)
		_, err := reach(t, "web1", settings(home)).Run(t.Context(), host.Command{Line: "true"})
		failsWith(t, err, "web1", filepath.Join(home, ".ssh", "config"), `"Match host"`)
	}
	writeConfig(t, home, "Host web1\n ProxyCommand nc %%h %%p\n")
	_, err := reach(t, "web1", settings(home)).Run(t.Context(), host.Command{Line: "true"})
	failsWith(t, err, "web1", "ProxyCommand", "use ProxyJump")
}

func TestAHostBehindJumpHostsIsReached(t *testing.T) {
	home := t.TempDir()
	first, second, last := testbed.StartSSHD(t, home), testbed.StartSSHD(t, home), testbed.StartSSHD(t, home)
	block := "Host %s\n HostName 127.0.0.1\n Port %s\n User " + first.User + "\n"
	writeConfig(t, home, block+block+" ProxyJump first\n"+block+" ProxyJump second\n"+"Host chain\n HostName 127.0.0.1\n Port %s\n User %s\n ProxyJump first,second\n",
		"first", first.Port, "second", second.Port, "last", last.Port, last.Port, last.User)
	for _, name := range []string{"last", "chain"} {
		h := reach(t, name, settings(home))
		says(t, h, `set -- $SSH_CONNECTION; echo "$4"`, last.Port+"\n")
		second.Signal(syscall.SIGKILL)
		awaitBroken(t, h)
		says(t, h, "echo again", "again\n")
	}
	first.ChangeHostKey()
	_, err := reach(t, "chain", settings(home)).Run(t.Context(), host.Command{Line: "true"})
	failsWith(t, err, "jump host first", "has changed")
}

func awaitBroken(t *testing.T, h *ssh.Host) {
	t.Helper()
	for t.Context().Err() == nil {
		if result, err := h.Run(t.Context(), host.Command{Line: "true"}); err == nil && result.Status == 0 {
			return
		}
	}
}

func TestJumpHostsInACircleAreSaid(t *testing.T) {
	home := t.TempDir()
	os.Mkdir(filepath.Join(home, ".ssh"), 0o700)
	writeConfig(t, home, "Host a\n ProxyJump b\nHost b\n ProxyJump a\n")
	_, err := reach(t, "a", settings(home)).Run(t.Context(), host.Command{Line: "true"})
	failsWith(t, err, "circle")
}

func TestAnEncryptedKeyIsTakenFromTheAgentOrSaid(t *testing.T) {
	home := t.TempDir()
	sshd := testbed.StartSSHD(t, home)
	key := filepath.Join(home, ".ssh", "id_ed25519")
	plain, _ := os.ReadFile(key)
	private, err := xssh.ParseRawPrivateKey(plain)
	if err != nil {
		t.Fatal(err)
	}
	testbed.WriteSSHKey(t, key, "secret")
	s := settings(home)
	_, err = reach(t, sshd.Name, s).Run(t.Context(), host.Command{Line: "true"})
	failsWith(t, err, "does not let "+sshd.User+" in", "encrypted", "ssh-add "+key)

	ring := agent.NewKeyring()
	if err := ring.Add(agent.AddedKey{PrivateKey: private}); err != nil {
		t.Fatal(err)
	}
	s.Agent = serveAgent(t, ring)
	authorize(t, ring, key+".pub")
	says(t, reach(t, sshd.Name, s), "echo hello", "hello\n")
}

func authorize(t *testing.T, ring agent.Agent, file string) {
	t.Helper()
	keys, err := ring.List()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(keys[0].String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

func serveAgent(t *testing.T, ring agent.Agent) string {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "agent")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go agent.ServeAgent(ring, conn)
		}
	}()
	return socket
}

func TestAMachineThatNeverAnswersIsGivenUp(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := settings(t.TempDir())
	s.Connect = 50 * time.Millisecond
	_, err = reach(t, l.Addr().String(), s).Run(t.Context(), host.Command{Line: "true"})
	failsWith(t, err, l.Addr().String(), "did not finish the SSH handshake")
}

// await waits until the file is there.
func await(t *testing.T, path string) {
	t.Helper()
	for t.Context().Err() == nil {
		if _, err := os.Stat(path); err == nil {
			return
		}
		time.Sleep(time.Millisecond)
	}
}
