package lb_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"noon/balancer/lb"
	"noon/fleet"
)

func TestWhatItWasToldSurvivesSIGKILL(t *testing.T) {
	_, servers := shops(t, 3)
	p := launch(t, configure(t, servers[:2]...))
	d := p.driver()
	d.Note = "by ana: disk swap"
	move(t, d, "web1", fleet.In, fleet.Draining, 0)
	move(t, d, "web2", fleet.In, fleet.In, 30)
	before := observed(t, d)
	p.kill()
	p.config.Servers = servers
	if err := p.start(); err != nil {
		t.Fatalf("start noon lb again: %v: %s", err, p.stderr)
	}
	after := observed(t, d)
	if after.Epoch == before.Epoch || after.Epoch == "" {
		t.Errorf("the epoch is %q after %q: a restart would go unseen", after.Epoch, before.Epoch)
	}
	for _, server := range []string{"web1", "web2"} {
		was, _ := before.Of(server)
		is, _ := after.Of(server)
		if is.Rotation != was.Rotation || is.Weight != was.Weight || is.Note != was.Note {
			t.Errorf("%s was %+v and is %+v", server, was, is)
		}
	}
	if s, _ := after.Of("web1"); s.Rotation != fleet.Draining || !strings.HasPrefix(s.Note, "by ana: disk swap, since 20") {
		t.Errorf("web1 is %+v", s)
	}
	if s, _ := after.Of("web3"); s.Rotation != fleet.In || s.Weight.N != fleet.FullWeight {
		t.Errorf("web3, new in the config, is %+v", s)
	}
}

func observed(t *testing.T, d *lb.Driver) fleet.Pool {
	t.Helper()
	pool, err := d.Observe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return pool
}

func TestWithoutServersInItsConfigThePoolIsTheRememberedOne(t *testing.T) {
	_, servers := shops(t, 2)
	p := launch(t, configure(t, servers...))
	if err := p.stop(); err != nil {
		t.Fatalf("stop: %v: %s", err, p.stderr)
	}
	p.config.Servers = nil
	if err := p.start(); err != nil {
		t.Fatalf("start noon lb again: %v: %s", err, p.stderr)
	}
	if pool := observed(t, p.driver()); len(pool.Standings) != 2 || pool.Serving() != 2 {
		t.Errorf("the pool is %+v", pool)
	}
}

func TestASecondOneWithTheSameStateIsRefused(t *testing.T) {
	_, servers := shops(t, 1)
	p := launch(t, configure(t, servers...))
	second := &process{config: p.config}
	t.Cleanup(second.kill)
	if err := second.start(); err == nil || !strings.Contains(second.stderr.String(), "another noon lb works with") {
		t.Errorf("a second noon lb: %v: %s", err, second.stderr)
	}
}

func TestAStateThatCannotBeReadIsNotTakenForAllIn(t *testing.T) {
	for name, state := range map[string]string{
		"torn":     `{"servers": [{"name": "web1"`,
		"unknown":  `{"servers": [{"name": "web1", "address": "127.0.0.1:1", "rotation": "asleep", "weight": 100}]}`,
		"weightie": `{"servers": [{"name": "web1", "address": "127.0.0.1:1", "rotation": "in", "weight": 1000}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			p := &process{config: configure(t, unused(t))}
			t.Cleanup(p.kill)
			if err := os.WriteFile(p.config.State, []byte(state), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := p.start(); err == nil || !strings.Contains(p.stderr.String(), "mend it, or move it away") {
				t.Errorf("noon lb started with %s: %v: %s", state, err, p.stderr)
			}
		})
	}
}

func TestAChangeThatCannotBeKeptIsNotMade(t *testing.T) {
	_, servers := shops(t, 1)
	p := launch(t, configure(t, servers...))
	// A folder in the way of the temporary file: also root cannot write there.
	if err := os.Mkdir(p.config.State+".next", 0o700); err != nil {
		t.Fatal(err)
	}
	d := p.driver()
	err := d.Apply(t.Context(), fleet.Change{Server: "web1", Expect: fleet.In, Rotation: fleet.Draining})
	if err == nil || !strings.Contains(err.Error(), "web1 stays in") {
		t.Errorf("a change that was not kept: %v", err)
	}
	if s := standing(t, d, "web1"); s.Rotation != fleet.In {
		t.Errorf("web1 is %+v", s)
	}
}

func TestTheSocketAndTheStateAreForTheirOwnerOnly(t *testing.T) {
	_, servers := shops(t, 1)
	p := launch(t, configure(t, servers...))
	for _, path := range []string{p.config.Admin, p.config.State, p.config.State + ".lock"} {
		found, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if found.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %o", filepath.Base(path), found.Mode().Perm())
		}
	}
}

func TestTheStateIsAFileThatPeopleCanRead(t *testing.T) {
	_, servers := shops(t, 1)
	p := launch(t, configure(t, servers...))
	move(t, p.driver(), "web1", fleet.In, fleet.Draining, 0)
	text, err := os.ReadFile(p.config.State)
	if err != nil {
		t.Fatal(err)
	}
	var state struct {
		Servers []struct{ Name, Rotation, Note string }
	}
	if err := json.Unmarshal(text, &state); err != nil {
		t.Fatal(err)
	}
	if len(state.Servers) != 1 || state.Servers[0].Rotation != "draining" || state.Servers[0].Note == "" {
		t.Errorf("the state is %s", text)
	}
}

func TestAChangeFromAnUnexpectedRotationIsRefused(t *testing.T) {
	_, servers := shops(t, 1)
	p := launch(t, configure(t, servers...))
	d := p.driver()
	var unexpected *fleet.UnexpectedError
	err := d.Apply(t.Context(), fleet.Change{Server: "web1", Expect: fleet.Out, Rotation: fleet.Draining})
	if !errors.As(err, &unexpected) || unexpected.Actual != fleet.In || unexpected.Expected != fleet.Out {
		t.Errorf("expected out, found in: %v", err)
	}
	if s := standing(t, d, "web1"); s.Rotation != fleet.In {
		t.Errorf("web1 is %+v", s)
	}
	move(t, d, "web1", fleet.In, fleet.Draining, 0)
	d.Note = "somebody else"
	move(t, d, "web1", fleet.In, fleet.Draining, 0)
	if s := standing(t, d, "web1"); !strings.HasPrefix(s.Note, "taken out by noon") {
		t.Errorf("asking again changed who took it out: %q", s.Note)
	}
	err = d.Apply(t.Context(), fleet.Change{Server: "web9", Expect: fleet.In, Rotation: fleet.Draining})
	if err == nil || !strings.Contains(err.Error(), "no server") {
		t.Errorf("a server that is not there: %v", err)
	}
}
