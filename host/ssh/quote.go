package ssh

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"noon/fleet"
	"noon/host"
)

var envName = regexp.MustCompile(`^[A-Z_][A-Z0-9_]*$`)

// commandLine is what the user's shell there is given: sh with the line, and
// the data in its environment. sshd itself accepts only the variables that
// its AcceptEnv names, so env sets them. The mark, if any, is there to find
// the command again if it has to be killed.
func commandLine(c host.Command, mark string) (string, error) {
	words := []string{"exec", "env"}
	if mark != "" {
		words = append(words, "NOON_RUN="+mark)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Env)) {
		if !envName.MatchString(name) {
			return "", fmt.Errorf("%s is not a name for data: capital letters, digits and _", fleet.Quoted(name))
		}
		words = append(words, name+"="+quoted(c.Env[name]))
	}
	line := strings.Join(append(words, "sh", "-c", quoted(c.Line)), " ")
	if strings.ContainsRune(line, 0) {
		return "", fmt.Errorf("a command or its data holds a NUL byte, which no command can be given")
	}
	return line, nil
}

// quoted is the text as one word of a shell. Backslashes stand outside of the
// single quotes, because fish gives them a meaning inside.
func quoted(text string) string {
	return "'" + strings.NewReplacer(`'`, `'\''`, `\`, `'\\'`).Replace(text) + "'"
}
