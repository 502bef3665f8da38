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
}

func (f found) has(key string) bool {
	_, ok := f.keys[key]
	return ok
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
	entries, ok := at.entries("a mapping of keys and values")
	if !ok {
		return
	}
	fields := m.fields()
	f := found{at: at, keys: map[string]place{}}
	for _, e := range entries {
		f.keys[e.key] = e.at
		if fieldOf(fields, e.key) == nil {
			e.at.wrongKey("unknown key %s%s: %s", Quoted(e.key), at.within(), nearestKey(fields, e.key))
		}
	}
	// In the order of the section, not of the file: later fields build on
	// earlier ones.
	for _, known := range fields {
		if p, ok := f.keys[known.key]; ok {
			known.to.read(p)
		} else if known.required {
			at.wrongKey("%s is missing%s: %s", known.key, at.within(), known.about)
		}
	}
	m.check(f)
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

func fieldOf(fields []field, key string) *field {
	i := slices.IndexFunc(fields, func(f field) bool { return f.key == key })
	if i < 0 {
		return nil
	}
	return &fields[i]
}

// nearestKey says which key was probably meant.
func nearestKey(fields []field, key string) string {
	meant := map[string]string{}
	var words, keys []string
	for _, f := range fields {
		if _, soon := f.to.(notYet); soon {
			continue
		}
		keys = append(keys, f.key)
		for _, w := range append([]string{f.key}, f.also...) {
			meant[w], words = f.key, append(words, w)
		}
	}
	if w, ok := nearest(words, key); ok {
		return "did you mean \"" + meant[w] + "\"?"
	}
	return "known are " + strings.Join(keys, ", ")
}

// notYet is a key of a later version of noon.
type notYet struct{}

func (notYet) read(at place) {
	at.wrongKey("%s is not available yet in this version of noon: remove it", at.called())
}

func (notYet) schema() *jsonschema.Schema { return jsonschema.FalseSchema }
