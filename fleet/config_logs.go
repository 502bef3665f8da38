package fleet

import (
	"regexp"
	"strings"

	"github.com/invopop/jsonschema"
)

// logSourcesMost bounds the sources of one service: each is read on every
// server that is watched.
const logSourcesMost = 8

// logsSetting is one source of logs, or a list of them.
type logsSetting struct {
	to *[]LogSource
	// at are the places of the sources, in their order.
	at []place
}

func (l *logsSetting) read(at place) {
	items, ok := at.items()
	switch _, one := mappingOf(at.node); {
	case one:
		items = []place{at}
	case !ok:
		at.mustBe("a source like { journald: webshop }, or a list of them")
		return
	case len(items) == 0:
		at.wrongKey("logs is empty: name a source, like { file: /var/log/webshop/*.log }, or remove it")
	case len(items) > logSourcesMost:
		at.wrongKey("logs has %d sources: at most %d are read", len(items), logSourcesMost)
		return
	}
	for _, item := range items {
		l.readOne(item)
	}
}

func (l *logsSetting) readOne(at place) {
	s := newLogSection()
	in(s).read(at)
	for _, other := range *l.to {
		if where := s.to.where(); where != "" && other.where() == where && other.String() == s.to.String() {
			at.wrong("%s is there twice in logs", Quoted(s.to.String()))
		}
	}
	*l.to, l.at = append(*l.to, *s.to), append(l.at, at)
}

func (l *logsSetting) schema() *jsonschema.Schema {
	least, most := uint64(1), uint64(logSourcesMost)
	return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{
		in(newLogSection()).schema(),
		{Type: "array", Items: in(newLogSection()).schema(), MinItems: &least, MaxItems: &most},
	}}
}

// checkShared refuses a source that would be one for two servers of a machine.
func (l *logsSetting) checkShared(both string) {
	for i, s := range *l.to {
		if name := s.where(); name != "" && !ownOf(name) {
			l.at[i].wrong("%s, and the lines of both would be one log: write {server} in it, or give them their host", both)
		}
	}
}

// where is what has to differ between two servers of a machine.
func (s LogSource) where() string {
	if s.Loki != nil {
		return s.Loki.Query
	}
	return s.File + s.Journald + s.Docker + s.Command
}

func ownOf(where string) bool {
	return named(where) || strings.Contains(where, "NOON_SERVER") || strings.Contains(where, "NOON_ADDRESS")
}

// logSection is one source of logs.
type logSection struct {
	to   *LogSource
	loki *Loki
}

func newLogSection() *logSection {
	source := defaultLogSource()
	return &logSection{to: &source, loki: &Loki{}}
}

func (s *logSection) fields() []field {
	return []field{
		{key: "file", about: "files on the server, like /var/log/webshop/*.log; rotation is followed", to: text{&s.to.File, aLogFile}, also: []string{"files", "path", "paths", "glob"}},
		{key: "journald", about: "a systemd unit on the server, like webshop", to: text{&s.to.Journald, aUnit}, also: []string{"journal", "journalctl", "systemd", "unit"}},
		{key: "docker", about: "a container on the server", to: text{&s.to.Docker, aContainer}, also: []string{"container", "podman"}},
		{key: "command", about: "a command on the server that prints the log for ever", to: text{&s.to.Command, aCommand}, also: []string{"exec", "script"}},
		{key: "loki", about: "a query to Grafana Loki, from the controller's machine", to: in(lokiSection{s.loki}), also: []string{"grafana"}},
		{key: "history", about: "how far back the log is read at the start", to: duration{&s.to.History, 0}, also: []string{"since", "past", "before"}},
		{key: "emails", about: "what becomes of e-mail addresses: keep, or redact; other secrets are always taken out", to: flag{&s.to.HideEmails, "keep", "redact"}, also: []string{"email", "redact"}},
	}
}

func (s *logSection) check(f found) {
	if f.has("loki") {
		s.to.Loki = s.loki
	}
	first := ""
	for _, kind := range []string{"file", "journald", "docker", "command", "loki"} {
		switch {
		case !f.has(kind):
		case first == "":
			first = kind
		default:
			f.place(kind).wrongKey("one source has both %s and %s: write a list, [ { %s: ... }, { %s: ... } ]", first, kind, first, kind)
		}
	}
	if first == "" {
		f.at.wrongKey("logs needs file, journald, docker, command or loki: where the lines come from")
	}
}

// lokiSection is a query to Loki.
type lokiSection struct{ to *Loki }

var loki = api{name: "Loki", path: "/loki/api", example: "https://loki.example:3100", language: "LogQL", all: "the lines of all servers as one", selector: `host="{server}"`}

func (s lokiSection) fields() []field {
	return append([]field{
		{key: "url", about: "where Loki answers, like " + loki.example, to: text{&s.to.URL, loki.url}, required: true, also: []string{"address", "server"}},
		{key: "query", about: `the lines of one server in LogQL, like {app="webshop", host="{server}"}`, to: text{&s.to.Query, loki.query}, required: true, also: []string{"logql", "selector"}},
	}, loginFields(&s.to.Login, "loki")...)
}

func (s lokiSection) check(f found) { checkLogin(f, "loki") }

// ofServer are the placeholders in sources of logs.
var ofServer = []string{"server", "address", "host"}

// aLogFile is an absolute path with the patterns of a shell.
func aLogFile(value string) string {
	what := aServerPath(strings.NewReplacer("{address}", "{server}", "{host}", "{server}").Replace(value))
	if strings.Contains(what, "known are {server}") {
		return placeholders(value, ofServer...)
	}
	return what
}

var (
	unitForm      = regexp.MustCompile(`^[A-Za-z0-9_@:.\\][A-Za-z0-9_@:.\\-]{0,254}$`)
	containerForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,254}$`)
)

func aUnit(value string) string {
	return aNameOf(value, unitForm, "must be the name of a systemd unit, like webshop or shop@{server}.service")
}

func aContainer(value string) string {
	return aNameOf(value, containerForm, "must be the name of a container: letters, digits and _ . -")
}

// aNameOf is a name in which placeholders may stand.
func aNameOf(value string, form *regexp.Regexp, mend string) string {
	if what := placeholders(value, ofServer...); what != "" {
		return what
	}
	if !form.MatchString(placeholderForm.ReplaceAllString(value, "x")) {
		return mend
	}
	return ""
}
