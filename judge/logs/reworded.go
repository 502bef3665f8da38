package logs

import (
	"slices"
	"strings"
)

// reword finds new families that are old ones in other words: the live version
// writes one like it that the canaries no longer do, and both together, taken
// for one family, are not written more often than before. Such a finding is
// shown and never stops.
func (j *Judge) reword(found []*draft, groups []*group) []*draft {
	if !slices.ContainsFunc(found, (*draft).mayBeReworded) {
		return found
	}
	vanished := j.vanishedOf(groups)
	words := weigh(vanished)
	gone := map[int32]bool{}
	for _, d := range found {
		if !d.mayBeReworded() {
			continue
		}
		if old := j.oldOf(d, vanished, words); old != nil {
			gone[old.root.number] = true
			d.Kind, d.Tier, d.Was = KindReworded, TierWatch, j.template(old.root)
			d.Live = old.live
		}
	}
	return slices.DeleteFunc(found, func(d *draft) bool { return d.Kind == KindGone && gone[d.group.root.number] })
}

func (d *draft) mayBeReworded() bool {
	return d.Kind == KindNew && d.Caveat == nil && d.group.canary > 0
}

// worded is a family with the words of its template.
type worded struct {
	group *group
	words []string
}

// vanishedOf are the families of the live version that the canaries write no
// longer.
func (j *Judge) vanishedOf(groups []*group) []worded {
	var all []worded
	for _, g := range groups {
		if g.live > 0 && j.vanished(g) {
			all = append(all, worded{g, wordsOf(j.template(g.root))})
		}
	}
	return all
}

// oldOf finds the family that d was in the live version, nil for none.
func (j *Judge) oldOf(d *draft, vanished []worded, words weights) *group {
	own := wordsOf(d.Template)
	for _, v := range vanished {
		g := v.group
		if d.Level >= Warning && d.Level > g.level {
			continue // what was no error is not an error in other words
		}
		if (g.root.stackKey == "") != (d.group.root.stackKey == "") || words.likeness(own, v.words) < alike {
			continue
		}
		if words.likeness(own, v.words) < nearlySame && !j.comparable(d, g) {
			continue
		}
		if e := j.comparer.Together(d.group.root.number, g.root.number); e.More < e.Needed {
			return g
		}
	}
	return nil
}

// comparable tells whether a new family is written about as often as the
// canaries would have written a family of the live version.
func (j *Judge) comparable(d *draft, g *group) bool {
	canary, live := int64(0), int64(0)
	for _, c := range j.columns {
		if c.live {
			live += c.lines
		} else {
			canary += c.lines
		}
	}
	usual := max(j.comparer.Evidence(g.root.number).Predicted, float64(g.live)*float64(canary)/float64(max(live, 1)))
	return float64(d.group.canary) <= comparableMost*usual+comparableMost
}

// comparableMost is how many times as often a reworded family may come, and
// how many episodes say nothing yet.
const comparableMost = 3

// vanished tells whether the canaries write less than a fifth of what the live
// servers do.
func (j *Judge) vanished(g *group) bool {
	e := j.comparer.Evidence(g.root.number)
	return e.Written <= 0.2*e.Predicted
}

// wordsOf are the words of a template in lower case, without what varies.
func wordsOf(template string) []string {
	return strings.FieldsFunc(strings.ToLower(strings.ReplaceAll(template, "<*>", " ")), func(r rune) bool {
		return (r < 'a' || r > 'z') && r < 0x80
	})
}

// weights are how much words tell families apart: the less, the more families
// have them.
type weights map[string]float64

func weigh(all []worded) weights {
	w := weights{}
	for _, v := range all {
		for _, word := range v.words {
			w[word]++
		}
	}
	for word, n := range w {
		w[word] = 1 / (1 + n)
	}
	return w
}

// of a word that the live version does not have: new words are what rewording
// is made of.
const ofNewWord = 0.1

func (w weights) of(word string) float64 {
	if weight, ok := w[word]; ok {
		return weight
	}
	return ofNewWord
}

func (w weights) sum(words []string) (sum float64) {
	for _, word := range words {
		sum += w.of(word)
	}
	return sum
}

// likeness is 1 for the same words in the same order and 0 for none in common:
// twice the weight of the longest common subsequence in that of both.
func (w weights) likeness(a, b []string) float64 {
	row := make([]float64, len(b)+1)
	for _, word := range a {
		diagonal := 0.0
		for k := range b {
			above := row[k+1]
			row[k+1] = max(above, row[k])
			if word == b[k] {
				row[k+1] = max(row[k+1], diagonal+w.of(word))
			}
			diagonal = above
		}
	}
	return 2 * row[len(b)] / max(w.sum(a)+w.sum(b), 1e-9)
}

const (
	// alike templates are one in other words if their rates are alike, too;
	// nearlySame ones whatever their rates.
	alike, nearlySame = 0.6, 0.7
)
