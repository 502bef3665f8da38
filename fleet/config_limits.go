package fleet

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/invopop/jsonschema"
)

// limitsSection says how much worse than the live version still is healthy.
type limitsSection struct{ to *Limits }

func (s limitsSection) fields() []field {
	return []field{
		{key: "errors", about: "2x: twice the share of errors that the live version has; +0.5pt: half a point more of all requests", to: limit{to: &s.to.Errors, points: true}, also: []string{"error_rate", "failures"}},
		{key: "latency", about: "1.25x: a quarter longer than the live version takes", to: limit{to: &s.to.Latency}, also: []string{"duration", "response_time"}},
	}
}

func (s limitsSection) check(found) {}

// limit is a ratio to the live version, or points that are added to it.
type limit struct {
	to *Limit
	// points: it is a share of requests, to which points can be added.
	points bool
}

const (
	ratioPattern  = `[0-9]+(\.[0-9]+)?x`
	pointsPattern = `\+[0-9]+(\.[0-9]+)?pt`
	// ratioMost and pointsMost bound what is a limit at all.
	ratioMost, pointsMost = 1000, 100
)

var (
	ratioForm  = regexp.MustCompile(`^` + ratioPattern + `$`)
	pointsForm = regexp.MustCompile(`^` + pointsPattern + `$`)
	shareOf    = regexp.MustCompile(`^\+?([0-9]{1,6}(\.[0-9]{1,6})?) ?%$`)
)

func (l limit) read(at place) {
	if n, ok := at.number(); ok {
		at.wrong("%s: %s what? write %s", at.called(), shownNumber(n), l.forms())
		return
	}
	value, ok := at.text()
	if !ok {
		at.mustBe(l.forms())
		return
	}
	switch share := shareOf.FindStringSubmatch(value); {
	case ratioForm.MatchString(value):
		l.readRatio(at, value)
	case pointsForm.MatchString(value) && l.points:
		l.readPoints(at, value)
	case pointsForm.MatchString(value):
		at.wrong("%s is a length of time, which has no points: write a ratio to the live version, like 1.25x", at.called())
	case share != nil:
		at.wrong("%s %s %s", at.called(), Quoted(value), l.readings(share[1]))
	default:
		at.wrong("%s %s must be %s", at.called(), Quoted(value), l.forms())
	}
}

func (l limit) readRatio(at place, value string) {
	ratio, err := strconv.ParseFloat(strings.TrimSuffix(value, "x"), 64)
	if err != nil || ratio <= 1 || ratio > ratioMost {
		at.wrong("%s must be more than 1x and at most %dx, not %s: 1x is as the live version, which no canary ever exactly is", at.called(), ratioMost, Quoted(value))
		return
	}
	*l.to = Limit{Ratio: ratio}
}

func (l limit) readPoints(at place, value string) {
	points, err := strconv.ParseFloat(strings.Trim(value, "+pt"), 64)
	if err != nil || points <= 0 || points > pointsMost {
		at.wrong("%s must be more than +0pt and at most +%dpt, not %s", at.called(), pointsMost, Quoted(value))
		return
	}
	*l.to = Limit{Points: points}
}

// readings are what a bare "%" could mean.
func (l limit) readings(share string) string {
	n, err := strconv.ParseFloat(share, 64)
	if err != nil {
		return "must be " + l.forms()
	}
	ratio := strconv.FormatFloat(1+n/100, 'g', 6, 64)
	if !l.points {
		return "is ambiguous: write " + ratio + "x for " + share + " % more than the live version takes"
	}
	return "has two readings: write " + ratio + "x for " + share + " % more errors than the live version has, or +" + share + "pt for errors in " + share + " % more of all requests"
}

func (l limit) forms() string {
	if l.points {
		return "a ratio to the live version like 2x, or points like +0.5pt"
	}
	return "a ratio to the live version like 1.25x"
}

func (l limit) schema() *jsonschema.Schema {
	pattern := `^` + ratioPattern + `$`
	if l.points {
		pattern = `^(` + ratioPattern + `|` + pointsPattern + `)$`
	}
	return &jsonschema.Schema{Type: "string", Pattern: pattern}
}
