package observe

import "sync"

// sources says by which gauge a server's number was measured first. Two gauges
// mean different things by one name, such as "cpu": a number that changed from
// one to the other when one of them is silent would look like a change of the
// server.
type sources struct {
	mu    sync.Mutex
	known map[[2]string]int
}

// belongs tells whether a gauge may measure the number of a server: the first one
// that did.
func (s *sources) belongs(server, name string, gauge int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil {
		s.known = map[[2]string]int{}
	}
	of := [2]string{server, name}
	if known, ok := s.known[of]; ok && known != gauge {
		return false
	}
	s.known[of] = gauge
	return true
}
