package logs

import (
	"bytes"
	"strconv"
	"strings"
	"time"
)

// journald is the journal of a systemd unit.
type journald struct {
	unit string
	// cursor is the place of the last entry that was read.
	cursor string
}

// fields are what is read of an entry; the cursor and times come with them.
const fields = "MESSAGE,PRIORITY,_PID,SYSLOG_IDENTIFIER"

// linesMost bounds the past in entries, where the program can.
const linesMost = "20000"

func (j *journald) line() string {
	const follow = `exec journalctl -u "$NOON_UNIT" -o json --output-fields=` + fields + ` -f --no-pager -q `
	if j.cursor != "" {
		return follow + `--no-tail --after-cursor="$NOON_CURSOR"`
	}
	return follow + `-n ` + linesMost + ` --since="-${NOON_PAST}s"`
}

func (j *journald) data(past time.Duration) map[string]string {
	return map[string]string{
		"NOON_UNIT": j.unit, "NOON_CURSOR": j.cursor, "NOON_PAST": strconv.Itoa(int(past.Seconds())),
		"SYSTEMD_COLORS": "0",
	}
}

var cursorKey = []byte(`"__CURSOR"`)

// whole remembers the entry's cursor. No message can forge one: quotes in it
// are escaped.
func (j *journald) whole(to, line []byte) []byte {
	if i := bytes.Index(line, cursorKey); i >= 0 {
		rest := bytes.TrimLeft(line[i+len(cursorKey):], ": \t\"")
		if end := bytes.IndexByte(rest, '"'); end > 0 && end < 1000 {
			j.cursor = string(rest[:end])
		}
	}
	return append(append(to, line...), '\n')
}

func (j *journald) meaning(words string) string {
	switch {
	case strings.Contains(words, "not found"):
		return "there is no journalctl: is this a machine with systemd?"
	case strings.Contains(words, "nsufficient permissions"), strings.Contains(words, "ermission denied"):
		return journaldMend
	case strings.Contains(words, "No journal files were found"):
		return "there is no journal: does systemd-journald run?"
	}
	return ""
}

const journaldMend = `the user whom noon logs in as may not read the journal: sudo usermod -aG systemd-journal "$USER" there, and log in anew`
