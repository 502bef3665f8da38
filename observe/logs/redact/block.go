package redact

import "bytes"

// blockMost bounds how many lines are taken for the inside of a private key
// whose end never comes.
const blockMost = 200

// Block hides private keys that go over several lines. The zero Block is
// outside of one. Each source has its own.
type Block struct {
	// Emails are hidden too.
	Emails bool

	left int // lines that may still be of the key
}

// Line is the function Line for the next line of the source: inside of a
// private key it returns Mask.
func (k *Block) Line(b []byte) []byte {
	switch {
	case k.left > 0 && bytes.Contains(b, []byte("-----END")):
		k.left = 0
	case k.left > 0 && ofKey(b):
		k.left--
		return []byte(Mask)
	case k.left > 0:
		k.left = 0
	}
	b, begun := redacted(b, k.Emails)
	if begun && !bytes.Contains(b, []byte("-----END")) {
		k.left = blockMost
	}
	return b
}

// ofKey tells that b may be a line of a private key: base64, or a header as
// "Proc-Type: 4,ENCRYPTED", behind whatever the log put before it.
func ofKey(b []byte) bool {
	b = bytes.TrimSpace(b)
	if len(b) == 0 || bytes.HasPrefix(b, []byte("Proc-Type:")) || bytes.HasPrefix(b, []byte("DEK-Info:")) {
		return true
	}
	last := b[bytes.LastIndexByte(b, ' ')+1:]
	for _, c := range last {
		if !alphanumeric(c) && c != '+' && c != '/' && c != '=' {
			return false
		}
	}
	return len(last) >= 16 || len(last) == len(b)
}
