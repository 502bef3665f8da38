package ssh

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/pkg/sftp"

	"noon/host"
)

// cleanMost is how long removing a half file may take after a failure.
const cleanMost = 5 * time.Second

// Write writes the file atomically over SFTP, or through a shell where the
// machine's sshd has no SFTP.
func (h *Host) Write(ctx context.Context, name string, content io.Reader, mode fs.FileMode) error {
	if err := h.begin(); err != nil {
		return err
	}
	defer h.work.Done()
	f := file{
		path: name, temp: path.Join(path.Dir(name), "."+path.Base(name)+".noon-"+rand.Text()[:8]),
		mode: mode.Perm(), content: &readerUntil{ctx: ctx, r: content},
	}
	err := h.write(ctx, f)
	if err != nil {
		h.remove(ctx, f.temp)
		return fmt.Errorf("write %s on %s: %w", name, h.name, err)
	}
	return nil
}

// file is what is to be written.
type file struct {
	path, temp string
	mode       fs.FileMode
	content    *readerUntil
}

func (h *Host) write(ctx context.Context, f file) error {
	if !h.noSFTP.Load() {
		err := h.overSFTP(ctx, f)
		if !errors.Is(err, errNoSFTP) {
			return err
		}
		h.noSFTP.Store(true)
	}
	return h.overShell(ctx, f)
}

// errNoSFTP tells that nothing was done because there is no SFTP.
var errNoSFTP = errors.New("sshd offers no SFTP")

func (h *Host) overSFTP(ctx context.Context, f file) error {
	s, err := h.session(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	h.work.Go(s.listen)
	err = s.request(ctx, "subsystem", "sftp")
	var refused *refusedRequestError
	if errors.As(err, &refused) {
		return errNoSFTP
	}
	if err != nil {
		return err
	}
	return h.do(ctx, func() error { return s.put(f) })
}

// put writes the file over the session's SFTP.
func (s *session) put(f file) error {
	client, err := sftp.NewClientPipe(s.channel, s.channel, sftp.UseConcurrentWrites(true))
	if err != nil {
		// The subsystem is configured, but its program is not there.
		select {
		case e := <-s.ended:
			if e.known {
				return errNoSFTP
			}
			return errBroke
		case <-time.After(killDelay):
			return err
		}
	}
	defer client.Close()
	if _, ok := client.HasExtension("posix-rename@openssh.com"); !ok {
		return errNoSFTP
	}
	if err := client.MkdirAll(path.Dir(f.path)); err != nil {
		return fmt.Errorf("make its directory: %w", err)
	}
	if err := fill(client, f); err != nil {
		return err
	}
	return client.PosixRename(f.temp, f.path)
}

func fill(client *sftp.Client, f file) error {
	temp, err := client.Create(f.temp)
	if err != nil {
		return err
	}
	err = temp.Chmod(f.mode)
	if err == nil {
		_, err = temp.ReadFrom(f.content)
	}
	if _, ok := client.HasExtension("fsync@openssh.com"); ok && err == nil {
		err = temp.Sync()
	}
	if closeErr := temp.Close(); err == nil {
		err = closeErr
	}
	return err
}

// Two commands: what was received is counted before it gets its name, for a
// connection that breaks looks to cat like the end of the file.
const (
	receive = `set -e
mkdir -p -- "$NOON_DIR"
umask 077
cat > "$NOON_TEMP"
chmod "$NOON_MODE" "$NOON_TEMP"
sync "$NOON_TEMP" 2>/dev/null || sync
wc -c < "$NOON_TEMP"`
	name = `mv -f -- "$NOON_TEMP" "$NOON_PATH"`
)

func (h *Host) overShell(ctx context.Context, f file) error {
	env := map[string]string{
		"NOON_DIR": path.Dir(f.path), "NOON_PATH": f.path, "NOON_TEMP": f.temp,
		"NOON_MODE": strconv.FormatUint(uint64(f.mode), 8),
	}
	out, err := h.shell(ctx, host.Command{Line: receive, Env: env, Stdin: f.content})
	if err != nil {
		return err
	}
	if f.content.err != nil {
		return f.content.err
	}
	if received := strings.TrimSpace(out); received != strconv.FormatInt(f.content.n, 10) {
		return fmt.Errorf("%s of %d bytes arrived", received, f.content.n)
	}
	_, err = h.shell(ctx, host.Command{Line: name, Env: env})
	return err
}

// shell runs a command of ours that must succeed.
func (h *Host) shell(ctx context.Context, c host.Command) (string, error) {
	result, err := h.Run(ctx, c)
	if err != nil {
		return "", err
	}
	if result.Status != 0 {
		return "", fmt.Errorf("status %d: %q", result.Status, strings.TrimSpace(string(result.Stderr)))
	}
	return string(result.Stdout), nil
}

// remove takes a half file away if the machine is still there; its name says
// whose it is otherwise.
func (h *Host) remove(ctx context.Context, temp string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanMost)
	defer cancel()
	h.Run(ctx, host.Command{Line: `rm -f -- "$NOON_TEMP"`, Env: map[string]string{"NOON_TEMP": temp}})
}

// readerUntil ends with an error when its context does, and counts.
type readerUntil struct {
	ctx context.Context
	r   io.Reader
	n   int64
	err error
}

func (r *readerUntil) Read(p []byte) (int, error) {
	if r.err = r.ctx.Err(); r.err != nil {
		return 0, r.err
	}
	n, err := r.r.Read(p)
	r.n += int64(n)
	if err != io.EOF {
		r.err = err
	}
	return n, err
}
