package plan

import (
	"fmt"
	"slices"
	"strings"

	"noon/fleet"
)

// Refusal says why a rollout is not begun. Nothing was touched.
type Refusal struct {
	Reasons []Reason `json:"reasons"`
}

// Reason is one reason with what to do about it.
type Reason struct {
	What string `json:"what"`
	Mend string `json:"mend"`
}

func (r *Refusal) Error() string {
	var b strings.Builder
	b.WriteString("refused, nothing was touched:")
	for _, reason := range r.Reasons {
		fmt.Fprintf(&b, "\n  %s\n    -> %s", reason.What, reason.Mend)
	}
	return b.String()
}

func (r *Refusal) add(what, mend string) {
	r.Reasons = append(r.Reasons, Reason{What: what, Mend: mend})
}

// weighVersions refuses several versions that could not all be compared with
// the live one.
func (r *Refusal) weighVersions(p Plan, seen Seen, turns int) {
	if len(p.Versions) == 0 {
		return
	}
	for _, v := range p.Versions {
		if on := running(p.Servers, seen, v); len(on) > 0 {
			r.add(fmt.Sprintf("%s %s already: nothing would tell it from the live version", named(on, len(p.Servers), "runs", "run"), v),
				"name only versions that no server runs yet, or bring those servers to the live version first")
		}
	}
	if most := p.each() * len(p.Versions); turns <= most {
		r.add(fmt.Sprintf("%d versions with canaries: %d take %d servers, and one must keep the live version to be compared with; %d can be upgraded", len(p.Versions), p.each(), most, turns),
			"name fewer versions, lower \"rollout: canaries:\", or add a server")
	}
}

// running names the servers that run the version.
func running(servers []fleet.Server, seen Seen, v fleet.Version) []string {
	var names []string
	for _, s := range servers {
		if seen.Vitals[s.Name].Version == v {
			names = append(names, s.Name)
		}
	}
	return names
}

// named says which servers do something, in the number that fits.
func named(servers []string, all int, one, many string) string {
	switch len(servers) {
	case all:
		return "all servers " + many
	case 1:
		return servers[0] + " " + one
	}
	return strings.Join(servers, ", ") + " " + many
}

// weigh adds the reasons that concern the fleet as a whole; later turns are
// those after the canaries'.
func (r *Refusal) weigh(s fleet.Service, seen Seen, later, turns int) {
	for _, trouble := range seen.Pool.Trouble {
		r.add(trouble, "make the load balancers answer and agree, then try again")
	}
	if len(s.Servers) < 2 {
		r.add("a fleet of one server cannot be upgraded without downtime: while it is out, nobody serves",
			"add a second server to the pool; one is enough")
		return
	}
	if len(r.Reasons) == 0 && turns > 0 {
		r.weighCapacity(s, seen, later)
		r.weighDrain(s, seen)
	}
}

func (r *Refusal) weighCapacity(s fleet.Service, seen Seen, later int) {
	serving, out := seen.Pool.Serving(), 1
	if later > 0 {
		out = min(max(s.Policy.Then, 1), later)
	}
	if serving-out >= s.Policy.Keep {
		return
	}
	r.add(fmt.Sprintf("%d of %d servers serve; taking out %d would leave %d, and keep is %d%s",
		serving, len(s.Servers), out, serving-out, s.Policy.Keep, notServing(seen)),
		"bring the others back into rotation, or lower \"rollout: keep:\" in noon.yaml")
}

func notServing(seen Seen) string {
	var names []string
	for _, s := range seen.Pool.Standings {
		if !s.Serving() {
			names = append(names, fmt.Sprintf("%s is %s and %s", s.Server, s.Rotation.Words(), s.Health))
		}
	}
	if len(names) == 0 {
		return ""
	}
	slices.Sort(names)
	return " (" + strings.Join(names, ", ") + ")"
}

// weighDrain refuses what would wait for a count that nobody can read.
func (r *Refusal) weighDrain(s fleet.Service, seen Seen) {
	if !seen.Capabilities.InFlight && s.Policy.Drain.After != fleet.CutDrain {
		r.add("this load balancer does not say how many requests are in flight, so a drain could never be seen to end",
			"say \"drain: { after: cut }\" to go on after the wait")
	}
	if len(s.Policy.Ramp) > 1 && !seen.Capabilities.Weights {
		r.add("this load balancer has no weights, so \"ramp\" is not possible", "remove \"ramp\" from noon.yaml")
	}
}
