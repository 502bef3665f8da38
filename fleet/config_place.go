package fleet

import (
	"fmt"
	"path/filepath"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// place is one value of noon.yaml: what stands there, where it stands, and
// what the reader calls it.
type place struct {
	file *configFile
	// name is the path of keys, "rollout.watch"; "" for the whole file.
	name string
	// key is where the value's key stands, nil for the whole file and in lists.
	key  *token.Token
	node ast.Node
}

// wrong notes a problem with the value.
func (p place) wrong(format string, args ...any) {
	p.wrongAt(start(p.node), format, args...)
}

// wrongKey notes a problem with the key, or with what is missing below it.
func (p place) wrongKey(format string, args ...any) {
	if p.key == nil {
		p.wrong(format, args...)
		return
	}
	p.wrongAt(p.key, format, args...)
}

func (p place) wrongAt(t *token.Token, format string, args ...any) {
	line, column := 1, 1
	if t != nil && t.Position != nil {
		line, column = t.Position.Line, t.Position.Column
	}
	p.file.wrong(line, column, fmt.Sprintf(format, args...))
}

// mustBe notes that the value is of another kind than wanted.
func (p place) mustBe(wanted string) {
	if p.node == nil || p.node.Type() == ast.NullType {
		p.wrong("%s must be %s, and nothing is written there", p.called(), wanted)
		return
	}
	p.wrong("%s must be %s, not %s", p.called(), wanted, kindOf(p.node))
}

// called is how messages name the value.
func (p place) called() string {
	if p.name == "" {
		return filepath.Base(p.file.name)
	}
	return p.name
}

// within says where a key stands: " in check", or nothing at the top.
func (p place) within() string {
	if p.name == "" {
		return ""
	}
	return " in " + p.name
}

// below is the place of a value under a key of this one.
func (p place) below(key string, at *token.Token, node ast.Node) place {
	name := key
	if p.name != "" {
		name = p.name + "." + key
	}
	return place{file: p.file, name: name, key: at, node: node}
}

// entry is one key of a mapping with the place of its value.
type entry struct {
	key string
	at  place
}

// entries returns the keys of a mapping in the order of the file. What is not
// a mapping, odd keys and keys that come twice are noted as problems.
func (p place) entries(wanted string) ([]entry, bool) {
	values, ok := mappingOf(p.node)
	if !ok {
		p.mustBe(wanted)
		return nil, false
	}
	var all []entry
	first := map[string]int{}
	for _, v := range values {
		key, at, ok := keyOf(v)
		if !ok {
			p.wrongAt(at, "a key%s must be a plain word, not %s", p.within(), kindOf(v.Key))
			continue
		}
		if line, twice := first[key]; twice {
			p.wrongAt(at, "%s is there twice%s: the first is in line %d", Quoted(key), p.within(), line)
			continue
		}
		first[key] = at.Position.Line
		all = append(all, entry{key, p.below(key, at, v.Value)})
	}
	return all, true
}

func mappingOf(node ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := node.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

func keyOf(v *ast.MappingValueNode) (string, *token.Token, bool) {
	at := v.Key.GetToken()
	switch v.Key.Type() {
	case ast.StringType, ast.IntegerType, ast.FloatType, ast.BoolType:
		return showBraces(at.Value), at, at.Position != nil
	}
	return "", at, false
}

// items returns the values of a list.
func (p place) items() ([]place, bool) {
	list, ok := p.node.(*ast.SequenceNode)
	if !ok {
		return nil, false
	}
	all := make([]place, len(list.Values))
	for i, v := range list.Values {
		all[i] = place{file: p.file, name: p.name, node: v}
	}
	return all, true
}

// text returns the value of a piece of text.
func (p place) text() (string, bool) {
	switch n := p.node.(type) {
	case *ast.StringNode:
		return showBraces(n.Value), true
	case *ast.LiteralNode:
		return showBraces(n.Value.Value), true
	}
	return "", false
}

// number returns the characters of a number as they stand in the file.
func (p place) number() (string, bool) {
	switch n := p.node.(type) {
	case *ast.IntegerNode, *ast.FloatNode:
		return n.GetToken().Value, true
	}
	return "", false
}

// start returns where a value begins; the library's own token of a mapping is
// its first colon.
func start(node ast.Node) *token.Token {
	switch n := node.(type) {
	case nil:
		return nil
	case *ast.MappingValueNode:
		return n.Key.GetToken()
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			return start(n.Values[0])
		}
	case *ast.LiteralNode:
		return n.Start
	}
	return node.GetToken()
}

func kindOf(node ast.Node) string {
	switch n := node.(type) {
	case nil, *ast.NullNode:
		return "nothing"
	case *ast.StringNode, *ast.LiteralNode:
		return "text"
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return "the number " + shownNumber(n.GetToken().Value)
	case *ast.BoolNode:
		return n.GetToken().Value
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a mapping"
	case *ast.SequenceNode:
		return "a list"
	}
	return "an anchor, alias, merge or tag (noon.yaml has none: write the value out)"
}
