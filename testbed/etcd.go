package testbed

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.etcd.io/etcd/client/pkg/v3/transport"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
)

// Etcd is a cluster of Debian's etcd on loopback ports.
type Etcd struct {
	Endpoints                 []string
	CAFile, CertFile, KeyFile string
	// User and Password are set by Restrict.
	User, Password string

	access       Access
	program, dir string
	peers        []string
	members      []*exec.Cmd
}

// Access is how an etcd lets clients in.
type Access int

const (
	// Anybody may come, without TLS.
	Anybody Access = iota
	// Certificates: with TLS, and a certificate of the client's own.
	Certificates
	// Passwords: with TLS, and, after Restrict, with a user and password.
	Passwords
)

// StartEtcd starts a cluster, and ends it with the test.
func StartEtcd(t testing.TB, members int, access Access) *Etcd {
	t.Helper()
	e := &Etcd{access: access, program: Need(t, "etcd"), dir: t.TempDir(), members: make([]*exec.Cmd, members)}
	scheme := "http"
	if access != Anybody {
		scheme = "https"
		e.CertFile, e.KeyFile = certificate(t, e.dir)
		e.CAFile = e.CertFile
	}
	for range members {
		e.Endpoints = append(e.Endpoints, scheme+"://"+Address(t))
		e.peers = append(e.peers, "http://"+Address(t))
	}
	t.Cleanup(func() { e.end() })
	for i := range members {
		e.Start(t, i)
	}
	e.await(t)
	return e
}

// Start starts a member, for the first time or after Kill.
func (e *Etcd) Start(t testing.TB, member int) {
	t.Helper()
	log, err := os.OpenFile(e.log(member), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd := exec.Command(e.program, e.args(member)...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	e.members[member] = cmd
}

func (e *Etcd) args(i int) []string {
	var initial []string
	for n, peer := range e.peers {
		initial = append(initial, fmt.Sprintf("m%d=%s", n, peer))
	}
	args := []string{"--name", fmt.Sprintf("m%d", i), "--data-dir", filepath.Join(e.dir, fmt.Sprint(i)),
		"--listen-client-urls", e.Endpoints[i], "--advertise-client-urls", e.Endpoints[i],
		"--listen-peer-urls", e.peers[i], "--initial-advertise-peer-urls", e.peers[i], "--initial-cluster", strings.Join(initial, ","),
		"--heartbeat-interval", "50", "--election-timeout", "500", "--log-level", "error"}
	if e.access != Anybody {
		args = append(args, "--cert-file", e.CertFile, "--key-file", e.KeyFile)
	}
	if e.access == Certificates {
		args = append(args, "--client-cert-auth", "--trusted-ca-file", e.CAFile)
	}
	return args
}

func (e *Etcd) log(member int) string { return filepath.Join(e.dir, fmt.Sprintf("log%d", member)) }

// Kill ends a member with SIGKILL, and waits until it is gone.
func (e *Etcd) Kill(t testing.TB, member int) {
	t.Helper()
	e.Signal(t, member, syscall.SIGKILL)
	_ = e.members[member].Wait() // it was killed
}

// Signal sends a signal to a member: SIGSTOP and SIGCONT pause it.
func (e *Etcd) Signal(t testing.TB, member int, s syscall.Signal) {
	t.Helper()
	if err := e.members[member].Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// end ends those members that still run.
func (e *Etcd) end() {
	for _, m := range e.members {
		if m != nil && m.ProcessState == nil {
			_ = m.Process.Kill() // it may be gone already
			_ = m.Wait()
		}
	}
}

// Leader returns the index of the member that leads now.
func (e *Etcd) Leader(t testing.TB) int {
	t.Helper()
	client := e.client(t)
	defer client.Close()
	deadline, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for deadline.Err() == nil {
		for i, endpoint := range e.Endpoints {
			once, cancel := context.WithTimeout(deadline, time.Second)
			status, err := client.Status(once, endpoint)
			cancel()
			if err == nil && status.Leader == status.Header.MemberId {
				return i
			}
		}
	}
	t.Fatal("no member leads")
	return 0
}

// Restrict makes etcd ask for a user and password, and sets those of a user
// who may only read and write below a prefix.
func (e *Etcd) Restrict(t testing.TB, prefix string) {
	t.Helper()
	client := e.client(t)
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(client.UserAdd(ctx, "root", "the-root-password"))
	must(client.UserGrantRole(ctx, "root", "root"))
	must(client.RoleAdd(ctx, "noon"))
	must(client.RoleGrantPermission(ctx, "noon", prefix, clientv3.GetPrefixRangeEnd(prefix), clientv3.PermissionType(clientv3.PermReadWrite)))
	e.User, e.Password = "noon", "the-password-of-noon"
	must(client.UserAdd(ctx, e.User, e.Password))
	must(client.UserGrantRole(ctx, e.User, "noon"))
	must(client.AuthEnable(ctx))
}

func (e *Etcd) client(t testing.TB) *clientv3.Client {
	t.Helper()
	client, err := clientv3.New(clientv3.Config{Endpoints: e.Endpoints, DialTimeout: 5 * time.Second, Logger: zap.NewNop(), TLS: e.tls(t)})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func (e *Etcd) tls(t testing.TB) *tls.Config {
	t.Helper()
	if e.CAFile == "" {
		return nil
	}
	info := transport.TLSInfo{TrustedCAFile: e.CAFile, CertFile: e.CertFile, KeyFile: e.KeyFile}
	config, err := info.ClientConfig()
	if err != nil {
		t.Fatal(err)
	}
	return config
}

// await waits until the cluster answers.
func (e *Etcd) await(t testing.TB) {
	t.Helper()
	client := e.client(t)
	defer client.Close()
	deadline, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		once, cancel := context.WithTimeout(deadline, time.Second)
		_, err := client.Get(once, "any")
		cancel()
		if err == nil {
			return
		}
		if deadline.Err() != nil {
			text, _ := os.ReadFile(e.log(0)) // for the message only
			t.Fatalf("etcd did not start: %v\n%s", err, text)
		}
	}
}

// certificate writes one that is its own authority, for servers and clients on
// loopback, into dir.
func certificate(t testing.TB, dir string) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "root"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"localhost"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	writePEM(t, certFile, "CERTIFICATE", der)
	writePEM(t, keyFile, "EC PRIVATE KEY", secret)
	return certFile, keyFile
}

func writePEM(t testing.TB, path, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}
