package logs

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"noon/fleet"
	"noon/judge/logs/mine"
)

// Caveat is one entry of the register of known caveats.
type Caveat = fleet.Caveat

// KnownCaveat is what a finding says of the caveat that it is.
type KnownCaveat struct {
	Why     string `json:"why"`
	Owner   string `json:"owner,omitempty"`
	Ticket  string `json:"ticket,omitempty"`
	Expired bool   `json:"expired,omitempty"`
}

// words name the caveat: "known (SHOP-12): the cache is small".
func (k KnownCaveat) words() string {
	known := "known"
	if k.Ticket != "" {
		known += " (" + k.Ticket + ")"
	}
	if k.Expired {
		known += ", but expired"
	}
	return known + ": " + k.Why
}

// register is the caveats that are about this service, and which of them
// matched something.
type register struct {
	caveats []Caveat
	matched []bool
}

func newRegister(all []Caveat, service string) *register {
	r := &register{}
	for _, c := range all {
		if c.Service == "" || service == "" || c.Service == service {
			r.caveats = append(r.caveats, c)
		}
	}
	r.matched = make([]bool, len(r.caveats))
	return r
}

// Register takes the register as it is now, in place of what it was: people
// edit it while a rollout is watched.
func (j *Judge) Register(caveats []Caveat) {
	j.register = newRegister(caveats, j.watch.Service)
}

// find returns the caveat that a family is for one of the versions, nil if it
// is none.
func (r *register) find(keys []string, template string, versions []fleet.Version, now time.Time) *KnownCaveat {
	for i, c := range r.caveats {
		if !names(c.Family, keys, template) {
			continue
		}
		r.matched[i] = true
		if holdsFor(c, versions) {
			return &KnownCaveat{Why: c.Why, Owner: c.Owner, Ticket: c.Ticket, Expired: expired(c, now)}
		}
	}
	return nil
}

// names tells whether an entry is of a family: by one of its keys, or else by
// its template.
func names(entry string, keys []string, template string) bool {
	if isKey(entry) {
		return slices.Contains(keys, entry)
	}
	return mine.Match(entry, template)
}

func isKey(text string) bool {
	return len(text) == len("01234567") && strings.Trim(text, "0123456789abcdef") == ""
}

func holdsFor(c Caveat, versions []fleet.Version) bool {
	return len(c.Versions) == 0 || slices.ContainsFunc(versions, func(v fleet.Version) bool { return slices.Contains(c.Versions, v) })
}

func expired(c Caveat, now time.Time) bool { return !now.IsZero() && c.Expired(now) }

// notes are about entries that people should look at.
func (r *register) notes(now time.Time) []string {
	var notes []string
	for i, c := range r.caveats {
		if expired(c, now) {
			notes = append(notes, fmt.Sprintf("the known caveat %q expired on %s: look again, then renew or remove it", c.Family, c.Until.Format(time.DateOnly)))
		}
		if !r.matched[i] {
			notes = append(notes, fmt.Sprintf("the known caveat %q matches nothing that was seen", c.Family))
		}
	}
	return notes
}
