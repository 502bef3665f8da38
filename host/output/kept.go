// Package output keeps what matters of a command's output in bounded memory:
// its beginning and its end. What a command prints comes in; what noon shows
// or parses goes out.
package output

import (
	"fmt"
	"sync"

	"noon/host"
)

// half is how much is kept of the beginning, and of the end; the rest of
// host.OutputMost is for the line that tells how much was left out.
const half = host.OutputMost/2 - 64

// Kept is one output stream. It may be read while it is still written: a
// daemon that a command left behind may hold the stream.
type Kept struct {
	mu         sync.Mutex
	head, tail []byte
	total      int64
}

// Write takes all of p and never fails.
func (k *Kept) Write(p []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.total += int64(len(p))
	rest := p
	if room := half - len(k.head); room > 0 {
		n := min(room, len(rest))
		k.head = append(k.head, rest[:n]...)
		rest = rest[n:]
	}
	k.tail = append(k.tail, rest...)
	if len(k.tail) > 2*half {
		k.tail = append(k.tail[:0], k.tail[len(k.tail)-half:]...)
	}
	return len(p), nil
}

// Bytes returns what was kept so far, at most host.OutputMost bytes.
func (k *Kept) Bytes() []byte {
	k.mu.Lock()
	defer k.mu.Unlock()
	tail := k.tail[max(0, len(k.tail)-half):]
	left := k.total - int64(len(k.head)) - int64(len(tail))
	all := append([]byte(nil), k.head...)
	if left > 0 {
		all = append(all, fmt.Sprintf("\n[%d bytes left out]\n", left)...)
	}
	return append(all, tail...)
}
