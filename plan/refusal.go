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

// weigh adds the reasons that concern the fleet as a whole.
func (r *Refusal) weigh(s fleet.Service, seen Seen, turns int) {
	for _, trouble := range seen.Pool.Trouble {
		r.add(trouble, "make the load balancers answer and agree, then try again")
	}
	if len(s.Servers) < 2 {
		r.add("a fleet of one server cannot be upgraded without downtime: while it is out, nobody serves",
			"add a second server to the pool; one is enough")
		return
	}
	if len(r.Reasons) == 0 && turns > 0 {
		r.weighCapacity(s, seen, turns)
		r.weighDrain(s, seen)
	}
}

func (r *Refusal) weighCapacity(s fleet.Service, seen Seen, turns int) {
	serving, out := seen.Pool.Serving(), 1
	if turns > s.Policy.Canaries {
		out = min(max(s.Policy.Then, 1), turns-s.Policy.Canaries)
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
