package monitors

import "noon/fleet"

// Judge compares the versions of one watch.
type Judge struct {
	watch    Watch
	settings Settings
}

// New returns a judge of a watch.
func New(w Watch, s Settings) *Judge {
	return &Judge{watch: w, settings: s}
}

// Upgraded tells of one more server that was put back with a new version.
// Observations of it from then on are of that version.
func (j *Judge) Upgraded(u Upgrade) {}

// Left tells that a server is no longer compared: it was turned back, or
// somebody else changed it.
func (j *Judge) Left(server string) {}

// Observe takes an observation into account. Observations come in order of
// time; one that is older than the last of its server is passed over.
func (j *Judge) Observe(o Observation) {}

// Versions are the new versions, in the order in which they came.
func (j *Judge) Versions() []fleet.Version { return nil }

// Report says what is known of a new version now.
func (j *Judge) Report(v fleet.Version) Report { return Report{Version: v, Opinion: Undecided} }
