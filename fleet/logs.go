package fleet

import "time"

// LogSource is where the lines of a server's log come from. Exactly one of
// File, Journald, Docker, Command and Loki is set; each may hold {server},
// {address} and {host}, which stand for those of the server that is read.
type LogSource struct {
	// File is an absolute path on the server, with * ? [ ] as in a shell.
	File string
	// Journald is a systemd unit on the server.
	Journald string
	// Docker is a container on the server.
	Docker string
	// Command is a line for the server's shell that prints lines for ever. One
	// that ends is run again, with how much of the past is wanted in NOON_PAST.
	Command string
	Loki    *Loki
	// History is how far back the log is read at the start.
	History time.Duration
	// HideEmails takes e-mail addresses out, as secrets always are.
	HideEmails bool
}

// Loki is a server of Grafana Loki, asked from the controller.
type Loki struct {
	// URL is where its API begins, without /loki/api.
	URL string
	// Query is in LogQL, and finds the lines of one server.
	Query string
	Login
}

// String names the source as people do: "file /var/log/shop.log".
func (s LogSource) String() string {
	switch {
	case s.File != "":
		return "file " + s.File
	case s.Journald != "":
		return "journald " + s.Journald
	case s.Docker != "":
		return "docker " + s.Docker
	case s.Command != "":
		return "command " + Quoted(s.Command)
	case s.Loki != nil:
		return "loki " + s.Loki.URL
	}
	return "no source"
}
