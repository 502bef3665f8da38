package fleet

import (
	"net/netip"
	"net/url"
	"strings"
)

// sharing returns two servers that are on the same machine.
func sharing(servers []Server) (first, second string, ok bool) {
	on := map[string]string{}
	for _, s := range servers {
		host := s.Host
		if s.Local() {
			host = ""
		}
		if other, taken := on[host]; taken {
			return other, s.Name, true
		}
		on[host] = s.Name
	}
	return "", "", false
}

// checkShared refuses what would be one for several servers of a machine: to
// upgrade the one would change the other, to ask the one would ask the other.
func (s *serviceSection) checkShared() {
	first, second, ok := sharing(s.to.Servers)
	if !ok {
		return
	}
	both := first + " and " + second + " are on the same machine"
	if d := s.to.Release.Directories; d != nil && d.Root != "" && !strings.Contains(d.Root, "{server}") {
		s.release.directories.in.place("root").wrong("%s and would share the root %s: write {server} in it, or give them their host", both, Quoted(d.Root))
	}
	s.logs.checkShared(both)
	for key, asked := range map[string]string{"url": s.to.Check.URL, "version": s.to.Check.Version.URL, "started": s.to.Check.Started.URL} {
		if asked != "" && !named(asked) {
			s.asks.in.place(key).wrong("%s, and check.%s asks both at the same place: write {address} in it, or give them their host", both, key)
		}
	}
	if asked := s.to.Monitors.Metrics; asked != "" && !named(asked) {
		s.monitors.in.place("metrics").wrong("%s, and monitors.metrics asks both at the same place: write {address} in it, or give them their host", both)
	}
}

// named tells whether a URL differs from server to server.
func named(url string) bool {
	return strings.Contains(url, "{address}") || strings.Contains(url, "{server}")
}

// onItself tells whether a URL is asked of the machine that asks: URLs are
// asked from the server's own machine.
func onItself(u *url.URL) bool {
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Hostname() == "localhost" || err == nil && ip.IsLoopback()
}
