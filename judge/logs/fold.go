package logs

import "slices"

// fold puts families that come in the same episodes into one finding: an
// error, its stack trace and the request that failed are one fault. The one
// that tells most leads; what any of them may do, the finding may.
func fold(found []*draft) []*draft {
	var leads []*draft
	for _, d := range found {
		if lead := leadOf(leads, d); lead != nil {
			lead.take(d)
			continue
		}
		leads = append(leads, d)
	}
	return leads
}

// companionsMost is how many families one finding names.
const companionsMost = 10

// leadOf finds the finding that d belongs to, nil for none.
func leadOf(leads []*draft, d *draft) *draft {
	if !d.folds() {
		return nil
	}
	for _, lead := range leads {
		if lead.folds() && lead.group.together(d.group) {
			return lead
		}
	}
	return nil
}

// folds tells whether a finding may be part of another one, or have parts.
func (d *draft) folds() bool {
	return d.Caveat == nil && (d.Kind == KindNew || d.Kind == KindRate)
}

// take folds d in. The lead changes places with a companion that tells more.
func (lead *draft) take(d *draft) {
	if informative(d) > informative(lead) {
		tier, with, was := lead.Tier, lead.With, *lead
		*lead = *d
		lead.With = append(with, was.companion())
		if rank(tier) < rank(lead.Tier) {
			lead.strengthen(&was)
		}
		return
	}
	if len(lead.With) < companionsMost {
		lead.With = append(lead.With, d.companion())
	}
	if rank(d.Tier) < rank(lead.Tier) {
		lead.strengthen(d)
	}
}

// strengthen lets the lead stop by a companion's evidence, where that is of.
func (lead *draft) strengthen(d *draft) {
	lead.Tier, lead.Evidence, lead.Needed, lead.by = d.Tier, d.Evidence, d.Needed, d.Template
	lead.also = slices.Concat(lead.also, d.Servers, d.also)
}

// everywhere makes the servers those of the companion's evidence, too.
func (lead *draft) everywhere() {
	lead.Servers = slices.Concat(lead.Servers, lead.also)
	slices.Sort(lead.Servers)
	lead.Servers = slices.Compact(lead.Servers)
}

func (d *draft) companion() Companion {
	return Companion{Family: d.Family, Template: d.Template, Kind: d.Kind, Canary: d.Canary}
}
