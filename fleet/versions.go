package fleet

import (
	"fmt"
	"slices"
	"strings"
)

// Versions are several versions, of which servers shall get one.
type Versions []Version

// ParseVersions returns the versions that text names: "v2", or "v2,v3". None is
// named twice.
func ParseVersions(text string) (Versions, error) {
	var all Versions
	for _, part := range strings.Split(text, ",") {
		v, err := ParseVersion(strings.Trim(part, " "))
		if err != nil {
			return nil, err
		}
		if all.Has(v) {
			return nil, fmt.Errorf("version %s is named twice: name each version once, like \"v2,v3\"", v)
		}
		all = append(all, v)
	}
	return all, nil
}

// Has tells whether the version is one of them.
func (all Versions) Has(v Version) bool { return slices.Contains(all, v) }

// Without are the others.
func (all Versions) Without(v Version) Versions {
	return slices.DeleteFunc(slices.Clone(all), func(other Version) bool { return other == v })
}

// Same tells whether they are the same versions, in whatever order.
func (all Versions) Same(others Versions) bool {
	a, b := slices.Clone(all), slices.Clone(others)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

// String is how they are written: "v2, v3".
func (all Versions) String() string { return strings.Join(all.texts(), ", ") }

// Words are they in a sentence: "v2, v3 and v4".
func (all Versions) Words() string { return all.joined("and") }

// Either is a choice between them in a sentence: "v2, v3 or v4".
func (all Versions) Either() string { return all.joined("or") }

func (all Versions) joined(last string) string {
	texts := all.texts()
	if len(texts) < 2 {
		return strings.Join(texts, "")
	}
	n := len(texts) - 1
	return strings.Join(texts[:n], ", ") + " " + last + " " + texts[n]
}

func (all Versions) texts() []string {
	texts := make([]string, len(all))
	for i, v := range all {
		texts[i] = string(v)
	}
	return texts
}
