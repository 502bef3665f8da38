package testbed

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	xssh "golang.org/x/crypto/ssh"
)

// SSHD is Debian's sshd on a loopback port, which lets the user who runs the
// test in with a key made for it.
type SSHD struct {
	// Address is "127.0.0.1:PORT"; Host and Port are its parts.
	Address, Host, Port string
	// User is who is let in.
	User string
	// Home holds .ssh/id_ed25519, .ssh/known_hosts and .ssh/config of a user
	// who may log in and knows the host key.
	Home string
	// Name is "USER@127.0.0.1:PORT", as noon.yaml may name the host.
	Name string

	t       testing.TB
	config  string
	program string
	cmd     *exec.Cmd
	log     *bytes.Buffer
}

// StartSSHD starts sshd. The lines are added in front of its configuration,
// where they have precedence: "AllowTcpForwarding no", "Subsystem sftp /none".
// Several of them may share a home, which then knows them all.
func StartSSHD(t testing.TB, home string, lines ...string) *SSHD {
	t.Helper()
	s := &SSHD{t: t, Home: home, program: Need(t, "sshd"), Host: "127.0.0.1"}
	u, err := user.Current()
	mustSSHD(t, err)
	s.User = u.Username
	mustSSHD(t, os.MkdirAll(filepath.Join(home, ".ssh"), 0o700))
	mustSSHD(t, privilegeSeparation())
	authorized := s.clientKey()
	s.configure(t.TempDir(), authorized, lines)
	s.Start()
	t.Cleanup(s.Stop)
	return s
}

// privilegeSeparation makes the empty directory that sshd wants when root.
func privilegeSeparation() error {
	if os.Geteuid() != 0 {
		return nil
	}
	return os.MkdirAll("/run/sshd", 0o755)
}

// clientKey makes the user's key unless the home has one, and returns the
// file with its public part.
func (s *SSHD) clientKey() string {
	path := filepath.Join(s.Home, ".ssh", "id_ed25519")
	if _, err := os.Stat(path); err == nil {
		return path + ".pub"
	}
	WriteSSHKey(s.t, path, "")
	return path + ".pub"
}

// WriteSSHKey makes a key pair in path and path.pub, encrypted if a
// passphrase is given.
func WriteSSHKey(t testing.TB, path, passphrase string) xssh.PublicKey {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	mustSSHD(t, err)
	block, err := xssh.MarshalPrivateKey(private, "test")
	if passphrase != "" {
		block, err = xssh.MarshalPrivateKeyWithPassphrase(private, "test", []byte(passphrase))
	}
	mustSSHD(t, err)
	key, err := xssh.NewPublicKey(public)
	mustSSHD(t, err)
	mustSSHD(t, os.WriteFile(path, pem.EncodeToMemory(block), 0o600))
	mustSSHD(t, os.WriteFile(path+".pub", xssh.MarshalAuthorizedKey(key), 0o644))
	return key
}

func (s *SSHD) configure(dir, authorized string, lines []string) {
	s.Address = Address(s.t)
	_, port, err := net.SplitHostPort(s.Address)
	mustSSHD(s.t, err)
	s.Port = port
	s.Name = s.User + "@" + s.Address
	s.config = filepath.Join(dir, "sshd_config")
	s.Know(WriteSSHKey(s.t, s.hostKey(), ""))
	// SHLVL keeps bash from reading the start-up file of whoever runs the tests.
	lines = append(lines, "SetEnv SHLVL=2", "ListenAddress "+s.Address, "HostKey "+s.hostKey(), "AuthorizedKeysFile "+authorized,
		"PidFile none", "StrictModes no", "UsePAM no", "PasswordAuthentication no", "KbdInteractiveAuthentication no",
		"PermitRootLogin yes", "Subsystem sftp internal-sftp", "LogLevel VERBOSE", "MaxStartups 100", "UseDNS no")
	mustSSHD(s.t, os.WriteFile(s.config, []byte(withoutRepeats(lines)), 0o600))
}

// withoutRepeats drops a later Subsystem: sshd takes two as an error.
func withoutRepeats(lines []string) string {
	var b strings.Builder
	subsystem := false
	for _, line := range lines {
		if strings.HasPrefix(line, "Subsystem sftp") {
			if subsystem {
				continue
			}
			subsystem = true
		}
		fmt.Fprintln(&b, line)
	}
	return b.String()
}

