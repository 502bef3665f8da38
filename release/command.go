package release

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"noon/fleet"
	"noon/host"
	commandline "noon/host/line"
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
	text := commandline.WithData(line)
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
