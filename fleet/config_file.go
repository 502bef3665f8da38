package fleet

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// The YAML library takes time that grows with the square of the number of
// keys (131 s for 200,000) and a stack that grows with the depth, so both are
// bounded before it parses. 40,000 words are some 3,000 servers, and a second.
const (
	wordsMost = 40_000
	depthMost = 32
	lineMost  = 4096
)

// configFile is a noon.yaml that is being read, with what was found wrong.
type configFile struct {
	name     string
	lines    []string
	problems []ConfigProblem
	more     int
}

func newConfigFile(name string, text []byte) *configFile {
	if len(text) > configMost {
		return &configFile{name: name}
	}
	return &configFile{name: name, lines: strings.Split(string(text), "\n")}
}

// wrong notes a problem.
func (f *configFile) wrong(line, column int, what string) {
	if len(f.problems) >= problemsMost {
		f.more++
		return
	}
	p := ConfigProblem{File: f.name, Line: max(line, 1), Column: max(column, 1), What: masked(what)}
	if p.Line <= len(f.lines) {
		p.source = masked(f.lines[p.Line-1])
	}
	f.problems = append(f.problems, p)
}

var credentials = regexp.MustCompile(`://[^/@\s]+@`)

// secrets are values of keys that must name an environment variable.
var secrets = regexp.MustCompile(`\b((?:token|password)["']?:\s*)("[^"]*"?|'[^']*'?|[^\s,}]+)`)

// masked hides user and password in URLs, and the values of token: and
// password:, which do not belong into noon.yaml, and so even less onto the
// screen. The number of characters stays.
func masked(text string) string {
	text = credentials.ReplaceAllStringFunc(text, func(s string) string {
		return "://" + strings.Repeat("*", utf8.RuneCountInString(s)-len("://@")) + "@"
	})
	return secrets.ReplaceAllStringFunc(text, func(s string) string {
		parts := secrets.FindStringSubmatch(s)
		if strings.HasPrefix(strings.Trim(parts[2], `"'`), "env:") {
			return s
		}
		return parts[1] + strings.Repeat("*", utf8.RuneCountInString(parts[2]))
	})
}

func (f *configFile) err() error { return sorted(f.problems, f.more) }

// parse returns the file's one document.
func (f *configFile) parse(text []byte) (place, bool) {
	if !f.readable(text) {
		return place{}, false
	}
	tokens := lexer.Tokenize(hideBraces(string(text)))
	if !f.bounded(tokens) {
		return place{}, false
	}
	file, err := f.syntax(tokens)
	if err != nil {
		f.wrongSyntax(err)
		return place{}, false
	}
	return f.document(file)
}

// readable tells whether the text is one that people write.
func (f *configFile) readable(text []byte) bool {
	if len(text) > configMost {
		f.wrong(1, 1, fmt.Sprintf("the file is longer than %d MiB: this is not a noon.yaml", configMost>>20))
		return false
	}
	for i, line := range f.lines {
		if column, what := unreadable(line); what != "" {
			f.wrong(i+1, column, what)
		}
	}
	return len(f.problems) == 0
}

func unreadable(line string) (column int, what string) {
	if len(line) > lineMost {
		return 1, fmt.Sprintf("the line is longer than %d bytes: put long commands into a script", lineMost)
	}
	for i, r := range line {
		column++
		if r == utf8.RuneError && !strings.HasPrefix(line[i:], "\uFFFD") {
			return column, "a byte that is not UTF-8: save the file as UTF-8"
		}
		if r < ' ' && r != '\t' || r == 0x7f || unicode.Is(unicode.Co, r) {
			return column, fmt.Sprintf("the character %U may not stand in noon.yaml: remove it", r)
		}
	}
	return 0, ""
}

// bounded tells whether the YAML library can be trusted with the tokens.
func (f *configFile) bounded(tokens token.Tokens) bool {
	if len(tokens) > wordsMost {
		f.wrong(1, 1, fmt.Sprintf("the file has %d words, and noon reads at most %d: this is not a noon.yaml", len(tokens), wordsMost))
		return false
	}
	depth := 0
	for _, t := range tokens {
		switch t.Type {
		case token.MappingStartType, token.SequenceStartType:
			depth++
		case token.MappingEndType, token.SequenceEndType:
			depth--
		}
		if depth > depthMost {
			f.wrong(t.Position.Line, t.Position.Column, fmt.Sprintf("brackets are nested more than %d deep", depthMost))
			return false
		}
	}
	return true
}

// syntax parses the tokens. The library has panicked on odd input in the past,
// and noon.yaml may come from anybody: that is an error of the file, too.
func (f *configFile) syntax(tokens token.Tokens) (file *ast.File, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("this is not YAML that noon can read")
		}
	}()
	// Duplicate keys are reported by place.entries, all of them.
	return parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
}

func (f *configFile) wrongSyntax(err error) {
	var known yaml.Error
	if !errors.As(err, &known) || known.GetToken() == nil || known.GetToken().Position == nil {
		f.wrong(1, 1, "not valid YAML")
		return
	}
	at := known.GetToken().Position
	if at.Line <= len(f.lines) && strings.HasPrefix(f.lines[max(at.Line, 1)-1], "\t") {
		f.wrong(at.Line, 1, "a tab begins the line: YAML wants spaces there")
		return
	}
	f.wrong(at.Line, at.Column, "not valid YAML: "+shown(showBraces(known.GetMessage())))
}

func (f *configFile) document(file *ast.File) (place, bool) {
	var bodies []ast.Node
	for _, d := range file.Docs {
		if d.Body != nil && d.Body.Type() != ast.CommentGroupType {
			bodies = append(bodies, d.Body)
		}
	}
	if len(bodies) == 0 {
		f.wrong(1, 1, "the file is empty: README.md shows a first one")
		return place{}, false
	}
	if len(bodies) > 1 {
		second := place{file: f, node: bodies[1]}
		second.wrong("a second document begins here: noon.yaml is one document, remove the \"---\"")
		return place{}, false
	}
	return place{file: f, node: bodies[0]}, true
}
