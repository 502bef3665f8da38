package ssh

import (
	"context"
	"io"

	xssh "golang.org/x/crypto/ssh"

	"noon/host"
)

// kill kills the command with its process group, and says what is known of
// it then.
func (s *session) kill() string {
	ctx, cancel := context.WithTimeout(s.host.life, killDelay)
	defer cancel()
	if s.signal(ctx) || s.host.killMarked(ctx, s.mark) {
		select {
		case e := <-s.ended:
			if e.known {
				return "the command was killed"
			}
		case <-ctx.Done():
		}
	}
	return "the command could not be killed and may still run there"
}

// signal asks sshd to kill the process group. It refuses when the user is
// root, or before OpenSSH 7.9.
func (s *session) signal(ctx context.Context) bool {
	accepted := make(chan bool, 1)
	err := s.host.do(ctx, func() error {
		ok, err := s.channel.SendRequest("signal", true, xssh.Marshal(struct{ Name string }{"KILL"}))
		accepted <- ok && err == nil
		return err
	})
	return err == nil && <-accepted
}

// killing finds what carries the mark in its environment, and kills the
// process groups.
const killing = `status=1
for environ in $(grep -ls "NOON_RUN=$NOON_KILL" /proc/[0-9]*/environ); do
	read -r stat < "${environ%environ}stat" || continue
	set -- ${stat##*) }
	kill -9 "-$3" && status=0
done
exit $status`

// killMarked kills from a session of its own.
func (h *Host) killMarked(ctx context.Context, mark string) bool {
	line, err := commandLine(host.Command{Line: killing, Env: map[string]string{"NOON_KILL": mark}}, "")
	if err != nil {
		return false
	}
	s, err := h.extraSession(ctx)
	if err != nil {
		return false
	}
	defer s.close()
	if s.request(ctx, "exec", line) != nil {
		return false
	}
	s.talk(nil, io.Discard)
	select {
	case e := <-s.ended:
		return e.known && e.status == 0
	case <-ctx.Done():
		return false
	}
}
