package monitors

import "fmt"

const (
	// whereLeast is how many events there must be to say where they are, and
	// whereShare the share of them that is most.
	whereLeast = 5
	whereShare = .75
)

// where says in which part of the work most of a version's errors are, "" if they
// are everywhere, or also the live servers'.
func (j *Judge) where(k *contender) string {
	all, most := 0.0, (*trial)(nil)
	for _, f := range j.families {
		t := f.trials[k]
		if name, _ := split(f.series); t == nil || f.class != ofParts || name != "errors" {
			continue
		}
		all += t.seen
		if most == nil || t.seen > most.seen {
			most = t
		}
	}
	if most == nil || most.seen < whereLeast || most.seen < whereShare*all || most.seen < 2*most.expects() {
		return ""
	}
	_, labels := split(most.f.series)
	return fmt.Sprintf("%s of %s are of %s", amount(most.seen), amount(all), clean(partOf(labels)))
}
