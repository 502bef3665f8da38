package check

import (
	_ "embed"
	"fmt"
	"net"
	"strconv"

	"noon/fleet"
)

//go:embed listeners.sh
var listeners string

// Listening is a script for the shell of a server's machine that prints who
// listens on the port of the address, and the data for it.
func Listening(address string) (script string, env map[string]string, err error) {
	_, text, err := net.SplitHostPort(address)
	if err != nil {
		return "", nil, fmt.Errorf("address %s has no port", fleet.Quoted(address))
	}
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return "", nil, fmt.Errorf("port %s is not a number", fleet.Quoted(text))
	}
	return listeners, map[string]string{"NOON_PORT": fmt.Sprintf("%04X", port)}, nil
}

// Listener is the process of a server.
type Listener struct {
	PID int
	// ID is of this process only, also after a restart of the machine.
	ID string
}

// ListenerOf finds the process that serves the server's address in what the
// script of Listening printed. Where there is none, trouble says why.
func ListenerOf(server fleet.Server, printed string) (l Listener, trouble string) {
	s := parseListeners(printed)
	p, trouble := s.server(server)
	if trouble != "" {
		return Listener{}, trouble
	}
	return Listener{PID: p.pid, ID: p.id(s)}, ""
}
