package monitors

import (
	"math"

	"noon/fleet"
)

const (
	kindWatch       = "watch"
	kindObservation = "observation"
	// watchForm is what the first line looks like.
	watchForm = `{"kind":"watch","service":...,"step":5,"live":...,"servers":[...],"upgrades":[...]}`
)

// watch reads the first line of a trace.
func (s *traceScanner) watch() Watch {
	w, have := Watch{}, traceMembers{known: []string{"kind", "step", "live", "servers", "upgrades", "service"}, needed: 5}
	s.object("the watch", func(name string) {
		if s.twice(&have, name) {
			return
		}
		switch name {
		case "kind":
			s.kind(kindWatch, "the watch as the first line: "+watchForm)
		case "service":
			w.Service = s.string("the name of the service, in quotes")
		case "step":
			w.Step = s.step()
		case "live":
			w.Live = s.version("the live version")
		case "servers":
			w.Servers = s.servers()
		case "upgrades":
			w.Upgrades = s.upgrades()
		default:
			s.pass(0)
		}
	})
	s.end()
	s.needs(have, "watch")
	known := map[string]bool{}
	for _, server := range w.Servers {
		known[server] = true
	}
	for _, u := range w.Upgrades {
		if !known[u.Server] {
			s.fail(0, "the upgraded server "+fleet.Quoted(u.Server)+" is none of the servers", "one of \"servers\"")
		}
	}
	return w
}

// stepMost is a day: nobody looks more rarely.
const stepMost = 24 * 60 * 60

// step reads the seconds between two looks.
func (s *traceScanner) step() int {
	from := s.here()
	x := s.number(func() string { return `"step"` })
	if x != math.Trunc(x) || x < 1 || x > stepMost {
		s.fail(from, `"step" is not usable`, "whole seconds between two observations of a server, 1 to 86400")
		return 0
	}
	return int(x)
}

func (s *traceScanner) servers() []string {
	var all []string
	named := map[string]bool{"": true}
	s.array("the servers", func() {
		from := s.here()
		server := s.string("the name of a server, in quotes")
		if named[server] {
			s.fail(from, "the server "+fleet.Quoted(server)+" has no name, or is named twice", "a name for each server")
		}
		named[server] = true
		all = append(all, server)
	})
	if len(all) == 0 {
		s.fail(0, "the watch has no servers", "the names of those that were observed")
	}
	return all
}

func (s *traceScanner) upgrades() []Upgrade {
	all := []Upgrade{}
	s.array("the upgrades", func() {
		u, have := Upgrade{}, traceMembers{known: []string{"server", "version", "time"}, needed: 3}
		s.object("an upgrade", func(name string) {
			if s.twice(&have, name) {
				return
			}
			switch name {
			case "server":
				u.Server = s.string("the name of a server, in quotes")
			case "version":
				u.Version = s.version("the new version")
			case "time":
				u.Time = s.time()
			default:
				s.pass(0)
			}
		})
		s.needs(have, "upgrade")
		all = append(all, u)
	})
	return all
}

// version reads a version.
func (s *traceScanner) version(what string) fleet.Version {
	from := s.here()
	text := s.string(what + ", in quotes")
	if s.fault != nil || s.versions[text] {
		return fleet.Version(text)
	}
	if _, err := fleet.ParseVersion(text); err != nil {
		s.fail(from, err.Error(), what)
		return ""
	}
	if len(s.versions) < namesMost {
		s.versions[text] = true
	}
	return fleet.Version(text)
}
