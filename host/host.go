// Package host is the contract for reaching a server's machine: run a
// command there, follow what one prints, bring files there, open connections from there. host/local
// is this machine, host/ssh another one, host/hosts finds the right one by
// name and keeps one connection to each.
package host

import (
	"context"
	"io"
	"io/fs"
	"net"
)

// Host is a machine that noon works on.
type Host interface {
	// Name is how noon.yaml calls it: "deploy@10.0.0.11", or "local".
	Name() string
	// Run runs a command and waits for it. A status other than 0 is not an
	// error; see Result. The error tells that the command could not be run or
	// that it is unknown how it ended (the connection broke, ctx ended): then
	// the world has to be read back; the error of a connection that broke has
	// a method Unknown() bool. When ctx ends the command is killed.
	Run(ctx context.Context, c Command) (Result, error)
	// Stream runs a command as Run does, and hands what it prints to out as it
	// comes, however much; the Result has no Stdout. While out does not take it
	// the command waits. Write of out must return when ctx ends. The command's
	// input ends with the connection, also when noon is killed: a command that
	// is to end then reads it. Beside a stream, commands run as before; where a
	// machine is short of sessions the stream ends with an error.
	Stream(ctx context.Context, c Command, out io.Writer) (Result, error)
	// Write writes a file atomically: to a temporary name in the same
	// directory, synced, then renamed. Parent directories are made.
	Write(ctx context.Context, path string, content io.Reader, mode fs.FileMode) error
	// Dial opens a connection from that machine: "tcp" or "unix".
	Dial(ctx context.Context, network, address string) (net.Conn, error)
	// Close ends the connection to the machine.
	Close() error
}

// Command is a line for the host's POSIX shell with data beside it.
type Command struct {
	// Line is the operator's own text from noon.yaml, or ours. Nothing from
	// outside is ever pasted into it: it comes in Env.
	Line string
	// Env holds data for the line: "NOON_VERSION": "v2". Names are
	// [A-Z_][A-Z0-9_]*, values any bytes but NUL.
	Env map[string]string
	// Stdin is given to the command; nil is empty.
	Stdin io.Reader
}

// OutputMost is how much of a command's output is kept, of each stream: the
// first half and the last half of it.
const OutputMost = 64 << 10

// Result is how a command ended.
type Result struct {
	// Status is the exit status; -1 when a signal ended it.
	Status         int
	Stdout, Stderr []byte
}
