package plan_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"noon/fleet"
	"noon/plan"
)

// serviceOf returns a service of n servers that are well and run v1.
func serviceOf(n int) (fleet.Service, plan.Seen) {
	s := fleet.Service{Name: "shop", Policy: fleet.Policy{Keep: 1, Canaries: 1, Then: 1, Drain: fleet.DrainPolicy{After: fleet.FailDrain}}}
	seen := plan.Seen{Vitals: map[string]fleet.Vitals{}, Trouble: map[string]string{}, Capabilities: fleet.Capabilities{InFlight: true, Health: true}}
	for i := range n {
		name := fmt.Sprintf("web%d", i+1)
		s.Servers = append(s.Servers, fleet.Server{Name: name})
		seen.Pool.Standings = append(seen.Pool.Standings, fleet.Standing{Server: name, Rotation: fleet.In, Health: fleet.Healthy})
		seen.Vitals[name] = fleet.Vitals{Healthy: true, Version: "v1"}
	}
	return s, seen
}

// written writes a plan as text: "web1 | web2 web3 (4 serving, 2 meanwhile)".
func written(p plan.Plan) string {
	var all []string
	for _, b := range p.Batches {
		var names []string
		for _, t := range b.Turns {
			names = append(names, t.Server.Name)
		}
		all = append(all, fmt.Sprintf("%s (%d, %d meanwhile)", strings.Join(names, " "), b.Serving, b.Least))
	}
	text := strings.Join(all, " | ")
	for _, l := range p.Left {
		text += fmt.Sprintf("; %s %s", l.Server.Name, l.Why)
	}
	return text
}

func TestPlans(t *testing.T) {
	for name, test := range map[string]struct {
		servers int
		change  func(*fleet.Service, *plan.Seen)
		want    string
	}{
		"one by one, in the order of noon.yaml": {4, nil, "web1 (4, 3 meanwhile) | web2 (4, 3 meanwhile) | web3 (4, 3 meanwhile) | web4 (4, 3 meanwhile)"},
		"canaries alone, then batches": {6, func(s *fleet.Service, _ *plan.Seen) { s.Policy.Canaries, s.Policy.Then = 2, 3 },
			"web1 (6, 5 meanwhile) | web2 (6, 5 meanwhile) | web3 web4 web5 (6, 3 meanwhile) | web6 (6, 5 meanwhile)"},
		"two are enough": {2, nil, "web1 (2, 1 meanwhile) | web2 (2, 1 meanwhile)"},
		"who runs it already is left": {3, func(_ *fleet.Service, seen *plan.Seen) { seen.Vitals["web2"] = fleet.Vitals{Version: "v2"} },
			"web1 (3, 2 meanwhile) | web3 (3, 2 meanwhile); web2 runs v2 already"},
		"who is out by hand is left": {3, func(_ *fleet.Service, seen *plan.Seen) {
			seen.Pool.Standings[0].Rotation, seen.Pool.Standings[0].Note = fleet.Out, "disk swap"
		}, "web2 (2, 1 meanwhile) | web3 (2, 1 meanwhile); web1 is out of rotation in the load balancer and was not taken out by noon: it is left alone (disk swap)"},
		"nothing to do": {2, func(_ *fleet.Service, seen *plan.Seen) {
			seen.Vitals["web1"], seen.Vitals["web2"] = fleet.Vitals{Version: "v2"}, fleet.Vitals{Version: "v2"}
		}, "; web1 runs v2 already; web2 runs v2 already"},
	} {
		t.Run(name, func(t *testing.T) {
			s, seen := serviceOf(test.servers)
			if test.change != nil {
				test.change(&s, &seen)
			}
			p, err := plan.Make(s, fleet.Versions{"v2"}, seen)
			if got := written(p); err != nil || got != test.want {
				t.Errorf("got  %s (%v)\nwant %s", got, err, test.want)
			}
		})
	}
}

