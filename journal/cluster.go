package journal

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"go.etcd.io/etcd/client/pkg/v3/transport"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
)

// Cluster is the user's own etcd.
type Cluster struct {
	// Endpoints are URLs, like https://10.0.0.1:2379.
	Endpoints []string
	// CAFile, CertFile and KeyFile are PEM files. CAFile empty: the system's
	// authorities. CertFile and KeyFile empty: no certificate of our own.
	CAFile, CertFile, KeyFile string
	User, Password            string
	// Prefix of all keys, DefaultPrefix if empty.
	Prefix string
}

// Connect opens the journal in the user's own cluster. The user needs the
// permission readwrite on the prefix, and nothing else.
func Connect(ctx context.Context, c Cluster) (*Journal, error) {
	config, err := c.config()
	if err != nil {
		return nil, err
	}
	client, err := clientv3.New(config)
	if err != nil {
		return nil, newJournal("").failed(c.called(), c.explained(ctx, config, err))
	}
	j := newJournal(c.prefix())
	j.client, j.close = client, client.Close
	j.full = "ask who runs etcd for room (etcdctl compact, etcdctl defrag, then etcdctl alarm disarm)"
	if _, err := j.firstKey(ctx, j.prefix, j.prefix+"\x00"); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", c.called(), c.explained(ctx, config, err)), j.Close())
	}
	return j, nil
}

// explained adds to an answer that did not come what happens to a connection:
// etcd's client keeps to itself that a certificate is not accepted.
func (c Cluster) explained(ctx context.Context, config clientv3.Config, err error) error {
	if !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	for _, endpoint := range c.Endpoints {
		if trouble := dial(ctx, endpoint, config.TLS); trouble != nil {
			return fmt.Errorf("%w; %s: %w", err, endpoint, trouble)
		}
	}
	return err
}

// dial connects as a client would, and returns what goes wrong until the first
// answer is due.
func dial(ctx context.Context, endpoint string, secure *tls.Config) error {
	u, err := url.Parse(endpoint)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	var conn net.Conn
	if u.Scheme == "https" {
		conn, err = (&tls.Dialer{Config: secure}).DialContext(ctx, "tcp", u.Host)
	} else {
		conn, err = (&net.Dialer{}).DialContext(ctx, "tcp", u.Host)
	}
	if err != nil {
		return err
	}
	defer conn.Close()
	// With TLS 1.3 a refusal of our certificate comes with the first answer.
	if err := conn.SetReadDeadline(time.Now().Add(200 * time.Millisecond)); err != nil {
		return err
	}
	_, err = conn.Read(make([]byte, 1))
	var late net.Error
	if errors.As(err, &late) && late.Timeout() {
		return nil
	}
	return err
}

func (c Cluster) called() string { return "etcd at " + strings.Join(c.Endpoints, ", ") }

func (c Cluster) prefix() string {
	if c.Prefix == "" {
		return DefaultPrefix
	}
	return strings.TrimSuffix(c.Prefix, "/") + "/"
}

func (c Cluster) config() (clientv3.Config, error) {
	if err := c.check(); err != nil {
		return clientv3.Config{}, err
	}
	secure, err := c.tls()
	return clientv3.Config{
		Endpoints: c.Endpoints, Username: c.User, Password: c.Password, TLS: secure,
		// A member that vanished without a word is noticed by these.
		DialTimeout: answerWithin, DialKeepAliveTime: 2 * time.Second, DialKeepAliveTimeout: 2 * time.Second,
		PermitWithoutStream: true, Logger: zap.NewNop(),
	}, err
}

func (c Cluster) check() error {
	if len(c.Endpoints) == 0 {
		return errors.New("no etcd endpoints were given, like https://10.0.0.1:2379")
	}
	for _, endpoint := range c.Endpoints {
		if u, err := url.Parse(endpoint); err == nil && u.User != nil {
			return fmt.Errorf("etcd at %s: no user or password in endpoints: they go where noon does not show them", u.Redacted())
		}
	}
	return nil
}

func (c Cluster) tls() (*tls.Config, error) {
	if c.CAFile == "" && c.CertFile == "" && c.KeyFile == "" {
		return nil, nil
	}
	info := transport.TLSInfo{TrustedCAFile: c.CAFile, CertFile: c.CertFile, KeyFile: c.KeyFile}
	secure, err := info.ClientConfig()
	if err != nil {
		return nil, fmt.Errorf("%s: read the certificates: %w", c.called(), err)
	}
	return secure, nil
}
