package ssh

import (
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"

	"github.com/skeema/knownhosts"
	xssh "golang.org/x/crypto/ssh"
	xknown "golang.org/x/crypto/ssh/knownhosts"
)

// HostKeyError tells that the machine did not show the key that known_hosts
// has for it. noon did not log in.
type HostKeyError struct {
	// Address is where the key was shown: "10.0.0.11:22".
	Address string
	// KeyType and Fingerprint are of the key that was shown.
	KeyType, Fingerprint string
	// Known are the lines that hold other keys of the machine, "FILE:LINE";
	// without any the machine is not known.
	Known []string
	// File is where its key belongs.
	File string
	// alias and keyName are what ssh and known_hosts call the machine.
	alias, keyName string
	revoked        bool
}

func (e *HostKeyError) Error() string {
	shows := fmt.Sprintf("%s shows the %s key %s", e.Address, e.KeyType, e.Fingerprint)
	compare := `compare it with "ssh-keygen -lf /etc/ssh/ssh_host_` + keyFile(e.KeyType) + `_key.pub" on the machine's own console`
	switch {
	case e.revoked:
		return fmt.Sprintf("%s, which %s marks as revoked; noon did not log in", shows, strings.Join(e.Known, ", "))
	case len(e.Known) > 0:
		return fmt.Sprintf("the host key has changed: %s, but %s has another one; noon did not log in. Either the machine was set up anew or somebody answers in its place: %s; if it is right, run %q and then %q once",
			shows, strings.Join(e.Known, ", "), compare, "ssh-keygen -R "+quoted(knownhosts.Normalize(e.keyName))+" -f "+quoted(e.File), "ssh "+e.alias)
	}
	return fmt.Sprintf("the host key is not known: %s, and %s has no key of it; noon did not log in: %s; if it is right, run %q once, or add what %q prints to that file",
		shows, e.File, compare, "ssh "+e.alias, keyscan(e.Address))
}

func keyscan(address string) string {
	host, port, _ := net.SplitHostPort(address)
	return "ssh-keyscan -p " + port + " " + quoted(host)
}

func keyFile(keyType string) string {
	return strings.ToLower(keyType)
}

// hostKeys are the known keys of one target.
type hostKeys struct {
	target target
	db     *knownhosts.HostKeyDB
	// refused is what the last check found wrong.
	refused error
}

func readHostKeys(t target) (*hostKeys, error) {
	var files []string
	for _, name := range t.knownHosts {
		if _, err := os.Stat(name); err == nil {
			files = append(files, name)
		}
	}
	db, err := knownhosts.NewDB(files...)
	if err != nil {
		return nil, fmt.Errorf("read the known host keys: %w", err)
	}
	return &hostKeys{target: t, db: db}, nil
}

// algorithms prefers those of the known keys, as ssh does: a machine with
// several keys must show the one that is known. The others follow, so that a
// changed key is seen and named rather than "no common algorithm".
func (k *hostKeys) algorithms() []string {
	known := k.db.HostKeyAlgorithms(k.target.keyName)
	for _, algorithm := range xssh.SupportedAlgorithms().HostKeys {
		if !slices.Contains(known, algorithm) && !strings.Contains(algorithm, "-cert-") {
			known = append(known, algorithm)
		}
	}
	return known
}

func (k *hostKeys) check(_ string, remote net.Addr, key xssh.PublicKey) error {
	err := k.db.HostKeyCallback()(k.target.keyName, remote, key)
	if err != nil {
		k.refused = k.explain(key, err)
	}
	return err
}

// explain turns the library's answer into one for the person on call.
func (k *hostKeys) explain(key xssh.PublicKey, err error) error {
	e := &HostKeyError{
		Address: k.target.address(), KeyType: keyType(key), Fingerprint: xssh.FingerprintSHA256(key),
		alias: k.target.alias, keyName: k.target.keyName, File: "known_hosts",
	}
	if len(k.target.knownHosts) > 0 {
		e.File = k.target.knownHosts[0]
	}
	var other *xknown.KeyError
	var revoked *xknown.RevokedError
	switch {
	case errors.As(err, &other):
		for _, want := range other.Want {
			e.Known = append(e.Known, fmt.Sprintf("%s:%d", want.Filename, want.Line))
			e.File = want.Filename
		}
	case errors.As(err, &revoked):
		e.revoked = true
		e.Known = []string{fmt.Sprintf("%s:%d", revoked.Revoked.Filename, revoked.Revoked.Line)}
	default:
		return fmt.Errorf("check the host key of %s: %w", k.target.address(), err)
	}
	return e
}

// keyType is the name that ssh-keygen prints: "ED25519".
func keyType(key xssh.PublicKey) string {
	switch name := key.Type(); {
	case strings.Contains(name, "ed25519"):
		return "ED25519"
	case strings.Contains(name, "ecdsa"):
		return "ECDSA"
	case strings.Contains(name, "rsa"):
		return "RSA"
	default:
		return name
	}
}
