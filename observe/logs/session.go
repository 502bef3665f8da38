package logs

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"noon/host"
)

//go:embed agent.sh
var agent string

// starting runs the agent: sh reads it, and then calls of its functions, from
// what cat passes on. The first to end kills the whole process group: cat when
// the connection is gone, also because noon was killed. Pipe 9 is the agent's
// token (a pipe is opened again through /dev/fd on Linux; elsewhere it is made
// in the temporary directory, and unlinked at once).
const starting = `( cat; kill -9 0 ) | (
exec 8<&0
: | (
if ( exec 9<>/dev/fd/0 ) 2>/dev/null; then exec 9<>/dev/fd/0
else d=$(mktemp -d) && mkfifo "$d/9" && exec 9<>"$d/9"; rm -rf "$d"; fi
exec <&8 8<&-
sh
)
kill -9 0 )`

const (
	// filesMost is how many files a pattern may match.
	filesMost = 1000
	// fullMost is after how many full pieces in a row what a command prints is
	// a flood: 16 MB.
	fullMost = 256
	// frameMost bounds a frame, in bytes.
	frameMost = 1 << 20
	// endMost is how long the agent may take to end by itself.
	endMost = 2 * time.Second
	// answerMost is how long an answer may take.
	answerMost = 20 * time.Second
)

// session is one run of the agent on a machine.
type session struct {
	in      *io.PipeWriter
	out     *io.PipeReader
	part    []byte
	answers chan frame
	// take gets the frames that answer no call.
	take  func(frame)
	calls int
}

// frame is a line of the agent: a letter, a tag, the rest.
type frame struct {
	letter byte
	tag    string
	rest   string
}

// newSession returns a session; what the agent says has to be written to it.
func newSession(take func(frame)) *session {
	s := &session{answers: make(chan frame, 1), take: take}
	s.out, s.in = io.Pipe()
	return s
}

// run runs the agent on the host until work returns, and returns why it ended.
func (s *session) run(ctx context.Context, h host.Host, work func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	streaming, kill := context.WithCancel(context.WithoutCancel(ctx))
	defer kill()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		result, err := h.Stream(streaming, host.Command{Line: starting, Stdin: s.out}, writer{ctx, s})
		if err == nil {
			err = fmt.Errorf("what reads the logs on %s ended: %s", h.Name(), quotedSafely(strings.TrimSpace(string(result.Stderr))))
		}
		cancel(err)
		s.out.CloseWithError(err)
	}()
	// A call that waits to be taken ends when ctx does.
	defer context.AfterFunc(ctx, func() { s.in.CloseWithError(io.EOF) })()
	err := work(ctx)
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	s.in.Close()
	cancel(err)
	awaitEnd(ended, kill)
	return err
}

// awaitEnd waits until the agent has ended with its input, and kills it if it
// does not.
func awaitEnd(ended <-chan struct{}, kill func()) {
	timer := time.NewTimer(endMost)
	defer timer.Stop()
	select {
	case <-ended:
	case <-timer.C:
		kill()
		<-ended
	}
}

// begin defines the agent's functions.
func (s *session) begin() error {
	_, err := fmt.Fprintf(s.in, "FILES_MOST=%d FULL_MOST=%d\n%s\n", filesMost, fullMost, agent)
	return err
}

// start runs a command of the agent that answers with frames of its own.
func (s *session) start(line string) error {
	_, err := io.WriteString(s.in, "( exec 6>&1; "+line+" ) &\n")
	return err
}

// call calls a function of the agent, and returns its frames up to the last,
// which has one of the letters.
func (s *session) call(ctx context.Context, last, function string, words ...string) ([]frame, error) {
	s.calls++
	tag := "r" + strconv.Itoa(s.calls)
	line := function + " " + tag
	for _, w := range words {
		line += " " + quoted(w)
	}
	if _, err := io.WriteString(s.in, line+"\n"); err != nil {
		return nil, err
	}
	timer := time.NewTimer(answerMost)
	defer timer.Stop()
	var all []frame
	for {
		select {
		case f := <-s.answers:
			if f.tag != tag {
				continue
			}
			all = append(all, f)
			if strings.IndexByte(last, f.letter) >= 0 {
				return all, nil
			}
			if len(all) > 3*filesMost {
				return nil, errors.New("it lists files without end")
			}
		case <-timer.C:
			return nil, fmt.Errorf("it did not answer within %s", answerMost)
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// quoted is the text as one word of sh.
func quoted(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// writer takes what the agent says.
type writer struct {
	ctx context.Context
	s   *session
}

func (w writer) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		line, rest, whole := bytes.Cut(p, []byte{'\n'})
		if len(w.s.part)+len(line) > frameMost {
			return 0, errors.New("what it answers has no end")
		}
		w.s.part = append(w.s.part, line...)
		if !whole {
			break
		}
		p = rest
		if err := w.dispatch(parseFrame(string(w.s.part))); err != nil {
			return 0, err
		}
		w.s.part = w.s.part[:0]
	}
	return n, nil
}

func (w writer) dispatch(f frame) error {
	if !strings.HasPrefix(f.tag, "r") {
		w.s.take(f)
		return w.ctx.Err()
	}
	select {
	case w.s.answers <- f:
		return nil
	case <-w.ctx.Done():
		return w.ctx.Err()
	}
}

func parseFrame(line string) frame {
	letter, rest, _ := strings.Cut(line, " ")
	tag, rest, _ := strings.Cut(rest, " ")
	if len(letter) != 1 {
		return frame{}
	}
	return frame{letter[0], tag, rest}
}
