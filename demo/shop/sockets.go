package shop

import (
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// refusedFor is how long after a drain new websockets are sent elsewhere at
// once: a customer whose websocket was ended comes back within milliseconds,
// and the balancer may still send it here.
const refusedFor = 3 * time.Second

// sockets are the open websockets of a shop.
type sockets struct {
	mu      sync.Mutex
	open    map[*websocket.Conn]struct{}
	drained time.Time
}

// echo answers every message with itself.
func (s *Shop) echo(w http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return // Accept has answered the request.
	}
	defer conn.CloseNow()
	if !s.sockets.add(conn, time.Now()) {
		restarting(conn)
		return
	}
	defer s.sockets.remove(conn)
	for {
		kind, message, err := conn.Read(r.Context())
		if err != nil {
			return
		}
		if err := conn.Write(r.Context(), kind, message); err != nil {
			return
		}
	}
}

// add reports false for a websocket that is to be ended at once.
func (s *sockets) add(conn *websocket.Conn, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now.Sub(s.drained) < refusedFor {
		return false
	}
	if s.open == nil {
		s.open = map[*websocket.Conn]struct{}{}
	}
	s.open[conn] = struct{}{}
	return true
}

func (s *sockets) remove(conn *websocket.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, conn)
}

// drain ends all websockets, waits until they are closed, and returns how
// many there were.
func (s *sockets) drain(now time.Time) int {
	s.mu.Lock()
	s.drained = now
	conns := make([]*websocket.Conn, 0, len(s.open))
	for conn := range s.open {
		conns = append(conns, conn)
	}
	s.mu.Unlock()
	var closing sync.WaitGroup
	for _, conn := range conns {
		closing.Go(func() { restarting(conn) })
	}
	closing.Wait()
	return len(conns)
}

func restarting(conn *websocket.Conn) {
	conn.Close(websocket.StatusServiceRestart, "the shop restarts")
}
