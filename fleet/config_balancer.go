package fleet

import (
	"maps"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"
)

// balancerSection names exactly one load balancer.
type balancerSection struct {
	to      *Balancer
	haproxy *haproxySection
	lb      *lbSection
}

func newBalancerSection(to *Balancer) *balancerSection {
	h := &HAProxy{}
	return &balancerSection{
		to:      to,
		haproxy: &haproxySection{to: h, names: &proxyNames{to: &h.Names}},
		lb:      &lbSection{to: &LB{}},
	}
}

func (s *balancerSection) fields() []field {
	return []field{
		{key: "haproxy", about: "HAProxy, through its runtime API", to: in(s.haproxy), also: []string{"ha_proxy"}},
		{key: "lb", about: "noon's own load balancer, noon lb", to: in(s.lb), also: []string{"noon", "noon_lb", "embedded"}},
		{key: "nginx", to: notYet{"write haproxy or lb"}},
		{key: "caddy", to: notYet{"write haproxy or lb"}},
		{key: "apache", to: notYet{"write haproxy or lb"}},
		{key: "traefik", to: notYet{"write haproxy or lb"}},
	}
}

func (s *balancerSection) check(f found) {
	if f.has("haproxy") && f.has("lb") {
		f.at.wrongKey("balancer has both haproxy and lb: keep the one that the customers' requests go through")
	}
	if len(f.keys) == 0 {
		f.at.wrongKey("balancer is empty: write haproxy or lb below it")
	}
	if f.has("haproxy") {
		s.to.HAProxy = s.haproxy.to
	}
	if f.has("lb") {
		s.to.LB = s.lb.to
	}
}

// checkNames compares HAProxy's names with the servers that there are.
func (s *balancerSection) checkNames(servers *serversSetting) {
	s.haproxy.names.check(servers)
}

// haproxySection is one backend of one or several HAProxy processes.
type haproxySection struct {
	to    *HAProxy
	names *proxyNames
}

func (s *haproxySection) fields() []field {
	return []field{
		{key: "backend", about: "the backend in HAProxy that holds the servers", to: text{&s.to.Backend, aProxyName}, required: true, also: []string{"pool", "proxy"}},
		{key: "sockets", about: "the runtime API of each HAProxy: /run/haproxy/admin.sock, lb1:/run/haproxy/admin.sock over SSH, or 10.0.0.1:9999", to: texts{&s.to.Sockets, aProxySocket}, required: true, also: []string{"socket", "stats", "admin"}},
		{key: "standby", about: "those of the sockets whose silence does not block a rollout", to: texts{&s.to.Standby, aProxySocket}, also: []string{"backup", "passive"}},
		{key: "servers", about: "HAProxy's name of a server where it differs from ours: { web1: app-1 }", to: s.names, also: []string{"names"}},
	}
}

func (s *haproxySection) check(f found) {
	if list, ok := f.place("sockets").items(); f.has("sockets") && ok && len(list) == 0 {
		f.place("sockets").wrong("sockets is empty: name the runtime API of each HAProxy")
	}
	if !f.has("standby") || len(s.to.Sockets) == 0 {
		return
	}
	s.checkStandby(f.place("standby"))
}

func (s *haproxySection) checkStandby(at place) {
	items, _ := at.items()
	strangers := 0
	for _, item := range items {
		value, ok := item.text()
		if ok && slices.Contains(s.to.Standby, value) && !slices.Contains(s.to.Sockets, value) {
			item.wrong("standby %s is not among the sockets: %s", Quoted(value), s.meant(value))
			strangers++
		}
	}
	if len(s.to.Standby)-strangers >= len(s.to.Sockets) {
		at.wrong("all sockets are standby: at least one HAProxy must answer before noon believes that a server is out")
	}
}

func (s *haproxySection) meant(value string) string {
	if socket, ok := nearest(s.to.Sockets, value); ok {
		return "did you mean " + Quoted(socket) + "?"
	}
	return "add it there too, or remove it"
}

// proxyNames gives HAProxy's names of our servers.
type proxyNames struct {
	to *map[string]string
	at map[string]place
}

func (n *proxyNames) read(at place) {
	entries, ok := at.entries("a mapping of our server names to HAProxy's, like { web1: app-1 }")
	if !ok {
		return
	}
	*n.to, n.at = map[string]string{}, map[string]place{}
	for _, e := range entries {
		var name string
		text{&name, aProxyName}.read(e.at)
		n.at[e.key] = e.at
		if name != "" {
			(*n.to)[e.key] = name
		}
	}
}

// check refuses names of servers that there are not, and two servers that
// would be one in HAProxy.
func (n *proxyNames) check(servers *serversSetting) {
	if n.at == nil {
		return
	}
	for _, ours := range slices.Sorted(maps.Keys(n.at)) {
		if !servers.written[ours] {
			n.at[ours].wrongKey("there is no server %s%s", Quoted(ours), meantServer(servers, ours))
		}
	}
	taken := map[string]string{}
	for _, server := range *servers.to {
		name := server.Name
		if other, ok := (*n.to)[name]; ok {
			name = other
		}
		if first, twice := taken[name]; twice {
			n.place(server.Name, first).wrong("%s and %s would both be %s in HAProxy", first, server.Name, Quoted(name))
		}
		taken[name] = server.Name
	}
}

func (n *proxyNames) place(servers ...string) place {
	for _, s := range servers {
		if at, ok := n.at[s]; ok {
			return at
		}
	}
	return place{}
}

func meantServer(servers *serversSetting, written string) string {
	names := slices.Sorted(maps.Keys(servers.written))
	if name, ok := nearest(names, written); ok {
		return ": did you mean " + Quoted(name) + "?"
	}
	return " in servers: " + strings.Join(names[:min(len(names), 8)], ", ")
}

func (n *proxyNames) schema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "object", AdditionalProperties: &jsonschema.Schema{Type: "string", Pattern: proxyForm.String()}}
}

// lbSection is a pool of noon lb.
type lbSection struct{ to *LB }

func (s *lbSection) fields() []field {
	return []field{{key: "socket", about: "the admin socket of noon lb: a path, or host:/path over SSH", to: text{&s.to.Socket, anLBSocket}, required: true, also: []string{"sockets", "admin"}}}
}

func (s *lbSection) check(found) {}
