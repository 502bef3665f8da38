package control

import (
	"context"
	"fmt"

	"noon/fleet"
)

// Examination is one thing that noon needs, and whether it has it.
type Examination struct {
	What string `json:"what"`
	// Problem is what is wrong, "" if nothing is; Fatal where a deploy would
	// be refused; Mend what to do.
	Problem string `json:"problem,omitempty"`
	Fatal   bool   `json:"fatal,omitempty"`
	Mend    string `json:"mend,omitempty"`
}

// Examine looks at everything that a deploy needs. It changes nothing.
func (s *Station) Examine(ctx context.Context) ([]Examination, error) {
	site, err := s.Open()
	if err != nil {
		return nil, err
	}
	defer site.Close()
	all := []Examination{{What: fmt.Sprintf("noon.yaml: %s with %d servers", s.Service, len(site.Service.Servers))}}
	all = append(all, examinePreflight(site.Preflight(ctx))...)
	seen, err := site.see(ctx)
	if err != nil {
		return append(all, Examination{What: "load balancer", Problem: err.Error(), Fatal: true, Mend: "see \"balancer:\" in noon.yaml, and whether it runs"}), nil
	}
	all = append(all, examinePool(site.Service, seen.Pool))
	for _, server := range site.Service.Servers {
		all = append(all, examineServer(server, seen.Vitals[server.Name], seen.Trouble[server.Name]))
	}
	return all, nil
}

// examinePreflight tells what has to be mended from what is only worth knowing.
func examinePreflight(problems []fleet.Problem) []Examination {
	var all []Examination
	well := true
	for _, p := range problems {
		if p.Mend == "" && !p.Fatal {
			all = append(all, Examination{What: p.What})
			continue
		}
		well = false
		all = append(all, Examination{What: "preflight", Problem: p.What, Fatal: p.Fatal, Mend: p.Mend})
	}
	if well {
		all = append(all, Examination{What: "preflight of the load balancer and the servers"})
	}
	return all
}

func examinePool(s fleet.Service, p fleet.Pool) Examination {
	e := Examination{What: fmt.Sprintf("load balancer: %d of %d servers serve", p.Serving(), len(s.Servers))}
	if p.Serving()-1 < s.Policy.Keep {
		e.Problem, e.Fatal = fmt.Sprintf("taking one out would leave %d, and keep is %d", p.Serving()-1, s.Policy.Keep), true
		e.Mend = "bring the others into rotation, or lower \"rollout: keep:\""
	}
	if len(p.Trouble) > 0 {
		e.Problem, e.Fatal, e.Mend = p.Trouble[0], true, "make the load balancers answer and agree"
	}
	return e
}

func examineServer(s fleet.Server, v fleet.Vitals, trouble string) Examination {
	e := Examination{What: fmt.Sprintf("%s: %s, version %s", s.Name, v.Health, v.Version), Fatal: true}
	switch {
	case trouble != "":
		e.What = s.Name
		e.Problem, e.Mend = "cannot be asked: "+trouble, "see \"host:\" and \"check:\" in noon.yaml"
	case v.Version == "":
		e.What = s.Name
		e.Problem, e.Mend = "does not say its version: "+v.VersionTrouble, "see \"check: version:\""
	case !v.Healthy:
		e.What = s.Name
		e.Problem, e.Mend = "is not healthy: "+v.Health, "mend the server first; noon only upgrades a fleet that is well"
	case !v.Process.Known():
		e.Problem, e.Mend = "it is unknown when its process started: "+v.Process.Trouble, "see \"check: started:\""
	default:
		e.Fatal = false
	}
	return e
}
