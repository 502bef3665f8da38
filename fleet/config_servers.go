package fleet

import (
	"github.com/invopop/jsonschema"
)

// serversSetting is the mapping of servers; its order is the order in which
// they are upgraded.
type serversSetting struct {
	to *[]Server
	// written are the names that stand in the file, also of servers in which
	// something is wrong; nil if the whole mapping is.
	written map[string]bool
}

func (s *serversSetting) read(at place) {
	entries, ok := at.entries("a mapping of names to { host, address }")
	if !ok {
		return
	}
	s.written = map[string]bool{}
	taken := map[string]string{}
	for _, e := range entries {
		s.written[e.key] = true
		if what := aName(e.key); what != "" {
			e.at.wrongKey("the server name %s %s", Quoted(e.key), what)
			continue
		}
		server := &serverSection{to: &Server{Name: e.key}, taken: taken}
		in(server).read(e.at)
		*s.to = append(*s.to, *server.to)
	}
	s.enough(at)
}

// enough refuses what cannot be upgraded one by one.
func (s *serversSetting) enough(at place) {
	switch len(s.written) {
	case 0:
		at.wrongKey("servers is empty: name the servers behind the load balancer, like web1: { address: 10.0.0.11:8080 }")
	case 1:
		at.wrongKey("a fleet of one server cannot be upgraded without downtime: while it is out, nobody serves; add a second server to the pool, one is enough")
	}
}

func (s *serversSetting) schema() *jsonschema.Schema {
	two := uint64(2)
	return &jsonschema.Schema{
		Type: "object", MinProperties: &two,
		PropertyNames:        &jsonschema.Schema{Pattern: nameForm.String()},
		AdditionalProperties: in(&serverSection{to: &Server{}}).schema(),
	}
}

// serverSection is one server.
type serverSection struct {
	to *Server
	// taken tells which server has an address.
	taken map[string]string
}

func (s *serverSection) fields() []field {
	return []field{
		{key: "host", about: "how noon reaches the machine over SSH, like deploy@10.0.0.11 or an alias of ~/.ssh/config; this machine if not given", to: text{&s.to.Host, aHost}, also: []string{"ssh", "user"}},
		{key: "address", about: "where the server answers requests, like 10.0.0.11:8080", to: text{&s.to.Address, anAddress}, required: true, also: []string{"addr", "url", "port", "listen"}},
	}
}

func (s *serverSection) check(f found) {
	if s.to.Address == "" {
		return
	}
	same := sameAddress(s.to.Address)
	if other, twice := s.taken[same]; twice {
		f.place("address").wrong("%s has the same address as %s, %s: each server answers on its own", s.to.Name, other, same)
		return
	}
	s.taken[same] = s.to.Name
}
