package fleet

import (
	"strings"
	"time"

	"github.com/invopop/jsonschema"
)

// caveatsSection is the whole of a register of caveats.
type caveatsSection struct{ to *[]Caveat }

func (s caveatsSection) fields() []field {
	return []field{{key: "caveats", about: "the known caveats, a list", to: caveatList(s), required: true, also: []string{"known", "families"}}}
}

func (s caveatsSection) check(found) {}

// caveatList is a list of caveats.
type caveatList struct{ to *[]Caveat }

func (l caveatList) read(at place) {
	items, ok := at.items()
	if !ok {
		at.mustBe("a list of caveats, each with a family and why")
		return
	}
	first := map[string]int{}
	for _, item := range items {
		var c Caveat
		in(caveatSection{&c}).read(item)
		c.line = start(item.node).Position.Line
		if line, twice := first[c.Family]; twice && c.Family != "" {
			item.wrong("%s is there twice: the first is in line %d", Quoted(c.Family), line)
		}
		first[c.Family] = c.line
		*l.to = append(*l.to, c)
	}
}

func (l caveatList) schema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "array", Items: in(caveatSection{&Caveat{}}).schema()}
}

// caveatSection is one caveat.
type caveatSection struct{ to *Caveat }

func (s caveatSection) fields() []field {
	return []field{
		{key: "family", about: "the key of the family, or the line with <*> for what varies", to: text{&s.to.Family, aFamily}, required: true, also: []string{"template", "pattern", "message"}},
		{key: "why", about: "why people live with it", to: text{&s.to.Why, aSentence}, required: true, also: []string{"reason", "because"}},
		{key: "service", about: "the service that it holds for", to: text{&s.to.Service, aName}},
		{key: "owner", about: "who looks after it", to: text{&s.to.Owner, aSentence}, also: []string{"by", "who"}},
		{key: "ticket", about: "where it is going to be mended", to: text{&s.to.Ticket, aSentence}, also: []string{"issue", "link", "url"}},
		{key: "versions", about: "the versions that it holds for; all of them if there are none", to: versionList{&s.to.Versions}, also: []string{"version"}},
		{key: "until", about: "the last day on which it holds, like 2027-01-31", to: day{&s.to.Until}, also: []string{"expires", "expiry"}},
	}
}

func (s caveatSection) check(found) {}

func aFamily(value string) string {
	if strings.TrimSpace(strings.ReplaceAll(value, "<*>", "")) == "" {
		return "must name a family: its key, or a line with <*> for what varies; this would be every line"
	}
	return printable(value, "")
}

func aSentence(value string) string {
	if strings.TrimSpace(value) == "" {
		return "must say something"
	}
	return printable(value, "\n")
}

// versionList is a list of versions.
type versionList struct{ to *[]Version }

func (l versionList) read(at place) {
	var names []string
	texts{&names, func(value string) string {
		if _, err := ParseVersion(value); err != nil {
			return "is not the name of a version"
		}
		return ""
	}}.read(at)
	for _, name := range names {
		*l.to = append(*l.to, Version(name))
	}
}

func (l versionList) schema() *jsonschema.Schema { return texts{}.schema() }

// day is a date, as midnight UTC.
type day struct{ to *time.Time }

func (d day) read(at place) {
	value, ok := at.text()
	if !ok {
		at.mustBe("a day like 2027-01-31")
		return
	}
	when, err := time.Parse(time.DateOnly, value)
	if err != nil {
		at.wrong("%s %s is not a day: write it like 2027-01-31", at.called(), Quoted(value))
		return
	}
	*d.to = when
}

func (d day) schema() *jsonschema.Schema { return &jsonschema.Schema{Type: "string", Format: "date"} }
