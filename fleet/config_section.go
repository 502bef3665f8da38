package fleet

import (
	"slices"
	"strings"

	"github.com/invopop/jsonschema"
)

// setting is anything that can be written in noon.yaml: it reads itself from
// a place, noting problems there, and describes itself to editors.
type setting interface {
	read(at place)
	schema() *jsonschema.Schema
}

// section is a mapping whose keys noon knows. Its fields are the one list of
// them for the parser and for the schema.
type section interface {
	fields() []field
	// check looks at what no field can see by itself.
	check(f found)
}

// field is one key of a section.
type field struct {
	key   string
	about string
	to    setting
	// required keys have no default.
	required bool
	// also are words that people write for the key elsewhere.
	also []string
}

// found are the keys of a section that stand in the file.
type found struct {
	at   place
	keys map[string]place
	// meant are known keys for which unknown ones seem to stand: to call them
	// missing as well would only be noise.
	meant map[string]bool
}

func (f found) has(key string) bool {
	_, ok := f.keys[key]
	return ok || f.meant[key]
}

// place returns where the key's value stands, or the section where it is
// not written.
func (f found) place(key string) place {
	if p, ok := f.keys[key]; ok {
		return p
	}
	return place{file: f.at.file, name: f.at.name, key: f.at.key, node: f.at.node}
}

// in makes a section a setting.
func in(s section) setting { return mapping{s} }

type mapping struct{ section }

func (m mapping) read(at place) {
	fields := m.fields()
	entries, ok := at.entries("a mapping with the keys " + strings.Join(keysOf(fields), ", "))
	if !ok {
		return
	}
	f := found{at: at, keys: map[string]place{}, meant: map[string]bool{}}
	for _, e := range entries {
		f.keys[e.key] = e.at
		f.checkKnown(fields, e)
	}
	// In the order of the section, not of the file: later fields build on
	// earlier ones.
	for _, known := range fields {
		if p, ok := f.keys[known.key]; ok {
			known.to.read(p)
		} else if known.required && !f.meant[known.key] {
			at.wrongKey("%s is missing%s: %s", known.key, at.within(), known.about)
		}
	}
	m.check(f)
}

// checkKnown notes a key that the section does not have.
func (f found) checkKnown(fields []field, e entry) {
	if slices.ContainsFunc(fields, func(known field) bool { return known.key == e.key }) {
		return
	}
	says := "known here: " + strings.Join(keysOf(fields), ", ")
	if meant, ok := nearestKey(fields, e.key); ok {
		says, f.meant[meant] = "did you mean \""+meant+"\"?", true
	}
	e.at.wrongKey("unknown key %s%s: %s", Quoted(e.key), f.at.within(), says)
}

func (m mapping) schema() *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "object", Properties: jsonschema.NewProperties(), AdditionalProperties: jsonschema.FalseSchema}
	for _, f := range m.fields() {
		if _, soon := f.to.(notYet); soon {
			continue
		}
		value := f.to.schema()
		value.Description = f.about
		s.Properties.Set(f.key, value)
		if f.required {
			s.Required = append(s.Required, f.key)
		}
	}
	return s
}

// keysOf returns the keys that this version of noon reads.
func keysOf(fields []field) []string {
	var keys []string
	for _, f := range fields {
		if _, soon := f.to.(notYet); !soon {
			keys = append(keys, f.key)
		}
	}
	return keys
}

// nearestKey returns the key that was probably meant.
func nearestKey(fields []field, written string) (string, bool) {
	meant := map[string]string{}
	var words []string
	for _, f := range fields {
		if _, soon := f.to.(notYet); soon {
			continue
		}
		for _, w := range append([]string{f.key}, f.also...) {
			meant[w], words = f.key, append(words, w)
		}
	}
	w, ok := nearest(words, written)
	return meant[w], ok
}

// notYet is a key of a later version of noon.
type notYet struct{ mend string }

func (n notYet) read(at place) {
	at.wrongKey("%s is not available yet in this version of noon: %s", at.called(), n.mend)
}

func (notYet) schema() *jsonschema.Schema { return jsonschema.FalseSchema }