func TestRefusalsSayWhyAndWhatToDo(t *testing.T) {
	for want, test := range map[string]struct {
		servers int
		change  func(*fleet.Service, *plan.Seen)
	}{
		"a fleet of one server cannot be upgraded without downtime":       {1, nil},
		"3 of 3 servers serve; taking out 1 would leave 2, and keep is 3": {3, func(s *fleet.Service, _ *plan.Seen) { s.Policy.Keep = 3 }},
		"2 of 3 servers serve; taking out 1 would leave 1, and keep is 2 (web3 is in rotation and unhealthy)": {3, func(s *fleet.Service, seen *plan.Seen) {
			s.Policy.Keep, seen.Pool.Standings[2].Health = 2, fleet.Unhealthy
		}},
		"4 of 4 servers serve; taking out 3 would leave 1, and keep is 2": {4, func(s *fleet.Service, _ *plan.Seen) { s.Policy.Keep, s.Policy.Then = 2, 3 }},
		"the load balancer does not know web2":                            {2, func(_ *fleet.Service, seen *plan.Seen) { seen.Pool.Standings = seen.Pool.Standings[:1] }},
		"it is unknown whether web1 is in rotation":                       {2, func(_ *fleet.Service, seen *plan.Seen) { seen.Pool.Standings[0].Rotation = fleet.RotationUnknown }},
		"lb2 does not answer":                                             {2, func(_ *fleet.Service, seen *plan.Seen) { seen.Pool.Trouble = []string{"lb2 does not answer"} }},
		"web1 cannot be asked: no route":                                  {2, func(_ *fleet.Service, seen *plan.Seen) { seen.Trouble["web1"] = "no route" }},
		"it is unknown which version web2 runs: 404":                      {2, func(_ *fleet.Service, seen *plan.Seen) { seen.Vitals["web2"] = fleet.Vitals{VersionTrouble: "404"} }},
		"does not say how many requests are in flight":                    {2, func(_ *fleet.Service, seen *plan.Seen) { seen.Capabilities.InFlight = false }},
		"this load balancer has no weights":                               {2, func(s *fleet.Service, _ *plan.Seen) { s.Policy.Ramp = []int{10, 100} }},
	} {
		t.Run(want, func(t *testing.T) {
			s, seen := serviceOf(test.servers)
			if test.change != nil {
				test.change(&s, &seen)
			}
			p, err := plan.Make(s, fleet.Versions{"v2"}, seen)
			var refusal *plan.Refusal
			if !errors.As(err, &refusal) || !strings.Contains(err.Error(), want) || len(p.Batches) > 0 {
				t.Fatalf("got %v and %s", err, written(p))
			}
			for _, r := range refusal.Reasons {
				if r.Mend == "" {
					t.Errorf("%q does not say what to do", r.What)
				}
			}
		})
	}
}

func TestAnEndlessDrainMayBeCutWhereNobodyCounts(t *testing.T) {
	s, seen := serviceOf(2)
	seen.Capabilities.InFlight, s.Policy.Drain.After = false, fleet.CutDrain
	if _, err := plan.Make(s, fleet.Versions{"v2"}, seen); err != nil {
		t.Error(err)
	}
}

