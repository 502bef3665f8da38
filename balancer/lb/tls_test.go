package lb_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/quic-go/quic-go/http3"

	"noon/balancer/lb/proxy"
	"noon/fleet"
)

// certificate writes a certificate of its own authority for localhost, and
// returns its files and who trusts it.
func certificate(t *testing.T, folder string) (cert, key string, trusted *tls.Config) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	subject := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	signed, err := x509.CreateCertificate(rand.Reader, subject, subject, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	parsed, _ := x509.ParseCertificate(signed)
	roots.AddCert(parsed)
	return pemFile(t, folder, "CERTIFICATE", signed), pemFile(t, folder, "PRIVATE KEY", secret), &tls.Config{RootCAs: roots, ServerName: "localhost"}
}

func pemFile(t *testing.T, folder, kind string, bytes []byte) string {
	t.Helper()
	path := filepath.Join(folder, kind+".pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: bytes}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTLSWithACertificateSpeaksHTTP1And2And3(t *testing.T) {
	_, servers := shops(t, 1)
	config := configure(t, servers...)
	cert, key, trusted := certificate(t, filepath.Dir(config.State))
	config.TLS = &proxy.TLS{Cert: cert, Key: key}
	p := launch(t, config)
	url := "https://" + config.Listen[0]
	one := &http.Transport{TLSClientConfig: trusted.Clone()}
	two := &http.Transport{TLSClientConfig: trusted.Clone(), ForceAttemptHTTP2: true}
	three := &http3.Transport{TLSClientConfig: trusted.Clone()}
	t.Cleanup(func() { one.CloseIdleConnections(); two.CloseIdleConnections(); three.Close() })
	for version, transport := range map[int]http.RoundTripper{1: one, 2: two, 3: three} {
		client := &http.Client{Transport: transport, Timeout: 10 * time.Second}
		answer, err := client.Get(url + "/")
		if err != nil {
			t.Errorf("HTTP/%d: %v", version, err)
			continue
		}
		answer.Body.Close()
		if answer.StatusCode != 200 || answer.ProtoMajor != version {
			t.Errorf("HTTP/%d: %d over %s", version, answer.StatusCode, answer.Proto)
		}
	}
	socket, _, err := websocket.Dial(t.Context(), url+"/ws", &websocket.DialOptions{HTTPClient: &http.Client{Transport: one}})
	if err != nil {
		t.Fatal(err)
	}
	defer socket.CloseNow()
	if s := standing(t, p.driver(), "web1"); s.InFlight != fleet.Known(1, "api") || s.Counters.Requests.N != 4 {
		t.Errorf("with a websocket open after 3 requests, web1 is %+v", s)
	}
}
