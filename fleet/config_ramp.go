package fleet

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/invopop/jsonschema"
)

// ramp is the shares with which a server comes back, as a list or as text:
// "10%, 50%, 100%".
type ramp struct{ to *[]int }

var shareForm = regexp.MustCompile(`^([1-9][0-9]?|100)%$`)

func (r ramp) read(at place) {
	parts, ok := r.parts(at)
	if !ok {
		return
	}
	var shares []int
	for _, p := range parts {
		n, ok := p.share()
		if !ok {
			return
		}
		if len(shares) > 0 && n <= shares[len(shares)-1] {
			p.at.wrong("ramp must rise: %d%% does not come after %d%%", n, shares[len(shares)-1])
			return
		}
		shares = append(shares, n)
	}
	if len(shares) == 0 || shares[len(shares)-1] != 100 {
		at.wrong("ramp must end in 100%%: otherwise the server would never get its whole share back")
		return
	}
	*r.to = shares
}

// part is one share as it is written.
type part struct {
	at   place
	text string
}

func (r ramp) parts(at place) ([]part, bool) {
	var all []part
	if items, ok := at.items(); ok {
		for _, item := range items {
			text, ok := item.text()
			if n, isNumber := item.number(); isNumber {
				text, ok = n, true
			}
			if !ok {
				item.mustBe("a share like 10%")
				return nil, false
			}
			all = append(all, part{item, text})
		}
		return all, true
	}
	text, ok := at.text()
	if !ok {
		at.mustBe("shares like 10%, 50%, 100%")
		return nil, false
	}
	for word := range strings.SplitSeq(text, ",") {
		all = append(all, part{at, strings.TrimSpace(word)})
	}
	return all, true
}

func (p part) share() (int, bool) {
	if plainNumber.MatchString(p.text) {
		p.at.wrong("ramp: %s what? write %s%%", shownNumber(p.text), shownNumber(p.text))
		return 0, false
	}
	if !shareForm.MatchString(p.text) {
		p.at.wrong("ramp: %s is not a share: write whole percents from 1%% to 100%%", Quoted(p.text))
		return 0, false
	}
	n, err := strconv.Atoi(strings.TrimSuffix(p.text, "%"))
	return n, err == nil
}

func (r ramp) schema() *jsonschema.Schema {
	return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{
		{Type: "string", Pattern: `^[0-9]+%(, *[0-9]+%)*$`},
		{Type: "array", Items: &jsonschema.Schema{Type: "string", Pattern: shareForm.String()}},
	}}
}