// TestNoPlanGoesBelowKeep draws fleets and policies at random: whatever is
// planned, every server that is in and asked gets one turn, and at no step
// fewer than keep serve.
func TestNoPlanGoesBelowKeep(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	planned := 0
	for range 20_000 {
		s, seen := serviceOf(1 + random.IntN(12))
		s.Policy.Keep, s.Policy.Canaries, s.Policy.Then = random.IntN(len(s.Servers)+1), 1+random.IntN(4), 1+random.IntN(6)
		in := 0
		for i := range seen.Pool.Standings {
			standing := &seen.Pool.Standings[i]
			standing.Rotation = []fleet.Rotation{fleet.In, fleet.In, fleet.In, fleet.Out, fleet.Draining}[random.IntN(5)]
			standing.Health = []fleet.Health{fleet.Healthy, fleet.Healthy, fleet.Healthy, fleet.Unhealthy, fleet.HealthUnknown}[random.IntN(5)]
			if standing.Rotation == fleet.In {
				in++
			}
		}
		p, err := plan.Make(s, fleet.Versions{"v2"}, seen)
		if err != nil {
			continue
		}
		planned++
		if got := len(p.Turns()); got != in {
			t.Fatalf("%d turns for %d servers in rotation: %s", got, in, written(p))
		}
		for i, b := range p.Batches {
			if b.Least < s.Policy.Keep || b.Serving != seen.Pool.Serving() {
				t.Fatalf("keep %d, and batch %d leaves %d of %d: %s", s.Policy.Keep, i, b.Least, seen.Pool.Serving(), written(p))
			}
			if i < p.Canaries && len(b.Turns) != 1 {
				t.Fatalf("canaries go one by one: %s", written(p))
			}
		}
	}
	if planned < 1000 {
		t.Fatalf("only %d were planned", planned)
	}
}

// dressed writes who gets what: "web1 v2 | web2 v3 | web3 ? web4 ?".
func dressed(p plan.Plan) string {
	var all []string
	for _, b := range p.Batches {
		var turns []string
		for _, t := range b.Turns {
			to := string(t.To)
			if to == "" {
				to = "?"
			}
			turns = append(turns, t.Server.Name+" "+to)
		}
		all = append(all, strings.Join(turns, " "))
	}
	return strings.Join(all, " | ")
}

func TestEachOfSeveralVersionsGetsItsCanaries(t *testing.T) {
	for want, canaries := range map[string]int{
		"web1 v2 | web2 v3 | web3 ? web4 ? | web5 ?":     1,
		"web1 v2 | web2 v3 | web3 v2 | web4 v3 | web5 ?": 2,
	} {
		s, seen := serviceOf(5)
		s.Policy.Canaries, s.Policy.Then = canaries, 2
		p, err := plan.Make(s, fleet.Versions{"v2", "v3"}, seen)
		if got := dressed(p); err != nil || got != want || p.Canaries != 2*canaries || p.Version != "" || p.Goal().String() != "v2, v3" {
			t.Errorf("got  %s (%v)\nwant %s", got, err, want)
		}
	}
}

func TestSeveralVersionsThatCannotBeComparedAreRefused(t *testing.T) {
	for want, test := range map[string]struct {
		servers int
		change  func(*fleet.Service, *plan.Seen)
	}{
		"2 versions with canaries: 1 take 2 servers, and one must keep the live version to be compared with; 2 can be upgraded": {2, nil},
		"2 versions with canaries: 2 take 4 servers": {4, func(s *fleet.Service, _ *plan.Seen) { s.Policy.Canaries = 2 }},
		"web2 runs v3 already": {4, func(_ *fleet.Service, seen *plan.Seen) {
			seen.Vitals["web2"] = fleet.Vitals{Healthy: true, Version: "v3"}
		}},
		"all servers run v2 already": {3, func(_ *fleet.Service, seen *plan.Seen) {
			for name := range seen.Vitals {
				seen.Vitals[name] = fleet.Vitals{Healthy: true, Version: "v2"}
			}
		}},
		"3 can be upgraded": {4, func(s *fleet.Service, seen *plan.Seen) {
			s.Policy.Canaries, seen.Pool.Standings[3].Rotation = 2, fleet.Out
		}},
	} {
		s, seen := serviceOf(test.servers)
		if test.change != nil {
			test.change(&s, &seen)
		}
		p, err := plan.Make(s, fleet.Versions{"v2", "v3"}, seen)
		if err == nil || !strings.Contains(err.Error(), want) || len(p.Batches) > 0 {
			t.Errorf("want %s\ngot  %v", want, err)
		}
	}
}
