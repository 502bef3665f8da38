package check

import (
	"context"
	"encoding/json"
	"strings"

	"noon/fleet"
)

// version reads the version that the application reports, or why it cannot
// be read.
func (l *look) version(ctx context.Context) (fleet.Version, string, error) {
	if l.cfg.Version.IsZero() {
		return "", `noon.yaml does not say where the application reports its version (check: version)`, nil
	}
	text, trouble, err := l.read(ctx, l.cfg.Version, "version")
	if trouble != "" || err != nil {
		return "", trouble, err
	}
	version, err := fleet.ParseVersion(text)
	if err != nil {
		return "", "the application reports a version that is none: " + err.Error(), nil
	}
	return version, "", nil
}

// read reads one value. From a URL it is the whole body, or the field of that
// name where the body is a JSON object.
func (l *look) read(ctx context.Context, source fleet.Source, field string) (value, trouble string, err error) {
	if source.Command != "" {
		result, trouble, err := l.command(ctx, source.Command)
		if trouble != "" {
			trouble = field + " command: " + trouble
		}
		return strings.TrimSpace(string(result.Stdout)), trouble, err
	}
	a, err := l.ask(ctx, source.URL)
	if err != nil || !a.good() {
		return "", a.String(), err
	}
	text := strings.TrimSpace(string(a.body))
	if !strings.HasPrefix(text, "{") {
		return text, "", nil
	}
	value, ok := fieldOf(text, field)
	if !ok {
		return "", "GET " + a.path + `: the answer has no "` + field + `": ` + fleet.Quoted(text), nil
	}
	return value, "", nil
}

// fieldOf returns a text or number of a JSON object.
func fieldOf(text, field string) (string, bool) {
	var object map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &object) != nil {
		return "", false
	}
	var word string
	if json.Unmarshal(object[field], &word) == nil {
		return strings.TrimSpace(word), word != ""
	}
	var number json.Number
	if json.Unmarshal(object[field], &number) == nil {
		return number.String(), number != ""
	}
	return "", false
}
