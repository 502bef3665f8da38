package release

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"noon/fleet"
	"noon/host"
)

// linesMost and lineMost bound what an error repeats of a command's output.
const (
	linesMost = 6
	lineMost  = 200
)

// command runs a line of the operator, if there is one.
func (r *Release) command(ctx context.Context, what, line string, server fleet.Server, version fleet.Version) error {
	if line == "" {
		return nil
	}
	s, err := r.site(server, version)
	if err == nil {
		err = r.operators(ctx, s, line)
	}
	if err != nil {
		return fmt.Errorf("%s %s on %s: %w", what, version, server.Name, err)
	}
	return nil
}

// operators runs a line of the operator, on the server or here.
func (r *Release) operators(ctx context.Context, s *site, line string) error {
	h, env := s.host, map[string]string{}
	for _, name := range []string{"NOON_SERVER", "NOON_HOST", "NOON_ADDRESS", "NOON_VERSION"} {
		env[name] = s.env[name]
	}
	text := withData(line)
	if r.cfg.Here {
		h = here()
		env["NOON_DIR"] = r.dir
		text = `cd "$NOON_DIR" || exit 1` + "\n" + text
	}
	result, err := h.Run(ctx, host.Command{Line: text, Env: env})
	if err != nil {
		return err
	}
	if result.Status != 0 {
		return fmt.Errorf("%s ended with status %d: %s", fleet.Quoted(line), result.Status, lastLines(result))
	}
	return nil
}

// lastLines are the last lines of what a command said, escaped.
func lastLines(result host.Result) string {
	text := strings.TrimSpace(string(result.Stderr))
	if text == "" {
		text = strings.TrimSpace(string(result.Stdout))
	}
	if text == "" {
		return "it said nothing"
	}
	lines := strings.Split(text, "\n")
	lines = lines[max(0, len(lines)-linesMost):]
	for i, line := range lines {
		if len(line) > lineMost {
			line = line[:lineMost] + "..."
		}
		escaped := strconv.QuoteToGraphic(line)
		lines[i] = strings.ReplaceAll(escaped[1:len(escaped)-1], `\"`, `"`)
	}
	return strings.Join(lines, "; ")
}

// placeholders are what an operator may write in a line, and where the data
// is.
var placeholders = map[string]string{
	"{version}": "NOON_VERSION", "{server}": "NOON_SERVER", "{address}": "NOON_ADDRESS", "{host}": "NOON_HOST",
}

// withData replaces the placeholders by variables of the shell, quoted as the
// place demands: data is never pasted into a line.
func withData(line string) string {
	var b strings.Builder
	var quote byte
	for i := 0; i < len(line); i++ {
		if name, length := placeholderAt(line[i:]); length > 0 {
			b.WriteString(variable(name, quote))
			i += length - 1
			continue
		}
		c := line[i]
		b.WriteByte(c)
		switch {
		case c == '\\' && quote != '\'' && i+1 < len(line):
			i++
			b.WriteByte(line[i])
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case c == quote:
			quote = 0
		}
	}
	return b.String()
}

func placeholderAt(text string) (name string, length int) {
	for placeholder, name := range placeholders {
		if strings.HasPrefix(text, placeholder) {
			return name, len(placeholder)
		}
	}
	return "", 0
}

// variable names the variable outside of quotes, within " or within '.
func variable(name string, quote byte) string {
	switch quote {
	case '"':
		return "${" + name + "}"
	case '\'':
		return `'"${` + name + `}"'`
	}
	return `"${` + name + `}"`
}
