// Package plan says what a rollout will do before anything is done: the order
// of the servers, the batches, and how many servers serve at every step. It is
// pure: what was seen of the fleet comes in, a plan or a refusal comes out.
package plan

import (
	"fmt"

	"noon/fleet"
)

// Plan is the whole of a rollout, decided beforehand.
type Plan struct {
	Service string `json:"service"`
	// Version is the one that every server shall get. It is "" where several,
	// Versions, are tried on canaries first and one of them is chosen.
	Version  fleet.Version  `json:"version"`
	Versions fleet.Versions `json:"versions,omitempty"`
	// Batches are turned one after the other; the servers of one batch go
	// together. The first Canaries batches hold one canary each.
	Batches  []Batch `json:"batches"`
	Canaries int     `json:"canaries"`
	// Left are the servers that this rollout does not touch.
	Left []Left `json:"left,omitempty"`
	// Servers is the whole fleet, in the order of noon.yaml.
	Servers []fleet.Server `json:"servers"`
	Policy  fleet.Policy   `json:"policy"`
}

// Batch is a set of servers that are out of rotation at the same time.
type Batch struct {
	Turns []Turn `json:"turns"`
	// Serving is how many servers serve before, and Least while the batch is out.
	Serving int `json:"serving"`
	Least   int `json:"least"`
}

// Turn is one server's way from the version it runs to the new one.
type Turn struct {
	Server fleet.Server  `json:"server"`
	From   fleet.Version `json:"from"`
	// To is "" as long as it is not chosen yet.
	To fleet.Version `json:"to"`
}

// Left is a server that is not upgraded, and why.
type Left struct {
	Server fleet.Server `json:"server"`
	Why    string       `json:"why"`
	// Caution is set where the server may come back with an older version.
	Caution bool `json:"caution,omitempty"`
}

// Seen is what was read of the fleet just before planning.
type Seen struct {
	Pool         fleet.Pool
	Capabilities fleet.Capabilities
	Vitals       map[string]fleet.Vitals
	// Trouble says of servers that could not be asked why.
	Trouble map[string]string
}

// Make plans the rollout of a version, or of several of which one will be
// chosen, or refuses with a *Refusal.
func Make(s fleet.Service, versions fleet.Versions, seen Seen) (Plan, error) {
	p := Plan{Service: s.Name, Servers: s.Servers, Policy: s.Policy}
	if p.Versions = versions; len(versions) == 1 {
		p.Version, p.Versions = versions[0], nil
	}
	var refusal Refusal
	turns := p.sort(s, seen, &refusal)
	p.Canaries = min(p.each()*len(versions), len(turns))
	refusal.weighVersions(p, seen, len(turns))
	refusal.weigh(s, seen, len(turns)-p.Canaries, len(turns))
	if len(refusal.Reasons) > 0 {
		return Plan{}, &refusal
	}
	p.share(turns)
	p.cut(turns, seen.Pool.Serving())
	return p, nil
}

// Goal is the version that servers shall get, or those of which one will be
// chosen.
func (p Plan) Goal() fleet.Versions {
	if len(p.Versions) > 0 {
		return p.Versions
	}
	return fleet.Versions{p.Version}
}

// each is how many canaries each version has; several are always compared.
func (p Plan) each() int {
	if len(p.Versions) > 0 {
		return max(p.Policy.Canaries, 1)
	}
	return p.Policy.Canaries
}

// share gives each of several versions its canaries, by turns: so all of them
// are watched for about as long.
func (p *Plan) share(turns []Turn) {
	for i := range turns[:p.Canaries] {
		turns[i].To = p.Goal()[i%len(p.Goal())]
	}
}

// sort divides the servers into those that get a turn and those that are left.
func (p *Plan) sort(s fleet.Service, seen Seen, refusal *Refusal) []Turn {
	var turns []Turn
	for _, server := range s.Servers {
		standing, ok := seen.Pool.Of(server.Name)
		vitals := seen.Vitals[server.Name]
		switch {
		case !ok:
			refusal.add(fmt.Sprintf("the load balancer does not know %s", server.Name), "add it to the balancer's pool, or take it out of noon.yaml")
		case standing.Rotation == fleet.RotationUnknown:
			refusal.add(fmt.Sprintf("it is unknown whether %s is in rotation", server.Name), "make all load balancers answer and agree on it")
		case standing.Rotation != fleet.In:
			p.Left = append(p.Left, leftOut(server, standing))
		case seen.Trouble[server.Name] != "":
			refusal.add(fmt.Sprintf("%s cannot be asked: %s", server.Name, seen.Trouble[server.Name]), "mend that, or take the server out of noon.yaml")
		case vitals.Version == "":
			refusal.add(fmt.Sprintf("it is unknown which version %s runs: %s", server.Name, vitals.VersionTrouble), "see \"check: version:\" in noon.yaml")
		case p.Version != "" && vitals.Version == p.Version:
			p.Left = append(p.Left, Left{Server: server, Why: "runs " + string(p.Version) + " already"})
		default:
			turns = append(turns, Turn{Server: server, From: vitals.Version, To: p.Version})
		}
	}
	return turns
}

func leftOut(server fleet.Server, standing fleet.Standing) Left {
	why := fmt.Sprintf("is %s in the load balancer and was not taken out by noon: it is left alone", standing.Rotation.Words())
	if standing.Note != "" {
		why += " (" + standing.Note + ")"
	}
	return Left{Server: server, Why: why, Caution: true}
}

// cut makes batches of turns: each canary alone, then Policy.Then at a time.
func (p *Plan) cut(turns []Turn, serving int) {
	for len(turns) > 0 {
		size := 1
		if len(p.Batches) >= p.Canaries {
			size = min(max(p.Policy.Then, 1), len(turns))
		}
		p.Batches = append(p.Batches, Batch{Turns: turns[:size], Serving: serving, Least: serving - size})
		turns = turns[size:]
	}
}

// Turns returns all turns in order.
func (p Plan) Turns() []Turn {
	var turns []Turn
	for _, b := range p.Batches {
		turns = append(turns, b.Turns...)
	}
	return turns
}
