package balancertest

import (
	"errors"
	"testing"

	"noon/fleet"
)

func (h Harness) refuses(t *testing.T) {
	p := h.open(t, 2)
	p.refusesUnexpected(fleet.Change{Server: "web1", Expect: fleet.Out, Rotation: fleet.Draining}, fleet.In)
	p.refusesUnexpected(fleet.Change{Server: "web1", Expect: fleet.Draining, Rotation: fleet.Draining}, fleet.In)
	p.drain("web1")
	p.refusesUnexpected(fleet.Change{Server: "web1", Expect: fleet.Out, Rotation: fleet.In}, fleet.Draining)
	p.refusesUnexpected(fleet.Change{Server: "web1", Expect: fleet.In, Rotation: fleet.In}, fleet.Draining)
	p.refusesNonsense()
}

func (p *pool) refusesUnexpected(c fleet.Change, actual fleet.Rotation) {
	p.t.Helper()
	err := p.apply(c)
	var unexpected *fleet.UnexpectedError
	if !errors.As(err, &unexpected) {
		p.t.Errorf("%+v while %s is %s: %v, want an UnexpectedError", c, c.Server, actual, err)
		return
	}
	if unexpected.Server != c.Server || unexpected.Actual != actual {
		p.t.Errorf("%+v while it is %s is refused with %+v", c, actual, *unexpected)
	}
	if s := p.standing(c.Server); s.Rotation != actual {
		p.t.Errorf("%+v was refused, and then %s is %s, before it was %s", c, c.Server, s.Rotation, actual)
	}
}

// refusesNonsense asks for what no driver may do. That names from outside
// reach no command line is part of it.
func (p *pool) refusesNonsense() {
	for _, c := range []fleet.Change{
		{Server: "web9", Expect: fleet.In, Rotation: fleet.Draining},
		{Server: "web2; shutdown", Expect: fleet.In, Rotation: fleet.Draining},
		{Server: "", Expect: fleet.In, Rotation: fleet.Draining},
		{Server: "web2", Expect: fleet.In, Rotation: "sideways"},
		{Server: "web2", Expect: fleet.In, Rotation: fleet.In, Weight: 101},
		{Server: "web2", Expect: fleet.In, Rotation: fleet.In, Weight: -1},
	} {
		if err := p.apply(c); err == nil {
			p.t.Errorf("%+v gives no error", c)
		}
	}
	if s := p.standing("web2"); !s.Serving() {
		p.t.Errorf("after changes that make no sense web2 is %+v", s)
	}
}
