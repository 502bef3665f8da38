package logs

import (
	"bytes"
	"hash/maphash"
	"strconv"
	"strings"
	"time"
)

// journald is the journal of a systemd unit.
type journald struct {
	unit string
	// cursor is the place of the last entry that was read; recent are hashes of
	// those of the last entries, older of those before.
	cursor        string
	recent, older map[uint64]struct{}
	seed          maphash.Seed
}

func newJournald(unit string) *journald {
	return &journald{unit: unit, recent: map[uint64]struct{}{}, seed: maphash.MakeSeed()}
}

// fields are what is read of an entry; the cursor and times come with them.
const fields = "MESSAGE,PRIORITY,_PID,SYSLOG_IDENTIFIER"

// linesMost bounds the past in entries, where the program can. So many, or a few
// more, may come twice: recentMost are remembered at the least.
const (
	linesMost  = 20_000
	recentMost = 32 << 10
)

// line reads the past and then follows: journalctl -f knows of the current boot
// only, and what matters most may be what came before a crash. Entries that
// come twice are left out by their cursors.
func (j *journald) line() string {
	past := `--since="-${NOON_PAST}s"`
	if j.cursor != "" {
		past = `--after-cursor="$NOON_CURSOR"`
	}
	return `since=$(($(date +%s) - 1))
read_journal() { journalctl -u "$NOON_UNIT" -o json --output-fields=` + fields + ` --no-pager -q "$@"; }
read_journal -n ` + strconv.Itoa(linesMost) + ` ` + past + `
read_journal -f --no-tail --since="@$since"`
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
			if j.twice(rest[:end]) {
				return to
			}
			j.cursor = string(rest[:end])
		}
	}
	return append(append(to, line...), '\n')
}

// twice tells that an entry was read before.
func (j *journald) twice(cursor []byte) bool {
	hash := maphash.Bytes(j.seed, cursor)
	_, lately := j.recent[hash]
	_, before := j.older[hash]
	if lately || before {
		return true
	}
	if len(j.recent) >= recentMost {
		j.recent, j.older = map[uint64]struct{}{}, j.recent
	}
	j.recent[hash] = struct{}{}
	return false
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
