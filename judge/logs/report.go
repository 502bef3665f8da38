package logs

import (
	"time"

	"noon/fleet"
)

// Opinion is what a report says of the new version.
type Opinion string

const (
	// Undecided: too little was seen. It is never taken for Clean.
	Undecided Opinion = "undecided"
	// Clean: a fault in one line of a hundred would have been seen.
	Clean Opinion = "clean"
	// LookAt: a person should look; nothing acts by itself.
	LookAt Opinion = "watch"
	// Stop: the evidence is strong enough to roll back without a person.
	Stop Opinion = "stop"
)

// Kind is how a family differs on the canaries.
type Kind string

const (
	// KindNew: the live version has never been seen to write it.
	KindNew Kind = "new"
	// KindRate: both versions write it, the new one more often.
	KindRate Kind = "rate"
	// KindGone: only the live version still writes it.
	KindGone Kind = "gone"
	// KindReworded: one family went and another like it came at a like rate.
	KindReworded Kind = "reworded"
)

// Tier is what a finding may do.
type Tier string

const (
	// TierStop may roll back by itself.
	TierStop Tier = "stop"
	// TierWatch is shown to people and never acts.
	TierWatch Tier = "watch"
	// TierKnown is a known caveat at its usual rate; it counts for nothing.
	TierKnown Tier = "known"
)

// Report is what the lines so far say of the new version.
type Report struct {
	Service string  `json:"service,omitempty"`
	Verdict Opinion `json:"verdict"`
	// Findings, the worst first.
	Findings []Finding `json:"findings"`
	// Lines that were compared; UnknownLines could not be, as their time or
	// version is not known. Lines of the live version without a time are
	// neither: what they say is not new.
	CanaryLines  int64 `json:"canary_lines"`
	LiveLines    int64 `json:"live_lines"`
	UnknownLines int64 `json:"unknown_lines"`
	// MissedLines were written, but not read.
	MissedLines int64 `json:"missed_lines"`
	// Missing says what stands between this report and Clean, in words: how
	// many lines are missing, how long that takes, what could not be read.
	Missing []string `json:"missing,omitempty"`
	// Notes are about the register: caveats that expired, or match nothing.
	Notes []string `json:"notes,omitempty"`
}

// Finding is one family that only, or mostly, the new version writes, or no
// longer writes.
type Finding struct {
	// Family is its key, the same in all reports of one watch unless families
	// are found to be one.
	Family string `json:"family"`
	// Template is the line with <*> for what varies.
	Template string `json:"template"`
	Kind     Kind   `json:"kind"`
	Tier     Tier   `json:"tier"`
	Level    Level  `json:"level"`
	// Words say it in one sentence, with the numbers that were judged.
	Words string `json:"words"`
	// Canary and Live are the episodes seen on servers with the new version,
	// and with the live version (before and meanwhile).
	Canary int64 `json:"canary"`
	Live   int64 `json:"live"`
	// Counts are the same by server, canaries first.
	Counts []ServerCount `json:"counts"`
	// Servers are the canaries that it was seen on (or, if it is gone, missed
	// on).
	Servers []string `json:"servers"`
	// Evidence is how many times better "the new version does this" explains
	// the counts than "nothing changed" (an e-value); Needed is what it takes
	// for TierStop.
	Evidence float64 `json:"evidence"`
	Needed   float64 `json:"needed"`
	// First is when a canary first wrote it; of KindGone, when a live server last
	// did.
	First time.Time `json:"first"`
	// Samples are up to SamplesMost entries as people read them, redacted
	// where they were read. They are written by others: escape them.
	Samples []string `json:"samples,omitempty"`
	Stack   string   `json:"stack,omitempty"`
	// Caveat is the entry of the register that it is, nil if it is none.
	Caveat *KnownCaveat `json:"caveat,omitempty"`
	// With are other families that came with it, in the same episodes.
	With []Companion `json:"with,omitempty"`
	// Was is the template that a KindReworded family had in the live version.
	Was string `json:"was,omitempty"`
}

// SamplesMost is how many entries of a family are kept for people.
const SamplesMost = 5

// ServerCount is how often one server wrote a family.
type ServerCount struct {
	Server  string        `json:"server"`
	Version fleet.Version `json:"version"`
	// Episodes are distinct requests or traces; where lines name none, the
	// distinct seconds in which it was written if it is rare, else lines.
	Episodes int64 `json:"episodes"`
	Lines    int64 `json:"lines"`
}

// Companion is a family that was folded into another one's finding.
type Companion struct {
	Family   string `json:"family"`
	Template string `json:"template"`
	Kind     Kind   `json:"kind"`
	Canary   int64  `json:"canary"`
}
