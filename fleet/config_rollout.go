package fleet

import "time"

// rolloutSection is how careful a rollout is.
type rolloutSection struct {
	to *Policy
	in found
}

// manyMost bounds numbers of servers; noon.yaml cannot hold more.
const manyMost = 10_000

func (s *rolloutSection) fields() []field {
	return []field{
		{key: "keep", about: "never fewer servers in rotation and healthy; all but one batch if not given", to: whole[int]{&s.to.Keep, 1, manyMost}, also: []string{"min", "minimum", "min_available"}},
		{key: "canaries", about: "how many servers get the version first, one after the other, and are watched", to: whole[int]{&s.to.Canaries, 1, manyMost}, also: []string{"canary"}},
		{key: "watch", about: "how long the canaries are compared with the others before these follow", to: in(&watchSection{&s.to.Watch}), also: []string{"bake", "observe"}},
		{key: "then", about: "how many servers at a time afterwards", to: whole[int]{&s.to.Then, 1, manyMost}, also: []string{"batch", "serial", "parallel", "max_unavailable"}},
		{key: "promote", about: "who lets the others follow the canary: ask (a human), or auto", to: choice[Promote]{&s.to.Promote, []Promote{PromoteAsk, PromoteAuto}}, also: []string{"promotion"}},
		{key: "worse", about: "what is done when the canary is worse", to: choice[Action]{&s.to.Worse, []Action{RollBack, Ask}}, also: []string{"on_failure", "failed"}},
		{key: "undecided", about: "what is done when the watch ends without enough evidence", to: choice[Action]{&s.to.Undecided, []Action{Ask, RollBack}}, also: []string{"unknown", "inconclusive"}},
		{key: "limits", about: "how much worse than the live version still is healthy: { errors: 2x, latency: 1.25x }", to: in(limitsSection{&s.to.Limits}), also: []string{"limit", "thresholds", "tolerance"}},
		{key: "drain", about: "how requests in flight are waited for", to: in(&drainSection{&s.to.Drain})},
		{key: "ramp", about: "the shares with which a server comes back: 10%, 50%, 100%", to: ramp{&s.to.Ramp}, also: []string{"weights", "steps"}},
		{key: "ramp_every", about: "the time between two shares", to: duration{&s.to.RampEvery, 10 * time.Millisecond}, also: []string{"ramp_interval", "every"}},
		{key: "settle", about: "how long a server that is back is observed before the next; at least the load balancer's own", to: duration{&s.to.Settle, 0}, also: []string{"pause", "sleep"}},
	}
}

func (s *rolloutSection) check(f found) { s.in = f }

// checkFleet compares the policy with the number of servers, and sets keep
// where the file does not.
func (s *rolloutSection) checkFleet(f found, servers *serversSetting) {
	n := len(servers.written)
	if s.in.at.file == nil {
		s.in.at = f.at
	}
	if !s.in.has("keep") {
		s.to.Keep = defaultKeep(n, s.to.Then)
	}
	if n < 2 {
		return
	}
	s.checkKeep(n)
	if s.to.Canaries >= n {
		s.in.place("canaries").wrong("canaries is %d of %d servers: at least one must keep the live version to be compared with; at most %d", s.to.Canaries, n, n-1)
	}
}

func (s *rolloutSection) checkKeep(servers int) {
	keep, then := s.to.Keep, s.to.Then
	switch {
	case keep >= servers:
		s.in.place("keep").wrong("keep is %d of %d servers: nobody could ever be taken out; at most %d", keep, servers, servers-1)
	case then >= servers:
		s.in.place("then").wrong("then is %d of %d servers: while they are out, nobody serves; at most %d", then, servers, servers-1)
	case keep+then > servers:
		s.in.place("then").wrong("keep %d and then %d are more than the %d servers: lower one of them, then to at most %d", keep, then, servers, servers-keep)
	}
}

// laterShare is the part of the canaries' least watch that later batches get by
// default: what is seldom or slow has had the canaries' time to show.
const laterShare = 10

// watchSection is how long the canaries are compared.
type watchSection struct{ to *WatchPolicy }

func (s *watchSection) fields() []field {
	return []field{
		{key: "least", about: "the watch lasts at least so long", to: duration{&s.to.Least, 0}, also: []string{"min", "minimum"}},
		{key: "most", about: "after this it is undecided", to: duration{&s.to.Most, time.Second}, also: []string{"max", "maximum", "timeout"}},
		{key: "then", about: "how long each later batch is watched before the next one goes; a tenth of least if not given", to: duration{&s.to.Then, 0}, also: []string{"later", "after", "batch"}},
		{key: "requests", about: "so many requests the canaries must have served", to: whole[int64]{&s.to.Requests, 0, 1_000_000_000_000}, also: []string{"min_requests", "samples"}},
	}
}

func (s *watchSection) check(f found) {
	if !f.has("then") {
		s.to.Then = s.to.Least / laterShare
	}
	if s.to.Least <= s.to.Most {
		return
	}
	at := f.place("least")
	if !f.has("least") {
		at = f.place("most")
	}
	at.wrong("watch.least %s is longer than watch.most %s: the watch could never end well", durationText(s.to.Least), durationText(s.to.Most))
}

// drainSection is how requests in flight are waited for.
type drainSection struct{ to *DrainPolicy }

func (s *drainSection) fields() []field {
	return []field{
		{key: "before", about: "a command on the server that lets the application end its long connections", to: text{&s.to.Before, aCommand}, also: []string{"command", "notify"}},
		{key: "wait", about: "how long requests in flight are waited for", to: duration{&s.to.Wait, time.Millisecond}, also: []string{"timeout", "deadline"}},
		{key: "after", about: "what happens to requests that are still in flight then: fail (the server goes back and the rollout stops), or cut", to: choice[AfterDrain]{&s.to.After, []AfterDrain{FailDrain, CutDrain}}, also: []string{"then", "policy"}},
	}
}

func (s *drainSection) check(found) {}
