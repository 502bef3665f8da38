package monitors

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// notes are what people should know of the judging.
func (j *Judge) notes(k *contender) []string {
	var all []string
	if history := k.since.Sub(j.began); history < time.Minute {
		all = append(all, "there is no history from before the upgrade: small differences cannot be told from those between servers")
	}
	all = append(all, j.unjudged()...)
	var without, young []string
	for _, g := range j.order {
		switch t := g.trials[k]; {
		case t == nil:
		case !t.judged():
			without = append(without, g.series)
		case t.n == 0:
			young = append(young, g.series)
		}
	}
	if len(without) > 0 {
		all = append(all, fmt.Sprintf("cannot judge %s: that takes %d minutes of history from before the upgrade", list(without), gaugePast))
	}
	if len(young) > 0 {
		all = append(all, "cannot judge "+list(young)+" yet: after a start it takes some minutes until they are as they will be")
	}
	if j.tooMany {
		all = append(all, fmt.Sprintf("there are more series than the %d that are judged", familiesMost))
	}
	return all
}

// unjudged says what no live server measures at all: nobody would see that it
// got worse.
func (j *Judge) unjudged() []string {
	errors := slices.ContainsFunc(j.families, func(f *family) bool { return f.class == ofErrors || f.class == ofParts })
	latency := slices.ContainsFunc(j.families, func(f *family) bool { return f.class == ofLatency }) || len(j.edges) > 0 ||
		slices.ContainsFunc(j.order, func(g *gauge) bool {
			return strings.HasSuffix(g.series, "time") || strings.HasSuffix(g.series, "seconds")
		})
	var all []string
	if !errors {
		all = append(all, "errors are not measured: nobody would see that there are more of them")
	}
	if !latency {
		all = append(all, "how long answers take is not measured: nobody would see that they are slower")
	}
	return all
}
