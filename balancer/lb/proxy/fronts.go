package proxy

import (
	"net"
	"net/http"
	"sync"
)

// fronts are the connections of customers that are in the middle of a
// request. The last bytes of an answer leave after its handler is done, so
// the end of the process waits for these too.
type fronts struct {
	mu   sync.Mutex
	busy map[net.Conn]struct{}
}

func newFronts() *fronts { return &fronts{busy: map[net.Conn]struct{}{}} }

// turned takes in that a connection came into another state.
func (f *fronts) turned(conn net.Conn, state http.ConnState) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if state == http.StateActive {
		f.busy[conn] = struct{}{}
	} else {
		delete(f.busy, conn)
	}
}

func (f *fronts) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.busy)
}
