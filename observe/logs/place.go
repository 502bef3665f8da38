package logs

import (
	"strings"

	"noon/fleet"
	"noon/observe/logs/redact"
)

// ofServer replaces the placeholders of a source by those of the server, made
// safe for where they stand.
func ofServer(text string, s fleet.Server, safe func(string) string) string {
	host := s.Host
	if host == "" {
		host = "local"
	}
	return strings.NewReplacer("{server}", safe(s.Name), "{address}", safe(s.Address), "{host}", safe(host)).Replace(text)
}

// called is what a source is called where it is about one server.
func called(source fleet.LogSource, s fleet.Server) string {
	source.Command = withoutSecrets(source.Command)
	return ofServer(source.String(), s, plainly)
}

// inPattern is the text as it stands for itself in a pattern of sh.
func inPattern(text string) string {
	return strings.NewReplacer("*", "[*]", "?", "[?]", "[", "[[]", `\`, `\\`).Replace(text)
}

func plainly(text string) string { return text }

// withoutSecrets is the text without the secrets that a command, or what it said,
// may hold: it is shown, and kept in the journal.
func withoutSecrets(text string) string { return string(redact.Line([]byte(text))) }

// quotedSafely quotes what others said; a secret that is cut shows no more that
// it is one.
func quotedSafely(text string) string { return fleet.Quoted(withoutSecrets(text)) }
