package fleet

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"
)

// loginFields are the keys of a login: name is the section's, like loki.
func loginFields(to *Login, name string) []field {
	env := "env:" + strings.ToUpper(name)
	return []field{
		{key: "tenant", about: "the tenant, where there are several", to: text{&to.Tenant, aLoginName}, also: []string{"org", "org_id", "x_scope_orgid"}},
		{key: "user", about: "who logs in", to: text{&to.User, aLoginName}, also: []string{"username", "login"}},
		{key: "password", about: "the environment variable with the password: " + env + "_PASSWORD", to: variable{&to.Password}},
		{key: "token", about: "the environment variable with a bearer token: " + env + "_TOKEN", to: variable{&to.Token}, also: []string{"bearer", "api_key"}},
	}
}

// checkLogin wants one way of logging in, and all of it.
func checkLogin(f found, name string) {
	if f.has("token") && f.has("user") {
		f.place("token").wrongKey("%s has both token and user: keep the one that it asks for", name)
	}
	if f.has("user") != f.has("password") {
		f.at.wrongKey("%s needs user and password together, or neither", name)
	}
}

var loginNameForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.@|+-]{0,149}$`)

func aLoginName(value string) string {
	if loginNameForm.MatchString(value) {
		return ""
	}
	return "must be letters, digits and _ . @ | + -"
}

// variable names an environment variable, so that no secret is in the file.
type variable struct{ to *string }

const variablePattern = `^env:[A-Za-z_][A-Za-z0-9_]*$`

var variableForm = regexp.MustCompile(variablePattern)

func (v variable) read(at place) {
	value, ok := at.text()
	if !ok || !variableForm.MatchString(value) {
		// What stands there may be the secret itself: it is not repeated.
		at.wrong("%s must name an environment variable of noon, like env:LOKI_TOKEN: secrets do not belong into this file", at.called())
		return
	}
	*v.to = strings.TrimPrefix(value, "env:")
}

func (v variable) schema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: variablePattern}
}

// api is a service that is asked over HTTP, as its section calls it.
type api struct {
	// name is people's, path where its API begins, like /loki/api; example is a
	// URL of it, language that of its queries.
	name, path, example, language string
	// all says what a query without a placeholder finds, selector how to write one.
	all, selector string
}

// url is the form of its URL.
func (a api) url(value string) string {
	u, err := url.Parse(value)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return "must be a URL that begins with http:// or https://, like " + a.example
	case u.User != nil:
		return "must have no user or password in it: write user: and password: env:" + strings.ToUpper(a.name) + "_PASSWORD"
	case u.RawQuery != "" || u.Fragment != "" || strings.Contains(u.Path, a.path):
		return "must be where " + possessive(a.name) + " API begins, without " + a.path + " and what follows"
	case u.Port() != "" && !aPort(u.Port()):
		return "must have a port from 1 to 65535"
	}
	return printable(value, "")
}

func possessive(name string) string {
	if strings.HasSuffix(name, "s") {
		return name + "'"
	}
	return name + "'s"
}

var queryWord = regexp.MustCompile(`\{([a-z]+)\}`)

// query is the form of a query of one server; the language's own braces are no
// placeholders.
func (a api) query(value string) string {
	for _, found := range queryWord.FindAllString(value, -1) {
		if what := placeholders(found, ofServer...); what != "" {
			return what
		}
	}
	switch {
	case strings.TrimSpace(value) == "":
		return "must be a query in " + a.language + ", and is empty"
	case !slices.ContainsFunc(ofServer, func(word string) bool { return strings.Contains(value, "{"+word+"}") }):
		return "finds " + a.all + ": write {server}, {address} or {host} in it, like " + a.selector
	}
	return printable(value, "\n\t")
}
