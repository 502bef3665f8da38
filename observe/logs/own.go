package logs

import (
	"strconv"
	"time"

	"noon/fleet"
	"noon/host/line"
)

// own is the operator's own command.
type own struct {
	text   string
	server fleet.Server
}

func (o *own) line() string { return line.WithData(o.text) }

func (o *own) data(past time.Duration) map[string]string {
	return map[string]string{
		"NOON_SERVER": o.server.Name, "NOON_ADDRESS": o.server.Address, "NOON_HOST": ofServer("{host}", o.server, plainly),
		"NOON_PAST": strconv.Itoa(int(past.Seconds())),
	}
}

func (o *own) whole(to, line []byte) []byte { return append(append(to, line...), '\n') }

func (o *own) meaning(string) string { return "" }
