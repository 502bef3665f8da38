package fleet

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
)

// CaveatsFile is the name of the register of known caveats, beside noon.yaml.
const CaveatsFile = "noon.caveats.yaml"

// caveatsHead begins a new register.
const caveatsHead = `# Known caveats: lines that people have looked at and decided to live with.
# noon shows them as known, and blames no version for them while they come no
# more often than they do anyway. "noon caveat --help" tells more.
caveats:
`

// Caveats is a register of known caveats, with the text that people wrote.
type Caveats struct {
	// Path is where it is kept.
	Path string
	List []Caveat

	lines []string
}

// ReadCaveats reads the register at path; one that is not there is empty. What
// is wrong in it comes back as a *ConfigError, all of it at once.
func ReadCaveats(path string) (Caveats, error) {
	text, err := readConfig(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Caveats{Path: path, lines: splitLines(caveatsHead)}, nil
	}
	if err != nil {
		return Caveats{}, err
	}
	return parseCaveats(path, string(text))
}

func parseCaveats(path, text string) (Caveats, error) {
	text = strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), "\r\n", "\n")
	f := newConfigFile(path, []byte(text))
	c := Caveats{Path: path, lines: splitLines(text)}
	if emptyCaveats(text) {
		return c, nil
	}
	if root, ok := f.parse([]byte(text)); ok {
		in(caveatsSection{&c.List}).read(root)
	}
	return c, f.err()
}

// noCaveats is a register without any.
var noCaveats = regexp.MustCompile(`^caveats:\s*(\[\s*\])?\s*(#.*)?$`)

// emptyCaveats tells a register of which all caveats were removed.
func emptyCaveats(text string) bool {
	var said []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			said = append(said, line)
		}
	}
	return len(said) == 0 || len(said) == 1 && noCaveats.MatchString(said[0])
}

func splitLines(text string) []string { return strings.Split(strings.TrimRight(text, "\n"), "\n") }

// Find returns the caveat of a family.
func (c Caveats) Find(family string) (Caveat, bool) {
	for _, known := range c.List {
		if known.Family == family {
			return known, true
		}
	}
	return Caveat{}, false
}

// Add returns the register with one more caveat at its end; what people wrote
// stays as it is.
func (c Caveats) Add(add Caveat) (Caveats, error) {
	if what := aFamily(add.Family); what != "" {
		return c, fmt.Errorf("the family %s %s", Quoted(add.Family), what)
	}
	if _, twice := c.Find(add.Family); twice {
		return c, fmt.Errorf("%s is in %s already: remove it first, or edit the file", Quoted(add.Family), shown(c.Path))
	}
	entry, err := yaml.MarshalWithOptions([]any{add.written()}, yaml.Indent(2), yaml.IndentSequence(false), yaml.UseLiteralStyleIfMultiline(true))
	if err != nil {
		return c, fmt.Errorf("write the caveat: %w", err)
	}
	lines := c.opened()
	for _, line := range splitLines(string(entry)) {
		lines = append(lines, c.indent()+line)
	}
	return parseCaveats(c.Path, strings.Join(lines, "\n")+"\n")
}

// opened are the lines of the register, ready for one more caveat.
func (c Caveats) opened() []string {
	lines := append([]string(nil), c.lines...)
	if len(c.List) > 0 {
		return lines
	}
	for i, line := range lines {
		if noCaveats.MatchString(strings.TrimSpace(line)) {
			lines[i] = "caveats:"
			return lines
		}
	}
	return append(lines, "caveats:")
}

// indent is how far the list is indented already.
func (c Caveats) indent() string {
	if len(c.List) == 0 {
		return "  "
	}
	line := c.lines[c.List[0].line-1]
	return line[:len(line)-len(strings.TrimLeft(line, " "))]
}

// written is the caveat in the order in which people read it.
func (c Caveat) written() yaml.MapSlice {
	all := yaml.MapSlice{{Key: "family", Value: c.Family}, {Key: "why", Value: c.Why}}
	for _, field := range []struct{ key, value string }{{"service", c.Service}, {"owner", c.Owner}, {"ticket", c.Ticket}} {
		if field.value != "" {
			all = append(all, yaml.MapItem{Key: field.key, Value: field.value})
		}
	}
	if len(c.Versions) > 0 {
		var names []string
		for _, v := range c.Versions {
			names = append(names, string(v))
		}
		all = append(all, yaml.MapItem{Key: "versions", Value: names})
	}
	if !c.Until.IsZero() {
		all = append(all, yaml.MapItem{Key: "until", Value: c.Until.Format("2006-01-02")})
	}
	return all
}

// Remove returns the register without the caveat of a family.
func (c Caveats) Remove(family string) (Caveats, error) {
	for i, known := range c.List {
		if known.Family != family {
			continue
		}
		end := len(c.lines)
		if i+1 < len(c.List) {
			end = c.List[i+1].line - 1
			for end > known.line && strings.HasPrefix(strings.TrimSpace(c.lines[end-1]), "#") {
				end-- // a comment belongs to what follows it
			}
		}
		lines := append(append([]string(nil), c.lines[:known.line-1]...), c.lines[end:]...)
		return parseCaveats(c.Path, strings.Join(lines, "\n")+"\n")
	}
	return c, fmt.Errorf("%s is not in %s: \"noon caveat list\" shows what is", Quoted(family), shown(c.Path))
}

// Write keeps the register in its file, which is replaced at once.
func (c Caveats) Write() error {
	temporary, err := os.CreateTemp(filepath.Dir(c.Path), ".noon.caveats-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", shown(c.Path), err)
	}
	defer os.Remove(temporary.Name()) // gone already if all went well
	_, err = temporary.WriteString(strings.Join(c.lines, "\n") + "\n")
	if err = errors.Join(err, temporary.Chmod(0o644), temporary.Sync(), temporary.Close()); err != nil {
		return fmt.Errorf("write %s: %w", shown(c.Path), err)
	}
	if err := os.Rename(temporary.Name(), c.Path); err != nil {
		return fmt.Errorf("write %s: %w", shown(c.Path), err)
	}
	return nil
}
