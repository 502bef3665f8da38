package testbed

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
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
	members                   []*exec.Cmd
}

// StartEtcd starts a cluster, with TLS if wanted, and ends it with the test.
func StartEtcd(t testing.TB, members int, tls bool) *Etcd {
	t.Helper()
	program, dir := Need(t, "etcd"), t.TempDir()
	e := &Etcd{}
	scheme := "http"
	if tls {
		scheme = "https"
		e.certify(t, dir)
	}
	var peers, initial []string
	for i := range members {
		e.Endpoints = append(e.Endpoints, scheme+"://"+Address(t))
		peers = append(peers, "http://"+Address(t))
		initial = append(initial, fmt.Sprintf("m%d=%s", i, peers[i]))
	}
	for i := range members {
		e.members = append(e.members, e.start(t, program, dir, i, peers[i], strings.Join(initial, ",")))
	}
	e.await(t)
	return e
}

func (e *Etcd) start(t testing.TB, program, dir string, i int, peer, initial string) *exec.Cmd {
	t.Helper()
	args := []string{"--name", fmt.Sprintf("m%d", i), "--data-dir", filepath.Join(dir, fmt.Sprint(i)),
		"--listen-client-urls", e.Endpoints[i], "--advertise-client-urls", e.Endpoints[i],
		"--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", initial,
		"--heartbeat-interval", "50", "--election-timeout", "500", "--log-level", "error"}
	if e.CAFile != "" {
		args = append(args, "--cert-file", e.CertFile, "--key-file", e.KeyFile, "--trusted-ca-file", e.CAFile, "--client-cert-auth")
	}
	cmd := exec.Command(program, args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may be dead already
		_ = cmd.Wait()
	})
	return cmd
}

// Kill ends a member with SIGKILL.
func (e *Etcd) Kill(t testing.TB, member int) {
	t.Helper()
	if err := e.members[member].Process.Kill(); err != nil {
		t.Fatal(err)
	}
}

// Leader returns the index of the member that leads now.
func (e *Etcd) Leader(t testing.TB) int {
	t.Helper()
	client := e.client(t)
	defer client.Close()
	for i, endpoint := range e.Endpoints {
		status, err := client.Status(context.Background(), endpoint)
		if err == nil && status.Leader == status.Header.MemberId {
			return i
		}
	}
	t.Fatal("no member leads")
	return 0
}

func (e *Etcd) client(t testing.TB) *clientv3.Client {
	t.Helper()
	config := clientv3.Config{Endpoints: e.Endpoints, DialTimeout: 5 * time.Second, Logger: zap.NewNop()}
	if e.CAFile != "" {
		info := transport.TLSInfo{TrustedCAFile: e.CAFile, CertFile: e.CertFile, KeyFile: e.KeyFile}
		tls, err := info.ClientConfig()
		if err != nil {
			t.Fatal(err)
		}
		config.TLS = tls
	}
	client, err := clientv3.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return client
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
			t.Fatalf("etcd did not start: %v", err)
		}
	}
}

// certify makes one certificate that is its own authority, for both sides.
func (e *Etcd) certify(t testing.TB, dir string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "root"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
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
	e.CAFile, e.CertFile, e.KeyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]*pem.Block{e.CertFile: {Type: "CERTIFICATE", Bytes: der}, e.KeyFile: {Type: "EC PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
