package logs

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// docker is a container of Docker, or of Podman where there is no docker.
type docker struct {
	container string
	// last is the time of the last line that was read; before is what it was when
	// the program was run: what comes twice is not after that. Standard output and
	// error are two streams, of which either may be ahead.
	last, before time.Time
	// said is what the program itself said last: lines without a time.
	said string
}

func (d *docker) line() string {
	return `program=docker
command -v docker >/dev/null || program=podman
exec "$program" logs -f --timestamps --tail ` + strconv.Itoa(linesMost) + ` --since "$NOON_SINCE" "$NOON_CONTAINER" 2>&1`
}

func (d *docker) data(past time.Duration) map[string]string {
	d.before = d.last
	since := strconv.Itoa(int(past.Seconds())) + "s"
	if !d.last.IsZero() {
		since = d.last.Format(time.RFC3339Nano)
	}
	return map[string]string{"NOON_CONTAINER": d.container, "NOON_SINCE": since}
}

// whole makes of "TIME LINE" what docker itself keeps, so that the time is
// known to be docker's, and the line may be the next of a stack trace.
func (d *docker) whole(to, line []byte) []byte {
	stamp, text, _ := bytes.Cut(line, []byte{' '})
	at, err := time.Parse(time.RFC3339Nano, string(stamp))
	if err != nil {
		d.said = string(line[:min(len(line), 500)])
		return to
	}
	if !at.After(d.before) {
		return to
	}
	if at.After(d.last) {
		d.last = at
	}
	return wrapped(to, text, at)
}

// wrapped appends a line with its time as docker's json-file has it.
func wrapped(to, text []byte, at time.Time) []byte {
	to = append(to, `{"log":`...)
	quoted, err := json.Marshal(string(text))
	if err != nil {
		quoted = []byte(`""`)
	}
	to = append(to, quoted...)
	to = append(to, `,"stream":"stdout","time":"`...)
	to = at.UTC().AppendFormat(to, time.RFC3339Nano)
	return append(to, "\"}\n"...)
}

func (d *docker) meaning(words string) string {
	words = strings.TrimSpace(words + "\n" + d.said)
	switch {
	case strings.Contains(words, "No such container"), strings.Contains(words, "no container with name"):
		return "there is no container with this name"
	case strings.Contains(words, "ermission denied"):
		return dockerMend
	case strings.Contains(words, "Cannot connect to the Docker daemon"):
		return "docker does not run there"
	case strings.Contains(words, "not found"):
		return "there is neither docker nor podman"
	case words == "":
		return "the container has ended"
	}
	return ""
}

const dockerMend = `the user whom noon logs in as may not ask docker: sudo usermod -aG docker "$USER" there, and log in anew`
