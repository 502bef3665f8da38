package ssh

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"

	xssh "golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// keys are what a target is offered to log in with.
type keys struct {
	signers []xssh.Signer
	// notes say which keys could not be used, and why.
	notes []string
	agent net.Conn
}

// readKeys collects the keys as ssh does: first those of the key files (from
// the agent where it holds them), then the agent's others.
func readKeys(ctx context.Context, t target) *keys {
	k := &keys{}
	held := k.fromAgent(ctx, t.agent)
	for _, file := range t.identities {
		k.addFile(file, held, t.asked)
	}
	if !t.only {
		for _, signer := range held {
			k.add(signer)
		}
	}
	return k
}

// close lets go of the agent; its signers are of no use afterwards.
func (k *keys) close() {
	if k.agent != nil {
		k.agent.Close()
	}
}

func (k *keys) fromAgent(ctx context.Context, socket string) []xssh.Signer {
	if socket == "" {
		k.notes = append(k.notes, "no SSH agent (SSH_AUTH_SOCK is not set)")
		return nil
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", socket)
	if err != nil {
		k.notes = append(k.notes, "the SSH agent does not answer: "+err.Error())
		return nil
	}
	if deadline, ok := ctx.Deadline(); ok {
		conn.SetDeadline(deadline)
	}
	k.agent = conn
	signers, err := agent.NewClient(conn).Signers()
	if err != nil {
		k.notes = append(k.notes, "the SSH agent does not list its keys: "+err.Error())
	}
	return signers
}

// addFile adds the key of a file. The usual files need not exist; those that
// the configuration names should.
func (k *keys) addFile(file string, held []xssh.Signer, asked bool) {
	public := publicKey(file)
	content, err := os.ReadFile(file)
	if err != nil && public == nil {
		if asked || !errors.Is(err, fs.ErrNotExist) {
			k.notes = append(k.notes, err.Error())
		}
		return
	}
	signer, parseErr := xssh.ParsePrivateKey(content)
	var locked *xssh.PassphraseMissingError
	if errors.As(parseErr, &locked) && locked.PublicKey != nil {
		public = locked.PublicKey
	}
	if fromAgent := matching(held, public); fromAgent != nil {
		k.add(fromAgent)
		return
	}
	switch {
	case parseErr == nil:
		k.add(signer)
	case locked != nil:
		k.notes = append(k.notes, fmt.Sprintf("%s is encrypted and the agent does not hold it: run \"ssh-add %s\"", file, file))
	case err == nil:
		k.notes = append(k.notes, fmt.Sprintf("%s is not a usable key: %v", file, parseErr))
	}
}

func publicKey(file string) xssh.PublicKey {
	content, err := os.ReadFile(strings.TrimSuffix(file, ".pub") + ".pub")
	if err != nil {
		return nil
	}
	key, _, _, _, err := xssh.ParseAuthorizedKey(content)
	if err != nil {
		return nil
	}
	return key
}

func matching(held []xssh.Signer, key xssh.PublicKey) xssh.Signer {
	for _, signer := range held {
		if key != nil && bytes.Equal(signer.PublicKey().Marshal(), key.Marshal()) {
			return signer
		}
	}
	return nil
}

func (k *keys) add(signer xssh.Signer) {
	if matching(k.signers, signer.PublicKey()) == nil {
		k.signers = append(k.signers, signer)
	}
}

// refusal explains why nobody could log in.
func (k *keys) refusal(t target) error {
	var offered []string
	for _, signer := range k.signers {
		offered = append(offered, keyType(signer.PublicKey())+" "+xssh.FingerprintSHA256(signer.PublicKey()))
	}
	tried := "no key was to be had"
	if len(offered) > 0 {
		tried = "it accepted none of the keys " + strings.Join(offered, ", ")
	}
	if len(k.notes) > 0 {
		tried += " (" + strings.Join(k.notes, "; ") + ")"
	}
	return fmt.Errorf("%s does not let %s in: %s; try \"ssh %s@%s\"", t.address(), t.user, tried, t.user, t.alias)
}
