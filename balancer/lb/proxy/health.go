package proxy

import "noon/fleet"

// whyMost is how much of an error is kept, in bytes.
const whyMost = 200

// found takes in the result of one check: rise good ones in a row make the
// server healthy, fall bad ones unhealthy. Of a server of which nothing is
// known the first is believed.
func (p *pool) found(s *server, err error, rise, fall int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s.Rotation == fleet.Out {
		return
	}
	to, needed := fleet.Healthy, rise
	if err != nil {
		to, needed = fleet.Unhealthy, fall
	}
	if s.health == to {
		s.streak = 0
		return
	}
	s.streak++
	if s.streak >= needed || s.health == fleet.HealthUnknown || s.mistrusted && err == nil {
		s.becomes(to, err)
	}
}

// becomes sets the server's health. The lock is held.
func (s *server) becomes(h fleet.Health, err error) {
	s.health, s.streak, s.mistrusted, s.why = h, 0, false, ""
	if err != nil {
		s.why = err.Error()
		s.why = s.why[:min(len(s.why), whyMost)]
	}
}

// mistrust makes the server unhealthy at once, because a request could not
// even be connected; one good check is enough to make it healthy again. The
// lock is held.
func (s *server) mistrust(err error) {
	if s.health == fleet.Healthy {
		s.becomes(fleet.Unhealthy, err)
		s.mistrusted = true
		s.wake()
	}
}