// Know adds a host key of this sshd to the home's known_hosts.
func (s *SSHD) Know(key xssh.PublicKey) {
	f, err := os.OpenFile(filepath.Join(s.Home, ".ssh", "known_hosts"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	mustSSHD(s.t, err)
	defer f.Close()
	_, err = fmt.Fprintf(f, "[%s]:%s %s", s.Host, s.Port, xssh.MarshalAuthorizedKey(key))
	mustSSHD(s.t, err)
}

// ChangeHostKey restarts sshd with another host key, which nobody knows.
func (s *SSHD) ChangeHostKey() {
	s.Stop()
	WriteSSHKey(s.t, s.hostKey(), "")
	s.Start()
}

func (s *SSHD) hostKey() string { return filepath.Join(filepath.Dir(s.config), "host_key") }

// Trust replaces the key of this sshd that the home's known_hosts has by the
// one that it has now, as a user does who has compared them.
func (s *SSHD) Trust() {
	path := filepath.Join(s.Home, ".ssh", "known_hosts")
	known, err := os.ReadFile(path)
	mustSSHD(s.t, err)
	var kept strings.Builder
	for line := range strings.Lines(string(known)) {
		if !strings.HasPrefix(line, fmt.Sprintf("[%s]:%s ", s.Host, s.Port)) {
			kept.WriteString(line)
		}
	}
	mustSSHD(s.t, os.WriteFile(path, []byte(kept.String()), 0o600))
	public, err := os.ReadFile(s.hostKey() + ".pub")
	mustSSHD(s.t, err)
	key, _, _, _, err := xssh.ParseAuthorizedKey(public)
	mustSSHD(s.t, err)
	s.Know(key)
}

// Start starts sshd again after Stop, on the same port.
func (s *SSHD) Start() {
	s.log = &bytes.Buffer{}
	s.cmd = exec.Command(s.program, "-D", "-e", "-f", s.config)
	s.cmd.Stderr = s.log
	mustSSHD(s.t, s.cmd.Start())
	s.awaitBanner()
}

func (s *SSHD) awaitBanner() {
	var err error
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		var conn net.Conn
		if conn, err = net.Dial("tcp", s.Address); err == nil {
			conn.SetDeadline(time.Now().Add(5 * time.Second))
			_, err = bufio.NewReader(conn).ReadString('\n')
			conn.Close()
			if err == nil {
				return
			}
		}
	}
	s.Stop()
	s.t.Fatalf("sshd did not start: %v\n%s", err, s.log)
}

// Stop ends sshd and every session of it.
func (s *SSHD) Stop() {
	if s.cmd == nil {
		return
	}
	s.Signal(syscall.SIGCONT)
	sessions := descendants(s.cmd.Process.Pid)
	s.cmd.Process.Kill()
	for _, pid := range sessions {
		syscall.Kill(pid, syscall.SIGKILL)
	}
	s.cmd.Wait()
	s.cmd = nil
}

// Signal sends a signal to the processes of all sessions and to what runs in
// them, not to sshd itself: SIGKILL cuts all connections, SIGSTOP makes the
// machine silent.
func (s *SSHD) Signal(signal syscall.Signal) {
	for _, pid := range descendants(s.cmd.Process.Pid) {
		syscall.Kill(pid, signal)
	}
}

// Processes are those of all sessions and of what runs in them.
func (s *SSHD) Processes() []int { return descendants(s.cmd.Process.Pid) }

// Cut kills the processes that hold the sessions' connections; what runs in
// the sessions lives on, as when the network fails.
func (s *SSHD) Cut() {
	for _, pid := range descendants(s.cmd.Process.Pid) {
		if comm, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid)); strings.HasPrefix(string(comm), "sshd") {
			syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

// descendants finds all processes below one.
func descendants(of int) []int {
	parents := map[int][]int{}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, name := range stats {
		content, _ := os.ReadFile(name)
		_, rest, ok := strings.Cut(string(content), ") ")
		fields := strings.Fields(rest)
		if !ok || len(fields) < 2 {
			continue
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		parent, _ := strconv.Atoi(fields[1])
		parents[parent] = append(parents[parent], pid)
	}
	var all []int
	for next := []int{of}; len(next) > 0; next = next[1:] {
		all = append(all, parents[next[0]]...)
		next = append(next, parents[next[0]]...)
	}
	return all
}

func mustSSHD(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
