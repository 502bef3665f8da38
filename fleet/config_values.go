package fleet

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/invopop/jsonschema"
)

// text is a piece of text of one form.
type text struct {
	to   *string
	form form
}

// form tells of a text what is wrong with it: "must be ...". "" is good.
type form func(string) string

func (t text) read(at place) {
	value, ok := at.text()
	if !ok {
		at.mustBe("text" + quotesFor(at))
		return
	}
	if what := t.form(value); what != "" {
		at.wrong("%s %s %s", at.called(), Quoted(masked(value)), what)
		return
	}
	*t.to = value
}

func (t text) schema() *jsonschema.Schema { return &jsonschema.Schema{Type: "string"} }

// quotesFor says how a number becomes text.
func quotesFor(at place) string {
	if n, ok := at.number(); ok {
		return " in quotes (" + strconv.Quote(n) + ")"
	}
	return ""
}

// texts is a list of text of one form, without doubles.
type texts struct {
	to   *[]string
	form form
}

func (l texts) read(at place) {
	items, ok := at.items()
	if !ok {
		at.mustBe("a list like [a, b]")
		return
	}
	seen := map[string]bool{}
	for _, item := range items {
		var value string
		text{&value, l.form}.read(item)
		if value == "" {
			continue
		}
		if seen[value] {
			item.wrong("%s is there twice in %s", Quoted(value), at.called())
			continue
		}
		seen[value] = true
		*l.to = append(*l.to, value)
	}
}

func (l texts) schema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "array", Items: &jsonschema.Schema{Type: "string"}, UniqueItems: true}
}

// choice is one word of a few.
type choice[W ~string] struct {
	to    *W
	words []W
}

func (c choice[W]) read(at place) {
	value, ok := at.text()
	if !ok {
		at.mustBe(c.list())
		return
	}
	for _, w := range c.words {
		if value == string(w) {
			*c.to = w
			return
		}
	}
	at.wrong("%s %s must be %s%s", at.called(), Quoted(value), c.list(), c.nearest(value))
}

func (c choice[W]) strings() []string {
	all := make([]string, len(c.words))
	for i, w := range c.words {
		all[i] = string(w)
	}
	return all
}

func (c choice[W]) list() string { return strings.Join(c.strings(), " or ") }

func (c choice[W]) nearest(value string) string {
	if w, ok := nearest(c.strings(), value); ok {
		return ": did you mean \"" + w + "\"?"
	}
	return ""
}

func (c choice[W]) schema() *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "string"}
	for _, w := range c.words {
		s.Enum = append(s.Enum, w)
	}
	if *c.to != "" {
		s.Default = *c.to
	}
	return s
}

// whole is a whole number of things, from least to most.
type whole[N int | int64] struct {
	to          *N
	least, most N
}

var wholeForm = regexp.MustCompile(`^(0|[1-9][0-9]*)$`)

func (w whole[N]) read(at place) {
	digits, ok := at.number()
	if !ok || !wholeForm.MatchString(digits) {
		at.mustBe(w.wanted(at))
		return
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < int64(w.least) || n > int64(w.most) {
		at.wrong("%s must be from %d to %d, not %s", at.called(), w.least, w.most, shownNumber(digits))
		return
	}
	*w.to = N(n)
}

func (w whole[N]) wanted(at place) string {
	if value, ok := at.text(); ok && wholeForm.MatchString(value) {
		return "a whole number without quotes"
	}
	return fmt.Sprintf("a whole number like %d", max(w.least, 1))
}

func (w whole[N]) schema() *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "integer", Minimum: json.Number(strconv.FormatInt(int64(w.least), 10)), Maximum: json.Number(strconv.FormatInt(int64(w.most), 10))}
	if *w.to != 0 {
		s.Default = *w.to
	}
	return s
}

// duration is a length of time with its unit, from least to durationMost.
type duration struct {
	to    *time.Duration
	least time.Duration
}

const durationMost = 365 * 24 * time.Hour

const durationPattern = `^([0-9]+(\.[0-9]+)?(h|ms|m|s))+$`

var durationForm = regexp.MustCompile(durationPattern)

func (d duration) read(at place) {
	if n, ok := at.number(); ok && n != "0" {
		n = shownNumber(n)
		at.wrong("%s: %s what? write %ss or %sm", at.called(), n, n, n)
		return
	}
	value, ok := d.written(at)
	if !ok {
		return
	}
	if !durationForm.MatchString(value) {
		at.wrong("%s %s is not a length of time: write 500ms, 60s, 10m or 2h", at.called(), Quoted(value))
		return
	}
	// With this form the only error is that the number is too large.
	length, err := time.ParseDuration(value)
	if err != nil || length < d.least || length > durationMost {
		at.wrong("%s must be from %s to %s, not %s", at.called(), durationText(d.least), durationText(durationMost), Quoted(value))
		return
	}
	*d.to = length
}

// written returns the text; 0 has one reading in all units.
func (d duration) written(at place) (string, bool) {
	if n, ok := at.number(); ok && n == "0" {
		return "0s", true
	}
	value, ok := at.text()
	if !ok {
		at.mustBe("a length of time like 60s or 10m")
	}
	return value, ok
}

func (d duration) schema() *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "string", Pattern: durationPattern}
	if *d.to != 0 {
		s.Default = durationText(*d.to)
	}
	return s
}

// shownNumber returns a number as it may stand in a message: numbers have no
// odd characters, but may be long.
func shownNumber(n string) string {
	const most = 20
	if len(n) > most {
		return shown(n[:most]) + "..."
	}
	return shown(n)
}

var plainNumber = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?$`)

// durationText writes a length of time as people do: "2h", not "2h0m0s".
func durationText(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// flag is a choice of two words that stands for yes or no.
type flag struct {
	to      *bool
	no, yes string
}

func (f flag) read(at place) {
	word := f.no
	choice[string]{&word, []string{f.no, f.yes}}.read(at)
	*f.to = word == f.yes
}

func (f flag) schema() *jsonschema.Schema {
	return choice[string]{&f.no, []string{f.no, f.yes}}.schema()
}
