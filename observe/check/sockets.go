package check

import (
	"encoding/hex"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"noon/fleet"
)

// linesMost bounds what is taken of the script's output.
const linesMost = 10_000

// sockets are who listens on a port of a machine, as listeners.sh found it.
type sockets struct {
	boot          string
	hz            int64
	before, after int64
	now           reading
	// listening are the sockets' addresses by inode.
	listening map[string]netip.Addr
	procs     []proc
}

// proc is a process that holds a listening socket; start is in ticks.
type proc struct {
	pid   int
	inode string
	start int64
}

func parseListeners(out string) *sockets {
	s := &sockets{listening: map[string]netip.Addr{}}
	for i, text := range strings.SplitN(out, "\n", linesMost) {
		if i < linesMost-1 {
			s.add(strings.Fields(text))
		}
	}
	return s
}

func (s *sockets) add(words []string) {
	switch {
	case len(words) == 2 && words[0] == "boot":
		s.boot = words[1]
	case len(words) == 2 && words[0] == "hz":
		s.hz = number(words[1])
	case len(words) == 2 && words[0] == "before":
		s.before = number(words[1])
	case len(words) == 2 && words[0] == "after":
		s.after = number(words[1])
	case len(words) == 2 && words[0] == "now":
		s.now, _ = parseReading(words[1])
	case len(words) == 3 && words[0] == "listen":
		s.listening[words[2]] = kernelAddr(words[1])
	case len(words) == 4 && words[0] == "process":
		s.procs = append(s.procs, proc{pid: int(number(words[1])), inode: words[2], start: number(words[3])})
	}
}

// number is 0 where the text is none, which no value here may be.
func number(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64)
	return max(n, 0)
}

// kernelAddr reads an address of /proc/net/tcp: 32-bit words, each with its
// bytes reversed. What is not understood is the zero Addr.
func kernelAddr(text string) netip.Addr {
	text, _, _ = strings.Cut(text, ":")
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw)%4 != 0 {
		return netip.Addr{}
	}
	for i := 0; i < len(raw); i += 4 {
		raw[i], raw[i+1], raw[i+2], raw[i+3] = raw[i+3], raw[i+2], raw[i+1], raw[i]
	}
	addr, _ := netip.AddrFromSlice(raw)
	return addr.Unmap()
}

// process identifies the one that serves the address.
func (s *sockets) process(server fleet.Server) fleet.Process {
	p, trouble := s.server(server)
	if trouble != "" {
		if down := s.boot != "" && len(s.listening) == 0; !down {
			trouble += "; " + mend
		}
		return fleet.Process{Trouble: trouble}
	}
	return p.identified(s)
}

// server is the process that serves the address: of several that hold the
// socket, the one that started first (the others are its workers). Where there
// is none, trouble says why.
func (s *sockets) server(server fleet.Server) (first proc, trouble string) {
	serving := s.serving(server.Address)
	switch {
	case len(serving) == 0 && s.boot == "":
		return proc{}, "the machine of " + server.Name + " has no /proc in which its processes can be found"
	case len(serving) == 0:
		return proc{}, "nothing listens on the port of " + server.Address + " on the machine of " + server.Name
	}
	for _, p := range s.procs {
		if serving[p.inode] && (first.pid == 0 || p.before(first)) {
			first = p
		}
	}
	if first.pid == 0 {
		return proc{}, "the process that listens on " + server.Address + " belongs to another user than noon logs in as on " + server.Name + ", and only root may look at it"
	}
	return first, ""
}

// before orders the processes that hold a socket. Process 1 comes last: with
// socket activation it holds the socket for the service.
func (p proc) before(q proc) bool {
	if (p.pid == 1) != (q.pid == 1) {
		return q.pid == 1
	}
	return p.start < q.start || p.start == q.start && p.pid < q.pid
}

// serving are the inodes of the sockets that serve the address: those bound
// to it, else those bound to all addresses, else (the address is translated
// on the way, or a name) all on that port.
func (s *sockets) serving(address string) map[string]bool {
	text, _, _ := net.SplitHostPort(address)
	addr, err := netip.ParseAddr(text)
	wanted := []func(netip.Addr) bool{
		func(a netip.Addr) bool { return err == nil && a == addr.Unmap().WithZone("") },
		func(a netip.Addr) bool { return err == nil && a.IsUnspecified() },
		func(netip.Addr) bool { return true },
	}
	for _, want := range wanted {
		found := map[string]bool{}
		for inode, a := range s.listening {
			if want(a) {
				found[inode] = true
			}
		}
		if len(found) > 0 {
			return found
		}
	}
	return nil
}
