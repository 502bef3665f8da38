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
	gone := map[int32]bool{}
	for _, d := range found {
		if !d.mayBeReworded() {
			continue
		}
		if old := j.oldOf(d, vanished); old != nil {
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
func (j *Judge) oldOf(d *draft, vanished []worded) *group {
	words := wordsOf(d.Template)
	for _, v := range vanished {
		g := v.group
		if d.Level >= Warning && d.Level > g.level {
			continue // what was no error is not an error in other words
		}
		if (g.root.stackKey == "") != (d.group.root.stackKey == "") || !alike(words, v.words) {
			continue
		}
		if !j.comparable(d, g) {
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

// wordsOf are the words of a template, in lower case, without what varies.
func wordsOf(template string) []string {
	words := strings.FieldsFunc(strings.ToLower(strings.ReplaceAll(template, "<*>", " ")), func(r rune) bool {
		return (r < 'a' || r > 'z') && r < 0x80
	})
	slices.Sort(words)
	return slices.Compact(words)
}

// alike tells whether most words of two templates are the same: Dice's measure
// is .6 or more.
func alike(a, b []string) bool {
	common := 0
	for _, w := range a {
		if _, ok := slices.BinarySearch(b, w); ok {
			common++
		}
	}
	return common >= 2 && 20*common >= 6*(len(a)+len(b))
}
