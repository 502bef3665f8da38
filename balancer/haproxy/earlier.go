package haproxy

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
)

// earlier are the processes that answered at the socket before the one that
// answers now. After a reload the earlier process finishes its requests, and
// nobody can ask it how many those are.
type earlier struct {
	mu      sync.Mutex
	current int
	leaving []int
}

// leavingMost bounds how many are remembered; a HAProxy that is reloaded more
// often than that during one rollout has the oldest forgotten.
const leavingMost = 100

// alive says in a sentence that an earlier process may still be serving, or "".
func (e *earlier) alive(ctx context.Context, r *reading, c Config) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.saw(r.info["Pid"])
	var trouble string
	e.leaving = slices.DeleteFunc(e.leaving, func(pid int) bool {
		gone, why := ended(ctx, c, pid)
		if !gone {
			trouble = fmt.Sprintf("HAProxy at %s was reloaded, and its earlier process %d may still have requests in flight, which cannot be counted%s", c.Where, pid, why)
		}
		return gone
	})
	return trouble
}

func (e *earlier) saw(text string) {
	pid, err := strconv.Atoi(text)
	if err != nil || pid == e.current {
		return
	}
	// A process id is free again only when its process has ended.
	e.leaving = slices.DeleteFunc(e.leaving, func(old int) bool { return old == pid })
	if e.current != 0 {
		e.leaving = append(e.leaving[max(0, len(e.leaving)-leavingMost+1):], e.current)
	}
	e.current = pid
}

func ended(ctx context.Context, c Config, pid int) (bool, string) {
	if c.Gone == nil {
		return false, "; noon cannot see the processes of that machine"
	}
	gone, err := c.Gone(ctx, pid)
	if err != nil {
		return false, ": " + err.Error()
	}
	return gone, ""
}
