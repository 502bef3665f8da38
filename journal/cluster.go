package journal

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.etcd.io/etcd/client/pkg/v3/transport"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
)

// Cluster is the user's own etcd.
type Cluster struct {
	Endpoints []string
	// CAFile, CertFile and KeyFile are PEM files; all empty is no TLS.
	CAFile, CertFile, KeyFile string
	User, Password            string
	// Prefix of all keys, DefaultPrefix if empty.
	Prefix string
}

// Connect opens the journal in the user's own cluster.
func Connect(ctx context.Context, c Cluster) (*Journal, error) {
	config := clientv3.Config{
		Endpoints: c.Endpoints, Username: c.User, Password: c.Password, Context: ctx,
		DialTimeout: answerWithin, DialKeepAliveTime: 2 * time.Second, DialKeepAliveTimeout: 2 * time.Second,
		Logger: zap.NewNop(), PermitWithoutStream: true,
	}
	if c.CAFile != "" || c.CertFile != "" {
		info := transport.TLSInfo{TrustedCAFile: c.CAFile, CertFile: c.CertFile, KeyFile: c.KeyFile}
		tls, err := info.ClientConfig()
		if err != nil {
			return nil, fmt.Errorf("etcd: read the certificates: %w", err)
		}
		config.TLS = tls
	}
	client, err := clientv3.New(config)
	if err != nil {
		return nil, fmt.Errorf("etcd at %s: %w", strings.Join(c.Endpoints, ","), err)
	}
	j := &Journal{client: client, prefix: c.Prefix, close: client.Close}
	if j.prefix == "" {
		j.prefix = DefaultPrefix
	}
	if err := j.reachable(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("etcd at %s does not answer: %w", strings.Join(c.Endpoints, ","), err), client.Close())
	}
	return j, nil
}

// reachable reads a key that need not exist, through the cluster's majority.
func (j *Journal) reachable(ctx context.Context) error {
	deadline, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	_, err := j.client.Get(deadline, j.prefix+"reachable")
	return err
}
