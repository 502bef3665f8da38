package fleet

import (
	"time"

	"github.com/invopop/jsonschema"
)

// checkSection is how noon sees that a server is well.
type checkSection struct {
	to *Check
	in found
}

func (s *checkSection) fields() []field {
	return []field{
		{key: "url", about: "must answer 2xx when the server is well, like http://{address}/healthz", to: text{&s.to.URL, aURL}, also: []string{"health", "healthz", "healthcheck", "http", "path"}},
		{key: "command", about: "must end with status 0 on the server when it is well", to: text{&s.to.Command, aCommand}, also: []string{"exec", "script"}},
		{key: "version", about: "where the application says which version it runs: a URL like http://{address}/version, or { command: ... }", to: sourceSetting{to: &s.to.Version}, required: true},
		{key: "started", about: "where the start of the process is read: listener (the process that listens on the address), a URL, or { command: ... }", to: sourceSetting{to: &s.to.Started, listener: true}, also: []string{"start", "uptime"}},
		{key: "times", about: "how many good answers in a row", to: whole[int]{&s.to.Times, 1, 1000}, also: []string{"count", "retries", "rise"}},
		{key: "every", about: "the time between two questions", to: duration{&s.to.Every, 10 * time.Millisecond}, also: []string{"interval", "period"}},
		{key: "within", about: "how long after the start the server may take to be well", to: duration{&s.to.Within, time.Second}, also: []string{"deadline", "wait"}},
		{key: "timeout", about: "how long one question may take", to: duration{&s.to.Timeout, 10 * time.Millisecond}},
	}
}

func (s *checkSection) check(f found) {
	s.in = f
	if !f.has("url") && !f.has("command") {
		f.at.wrongKey("check needs a url (must answer 2xx) or a command (must end with status 0): otherwise nobody sees whether a server is well")
	}
	if takes := time.Duration(s.to.Times-1) * s.to.Every; takes >= s.to.Within {
		at := f.place("within")
		if !f.has("within") {
			at = f.place("times")
		}
		at.wrongKey("%d good answers, one every %s, take %s, and the check must be good within %s: it never could be", s.to.Times, durationText(s.to.Every), durationText(takes), durationText(s.to.Within))
	}
}

// sourceSetting is a URL, { command: ... }, or, if allowed, "listener".
type sourceSetting struct {
	to       *Source
	listener bool
}

func (s sourceSetting) read(at place) {
	if _, ok := mappingOf(at.node); ok {
		in(commandSection{s.to}).read(at)
		return
	}
	value, ok := at.text()
	if !ok {
		at.mustBe(s.forms())
		return
	}
	if s.listener && value == "listener" {
		return
	}
	if w, near := nearest([]string{"listener"}, value); s.listener && near {
		at.wrong("%s %s must be %s: did you mean \"%s\"?", at.called(), Quoted(value), s.forms(), w)
		return
	}
	text{&s.to.URL, aURL}.read(at)
}

func (s sourceSetting) forms() string {
	if s.listener {
		return "listener, a URL, or { command: ... }"
	}
	return "a URL or { command: ... }"
}

func (s sourceSetting) schema() *jsonschema.Schema {
	plain := &jsonschema.Schema{Type: "string"}
	if s.listener {
		plain.Default = "listener"
	}
	return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{plain, in(commandSection{&Source{}}).schema()}}
}

// commandSection is a value that a command prints on the server.
type commandSection struct{ to *Source }

func (s commandSection) fields() []field {
	return []field{{key: "command", about: "prints the value on the server", to: text{&s.to.Command, aCommand}, required: true}}
}

func (s commandSection) check(found) {}
