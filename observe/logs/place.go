package logs

import (
	"strings"

	"noon/fleet"
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
	return ofServer(source.String(), s, plainly)
}

// inPattern is the text as it stands for itself in a pattern of sh.
func inPattern(text string) string {
	return strings.NewReplacer("*", "[*]", "?", "[?]", "[", "[[]", `\`, `\\`).Replace(text)
}

func plainly(text string) string { return text }
