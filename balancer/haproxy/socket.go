package haproxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"

	"noon/fleet"
)

// answerMost bounds what is read of an answer: some 20,000 servers.
const answerMost = 16 << 20

// ask sends commands over one connection, which HAProxy closes when all are
// answered, and returns the answers. The commands are made of words of ours
// and of checked names only.
func (d *Driver) ask(ctx context.Context, commands ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, commandLongest)
	defer cancel()
	answer, err := d.exchange(ctx, strings.Join(commands, ";")+"\n")
	if err != nil && ctx.Err() != nil {
		err = fmt.Errorf("no answer in time (%w)", context.Cause(ctx))
	}
	if err != nil {
		return "", fmt.Errorf("HAProxy at %s, asked to %q: %w", d.config.Where, commands[0], err)
	}
	return answer, nil
}

func (d *Driver) exchange(ctx context.Context, line string) (string, error) {
	conn, err := d.config.Dial(ctx)
	if err != nil {
		var reason syscall.Errno // the rest repeats where
		if errors.As(err, &reason) {
			err = reason
		}
		return "", fmt.Errorf("cannot connect: %w", err)
	}
	defer conn.Close()
	// Closing ends the wait on every kind of connection; those through SSH
	// have no deadlines.
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	if _, err := io.WriteString(conn, line); err != nil {
		return "", err
	}
	answer, err := io.ReadAll(io.LimitReader(conn, answerMost+1))
	if err != nil {
		return "", err
	}
	if len(answer) > answerMost {
		return "", fmt.Errorf("its answer is longer than %d MiB", answerMost>>20)
	}
	return string(answer), nil
}

// tell sends commands that HAProxy answers with nothing when it obeyed.
func (d *Driver) tell(ctx context.Context, commands ...string) error {
	answer, err := d.ask(ctx, commands...)
	if err != nil {
		return err
	}
	if said := strings.TrimSpace(answer); said != "" {
		return d.complaint(strings.Join(commands, "; "), said)
	}
	return nil
}

// complaint makes HAProxy's words an error that says what to do.
func (d *Driver) complaint(command, said string) error {
	for words, mend := range mends {
		if strings.Contains(said, words) {
			return fmt.Errorf("HAProxy at %s answered %s to %q: %s", d.config.Where, fleet.Quoted(said), command, mend)
		}
	}
	return fmt.Errorf("HAProxy at %s answered %s to %q", d.config.Where, fleet.Quoted(said), command)
}

var mends = map[string]string{
	"Permission denied":   `the socket may not change servers; give it "level admin" in its "stats socket" line`,
	"No such proxy":       "no backend has this name; set haproxy.backend in noon.yaml to one that HAProxy has",
	"Can't find backend":  "no backend has this name; set haproxy.backend in noon.yaml to one that HAProxy has",
	"No such server":      "the backend has no server of this name; map it with haproxy.names in noon.yaml",
	"No such backend":     "no backend has this name; set haproxy.backend in noon.yaml to one that HAProxy has",
	"static LB algorithm": `the backend's "balance" knows no weights but 0 and 100 percent; use "balance roundrobin", or no ramp`,
	"Unknown command":     "this HAProxy is too old, or the socket is the master process's; noon needs a worker's \"stats socket\"",
}
