package proxy

import (
	"fmt"
	"net/http"
	"time"

	"noon/balancer/lb"
	"noon/fleet"
)

// refusedError is a change that was not carried out; status is the answer's.
type refusedError struct {
	lb.Refusal
	status int
}

func (e *refusedError) Error() string { return e.Refusal.Error }

func refuse(status int, actual fleet.Rotation, format string, args ...any) error {
	return &refusedError{lb.Refusal{Error: fmt.Sprintf(format, args...), Actual: actual}, status}
}

// change carries out a change: first on disk, then in the pool. When it
// returns nil, both show it; with an error, neither does.
func (p *pool) change(c lb.Change, now time.Time) error {
	if err := sensible(c); err != nil {
		return err
	}
	p.changing.Lock()
	defer p.changing.Unlock()
	s := p.named(c.Server)
	if s == nil {
		return refuse(http.StatusNotFound, "", "noon lb has no server %s", fleet.Quoted(c.Server))
	}
	// Only changes write a place, and changing is held: it can be read as it is.
	if s.Rotation != c.Expect && s.Rotation != c.Rotation {
		return refuse(http.StatusConflict, s.Rotation, "%s is %s, not %s", s.Name, s.Rotation, c.Expect)
	}
	next := s.place.after(c, now)
	if next == s.place {
		return nil
	}
	if err := p.state.save(p.places(next)); err != nil {
		return fmt.Errorf("%s stays %s: %w", s.Name, s.Rotation, err)
	}
	p.move(s, next)
	return nil
}

// sensible refuses changes that no pool could carry out.
func sensible(c lb.Change) error {
	for _, r := range []fleet.Rotation{c.Expect, c.Rotation} {
		if r != fleet.In && r != fleet.Draining && r != fleet.Out {
			return refuse(http.StatusBadRequest, "", "a server is in, draining or out, not %s", fleet.Quoted(string(r)))
		}
	}
	if c.Weight < 0 || c.Weight > fleet.FullWeight {
		return refuse(http.StatusBadRequest, "", "the weight %d is not 0 to %d", c.Weight, fleet.FullWeight)
	}
	if len(c.Note) > lb.NoteMost {
		return refuse(http.StatusBadRequest, "", "the note is longer than %d bytes", lb.NoteMost)
	}
	return nil
}

// after is the place that the change leads to. Who took a server out first is
// not overwritten by who asks for the same once more.
func (at place) after(c lb.Change, now time.Time) place {
	if at.Rotation != c.Rotation {
		at.Rotation, at.Note, at.Since = c.Rotation, or(c.Note, at.Note), now.UTC().Round(0)
	}
	if c.Rotation == fleet.In {
		at.Weight, at.Note = or(c.Weight, fleet.FullWeight), ""
	}
	return at
}

// places are those of all servers, with next instead of that of its name.
func (p *pool) places(next place) []place {
	all := make([]place, 0, len(p.servers))
	for _, s := range p.servers {
		if s.Name == next.Name {
			all = append(all, next)
		} else {
			all = append(all, s.place)
		}
	}
	return all
}

// move puts the server into its new place.
func (p *pool) move(s *server, next place) {
	old := s.connections
	p.mu.Lock()
	if next.Rotation == fleet.In && s.Rotation != fleet.In {
		s.connections = newConnections(s.Address, p.connect)
	}
	// What was known of a server that was away may be of an earlier process: it
	// gets requests after the next good check, which is under way in a moment.
	if next.Rotation != s.Rotation && next.Rotation != fleet.Draining {
		s.becomes(fleet.HealthUnknown, nil)
	}
	// Name and Address stay untouched: they are read without the lock.
	s.Rotation, s.Weight, s.Note, s.Since = next.Rotation, next.Weight, next.Note, next.Since
	p.mu.Unlock()
	if next.Rotation != fleet.In || s.connections != old {
		old.CloseIdleConnections()
	}
	s.wake()
}

// wake has the server checked now.
func (s *server) wake() {
	select {
	case s.hurry <- struct{}{}:
	default:
	}
}
